/** The value of a JSON text, or undefined if it is not valid JSON. In an object, because `null` is a value. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
