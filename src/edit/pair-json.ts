import { fenceOf } from "./wrapping.ts";

/** One call of an edit tool, whatever its maker names the arguments. */
export type ToolCall =
  | {
      readonly kind: "pair";
      readonly old: string;
      readonly new: string;
      readonly all: boolean;
      readonly path?: string;
    }
  /** `afterLine` 0 = before the first line. */
  | {
      readonly kind: "insert";
      readonly afterLine: number;
      readonly text: string;
      readonly path?: string;
    }
  | { readonly kind: "write"; readonly text: string; readonly path?: string };

const oldKeys =
  "old_string old_str oldString old_text oldText oldStr search find old original before".split(" ");
const newKeys =
  "new_string new_str newString new_text newText newStr replace replacement new updated after".split(
    " ",
  );
const allKeys = "replace_all replaceAll all allow_multiple".split(" ");
const pathKeys = "file_path filePath path filepath filename file target_file".split(" ");
const textKeys = "file_text content contents".split(" ");
const otherKeys =
  "command insert_line insert_text edits changes operations expected_replacements description instruction instructions explanation type name input arguments id".split(
    " ",
  );
const known = new Set([...oldKeys, ...newKeys, ...allKeys, ...pathKeys, ...textKeys, ...otherKeys]);

/** The calls that a JSON text holds: an object, an array, `{"edits": [...]}`, or one object a line. */
export function parseCalls(text: string): readonly ToolCall[] | undefined {
  const body = withoutFence(text);
  if (!/^[[{]/.test(body) || !/[\]}]$/.test(body)) return undefined;
  // Cheap look before parsing: a file of data is not read twice for nothing.
  if (!/"(?:old|search|find|command|original|before|edits|input|arguments)/.test(body))
    return undefined;
  const value = parsed(body) ?? parsedLines(body);
  if (value === undefined) return undefined;
  const calls = callsOf(value, undefined);
  return calls && calls.length > 0 ? calls : undefined;
}

function withoutFence(text: string): string {
  const trimmed = text.trim();
  if (!/^(?:`{3,}|~{3,})/.test(trimmed)) return trimmed;
  const lines = trimmed.split("\n");
  if (!fenceOf(lines.at(-1)!)) return trimmed;
  return lines.slice(1, -1).join("\n").trim();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsedLines(text: string): unknown {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length < 2 || lines.length > 1_000) return undefined;
  const values = lines.map(parsed);
  return values.includes(undefined) ? undefined : values;
}

type Fields = Readonly<Record<string, unknown>>;

function callsOf(value: unknown, path: string | undefined, depth = 0): ToolCall[] | undefined {
  if (depth > 4) return undefined;
  if (Array.isArray(value)) {
    const calls = value.map((one) => callsOf(one, path, depth + 1));
    return calls.includes(undefined) ? undefined : (calls as ToolCall[][]).flat();
  }
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Fields;
  if (!Object.keys(fields).every((key) => known.has(key))) return undefined;
  const own = textOf(fields, pathKeys) ?? path;
  const inner =
    fields.edits ?? fields.changes ?? fields.operations ?? fields.input ?? fields.arguments;
  if (inner !== undefined)
    return callsOf(typeof inner === "string" ? parsed(inner) : inner, own, depth + 1);
  const call = callOf(fields);
  return call && [own === undefined ? call : { ...call, path: own }];
}

function callOf(fields: Fields): ToolCall | undefined {
  const text = textOf(fields, textKeys);
  if (fields.command === "create" && text !== undefined) return { kind: "write", text };
  const line = fields.insert_line;
  if (typeof line === "number" && Number.isInteger(line)) {
    const inserted = textOf(fields, ["insert_text", ...newKeys]);
    return inserted === undefined ? undefined : { kind: "insert", afterLine: line, text: inserted };
  }
  const old = textOf(fields, oldKeys);
  const fresh = textOf(fields, newKeys);
  if (old === undefined || fresh === undefined) return undefined;
  const all = allKeys.some((key) => fields[key] === true);
  return { kind: "pair", old, new: fresh, all };
}

function textOf(fields: Fields, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = fields[key];
    if (typeof value === "string") return value;
  }
  return undefined;
}
