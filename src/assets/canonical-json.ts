/**
 * A parsed JSON value as canonical JSON (RFC 8785): no white space, keys sorted by UTF-16 code units, numbers as ECMAScript writes them. Two
 * programs in any language that agree on the value agree on these bytes.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(",")}}`;
}
