import type { EditInput } from "./format.ts";
import { jsonInside, jsonText } from "./json-text.ts";
import { refuseLoneReturns } from "./lone-returns.ts";
import { forAnotherFile, otherPaths, samePath } from "./paths.ts";
import { callsIn, type FoundCalls, type ToolCall } from "./tool-calls.ts";
import { kindOfKey, knownKeys } from "./tool-keys.ts";
import { unreadable } from "./unreadable.ts";

/** The arguments of an edit tool, as far as they are for this file. */
export interface ToolEdit {
  readonly calls: readonly ToolCall[];
  /** What the calls are, and which keys were not used. */
  readonly why: string;
  readonly path?: string;
  /** See `Edit`. */
  readonly otherPaths?: readonly string[];
  readonly unused: readonly string[];
}

const knownEdits = new WeakMap<EditInput, { readonly edit: ToolEdit | undefined }>();

/**
 * The edit as JSON arguments of an edit tool, or undefined if it is something else. Throws if it can only be
 * meant so, but cannot be read or is for another file.
 */
export function toolEdit(input: EditInput): ToolEdit | undefined {
  let known = knownEdits.get(input);
  if (!known) {
    known = { edit: readToolEdit(input) };
    knownEdits.set(input, known);
  }
  return known.edit;
}

function readToolEdit(input: EditInput): ToolEdit | undefined {
  const json = jsonText(input.text);
  if (json === undefined || ("value" in json && !isObjects(json.value))) return undefined;
  const isData = holdsData(input);
  if ("problem" in json) {
    const kind = kindOfKey(json.firstKey);
    if (isData || kind === undefined || kind === "note") return undefined;
    throw unreadable(
      "search-replace",
      `the edit looks like the JSON arguments of an edit tool, but ${json.problem}. Send it again as valid JSON, or as search/replace blocks.`,
    );
  }
  const found = callsIn(json.value);
  if (isData && isFileAnew(json.value, found, input)) return undefined;
  if (found && found.calls.length > 0) return forThisFile(found, input);
  const keys = keysOfTool(json.value);
  if (found?.problem !== undefined && (input.source !== "" || keys.some(isEditKey)))
    throw unreadable(
      "search-replace",
      `the edit is JSON, but ${found.problem}.${unknownKeys(found.unused)}`,
    );
  if (input.source.trim() === "" || isData || keys.length === 0) return undefined;
  throw unreadable(
    "search-replace",
    `the edit is JSON with the keys ${keys.slice(0, 8).join(", ")}, none of which says what to change. ` +
      `Use ${knownKeys}.`,
  );
}

function isObjects(value: unknown): boolean {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === "object" && first !== null;
}

const dataPath =
  /(?:json\w*|\.(?:ipynb|map|har|lock|avsc|tfstate|webmanifest|code-workspace)|rc)$/i;

export const isDataPath = (path: string): boolean => dataPath.test(path);

/** Whether the file holds JSON itself, so that JSON may be its new text. */
function holdsData(input: EditInput): boolean {
  if (dataPath.test(input.path)) return true;
  return input.source.trim() !== "" && jsonInside(input.source) !== undefined;
}

/**
 * Whether JSON for a file of JSON is the file's new text rather than a call: it does not name the file, and it
 * has keys of it, or most of them. A new file has no keys to compare.
 */
function isFileAnew(value: unknown, found: FoundCalls | undefined, input: EditInput): boolean {
  const calls = found?.calls ?? [];
  const names = (call: ToolCall): boolean =>
    call.path !== undefined && samePath(call.path, input.path);
  if (calls.length > 0 && calls.every(names)) return false;
  const isPair = (call: ToolCall): boolean => call.kind === "pair" || call.kind === "insert";
  if (input.source.trim() === "") return calls.length === 0 || !calls.every(isPair);
  const source = jsonInside(input.source);
  const own = source ? keysOfTool(source.value) : keysWritten(input.source);
  const shared = keysOfTool(value).filter((key) => own.includes(key));
  const telling = shared.some((key) => !["note", "path"].includes(kindOfKey(key) ?? ""));
  return telling || shared.length * 2 > own.length;
}

/**
 * Whether the edit is JSON with all keys of a JSON file and no shorter lists: the new text of the file. If all its keys
 * are also arguments of edit tools, it may be a call as well.
 */
export function keepsAllKeys(input: EditInput): boolean {
  const source = jsonInside(input.source);
  const text = source && jsonInside(input.text);
  if (!source || !text || keysOfTool(source.value).every((key) => kindOfKey(key) !== undefined))
    return false;
  return keepsKeys(source.value, text.value, 0);
}

function keepsKeys(old: unknown, after: unknown, depth: number): boolean {
  if (typeof old !== "object" || old === null) return depth > 0;
  if (typeof after !== "object" || after === null || depth > 100) return false;
  if (Array.isArray(old) !== Array.isArray(after)) return false;
  if (Object.keys(old).length === 0) return depth > 0;
  return Object.entries(old).every(
    ([key, value]) =>
      Object.hasOwn(after, key) && keepsKeys(value, (after as ToolFields)[key], depth + 1),
  );
}

type ToolFields = Readonly<Record<string, unknown>>;

/** The keys of a text that is nearly JSON (comments, commas at the end). */
function keysWritten(text: string): string[] {
  return [...text.matchAll(/"([^"\\\n]{1,100})"\s*:/g)].map((match) => match[1]!);
}

function forThisFile({ calls, unused, problem }: FoundCalls, input: EditInput): ToolEdit {
  const mine = calls.filter((call) => call.path === undefined || samePath(call.path, input.path));
  if (mine.length === 0) {
    throw forAnotherFile(
      "edit",
      calls.map((call) => call.path),
      input.path,
    );
  }
  if (problem !== undefined)
    throw unreadable(
      "search-replace",
      `one of the edits cannot be read: ${problem}. Nothing was written.`,
    );
  const exact = { isExact: true, what: "a string of the edit" };
  for (const call of mine)
    refuseLoneReturns(call.kind === "pair" ? call.new : call.text, input.source, exact);
  const path = mine.find((call) => call.path !== undefined)?.path;
  const why = whatIs(mine) + (unused.length === 0 ? "" : ` (keys not used: ${unused.join(", ")})`);
  const others = calls.filter((call) => !mine.includes(call)).map((call) => call.path);
  return { calls: mine, why, unused, ...(path !== undefined && { path }), ...otherPaths(others) };
}

function whatIs(calls: readonly ToolCall[]): string {
  const [first] = calls;
  if (calls.length > 1) return `it is JSON with ${calls.length} edits`;
  if (first!.kind === "pair") return "it is JSON with an old and a new string";
  if (first!.kind === "insert") return "it is JSON with a text to insert";
  return first!.kind === "write"
    ? "it is JSON with the whole text of the file"
    : "it is JSON that holds an edit";
}

function keysOfTool(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value];
  const keys = values.flatMap((one) =>
    typeof one === "object" && one !== null ? Object.keys(one) : [],
  );
  return [...new Set(keys)];
}

const isEditKey = (key: string): boolean => {
  const kind = kindOfKey(key);
  return kind !== undefined && kind !== "note" && kind !== "holder";
};

/** What a message adds about keys that are not known. */
export function unknownKeys(keys: readonly string[]): string {
  if (keys.length === 0) return "";
  return ` Not known: ${keys.slice(0, 8).join(", ")}. Use ${knownKeys}.`;
}
