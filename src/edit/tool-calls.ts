import { jsonInside } from "./json-text.ts";
import { pathIn } from "./paths.ts";
import { type KeyKind, kindOfKey, namesPlace } from "./tool-keys.ts";

/** One call of an edit tool, under any names of its arguments. */
export type ToolCall = { readonly path?: string } & (
  | {
      readonly kind: "pair";
      readonly old: string;
      readonly new: string;
      readonly all: boolean;
      /** How many places the caller expects. */
      readonly expected?: number;
      readonly nearLine?: number;
    }
  /** `line` as named. `after`: the text is inserted after it (0: before the first line); absent if the call does not say. */
  | {
      readonly kind: "insert";
      readonly line: number;
      readonly text: string;
      readonly after?: true;
    }
  /** The file's whole text. */
  | { readonly kind: "write"; readonly text: string }
  /** A text in another format; `patch`: one that names its places, `new`: new text and nothing else. */
  | { readonly kind: "text"; readonly text: string; readonly as: "patch" | "any" | "new" }
);

/** What was found in the arguments: calls, keys that have no use, and why an object could not be read. */
export interface FoundCalls {
  readonly calls: readonly ToolCall[];
  readonly unused: readonly string[];
  readonly problem?: string;
}

type CallFields = Readonly<Record<string, unknown>>;

/** The most levels of wrapping around a call. */
const deepestCall = 8;

/** The calls that a JSON value holds, wrapped in any objects and lists. Undefined if nothing in it looks like one. */
export function callsIn(value: unknown): FoundCalls | undefined {
  const search = new CallSearch();
  const calls = search.visit(value, undefined, 0);
  if (calls.length === 0 && search.problem === undefined) return undefined;
  const found = { calls, unused: [...search.unused] };
  return search.problem === undefined ? found : { ...found, problem: search.problem };
}

class CallSearch {
  readonly unused = new Set<string>();
  problem: string | undefined;

  visit(value: unknown, path: string | undefined, depth: number): ToolCall[] {
    if (depth > deepestCall) return [];
    if (Array.isArray(value)) return value.flatMap((one) => this.visit(one, path, depth + 1));
    if (typeof value === "string") {
      const inner = jsonInside(value);
      return inner ? this.visit(inner.value, path, depth + 1) : [];
    }
    if (typeof value !== "object" || value === null) return [];
    const fields = value as CallFields;
    const own = pathOfCall(fields) ?? path;
    const call = this.callOf(fields) ?? this.inner(fields, own, depth) ?? this.textOf(fields);
    for (const [key, one] of Object.entries(fields)) this.noteKey(key, one, call);
    if (call === undefined) return [];
    if (Array.isArray(call)) return call;
    return [own === undefined ? call : { ...call, path: own }];
  }

  private noteKey(key: string, value: unknown, call: ToolCall | ToolCall[] | undefined): void {
    if (kindOfKey(key) !== undefined) return;
    const wraps = typeof value === "object" && value !== null && Array.isArray(call);
    if (!wraps) this.unused.add(key);
  }

  /** A pair or an insertion. */
  private callOf(fields: CallFields): ToolCall | undefined {
    const insertLine = wholeNumber(valueAt(fields, "insert-line"));
    if (insertLine !== undefined) return this.insertion(fields, insertLine);
    const old = this.only(fields, "old");
    const newText = this.only(fields, "new");
    if (old === undefined || newText === undefined) return undefined;
    if (old + newText === "" && fieldOfKind(fields, "holder") !== undefined) return undefined;
    if (Object.entries(fields).some(([key, value]) => /regex/i.test(key) && isTrue(value))) {
      this.problem = "regular expressions are not read: give the text itself as the old string";
      return undefined;
    }
    const expected = wholeNumber(valueAt(fields, "expected"));
    const nearLine = wholeNumber(valueAt(fields, "line"));
    return {
      kind: "pair",
      old,
      new: newText,
      all: Object.entries(fields).some(([key, value]) => kindOfKey(key) === "all" && isTrue(value)),
      ...(expected !== undefined && expected > 0 && { expected }),
      ...(nearLine !== undefined && nearLine > 0 && { nearLine }),
    };
  }

  private insertion(fields: CallFields, line: number): ToolCall | undefined {
    const inserted = textAt(fields, "insert-text");
    const text = inserted ?? textAt(fields, "new") ?? textAt(fields, "whole");
    if (text === undefined) {
      this.problem = "it has insert_line and no text to insert: send insert_text too";
      return undefined;
    }
    const after = inserted !== undefined || fields.command === "insert";
    return { kind: "insert", line, text, ...(after && { after }) };
  }

  /** Calls further inside: lists of edits, wrapped arguments, JSON in a string. */
  private inner(
    fields: CallFields,
    path: string | undefined,
    depth: number,
  ): ToolCall[] | undefined {
    const calls = Object.entries(fields).flatMap(([key, value]) => {
      const kind = kindOfKey(key);
      if (typeof value === "string" && kind !== "holder" && kind !== undefined) return [];
      // A list of changes by file has the paths as keys.
      const named = kind === undefined && /[./\\]/.test(key) ? pathIn(key) : undefined;
      return this.visit(value, named ?? path, depth + 1);
    });
    return calls.length > 0 ? calls : undefined;
  }

  /** A text that is the whole file or is in another format. */
  private textOf(fields: CallFields): ToolCall | undefined {
    const patch = patchIn(fields);
    if (patch !== undefined) return { kind: "text", text: patch, as: "patch" };
    const place = Object.keys(fields).find(
      (key) => namesPlace(key) && kindOfKey(key) !== "new" && !isEmptyCall(fields[key]),
    );
    const whole = textAt(fields, "whole");
    if (whole !== undefined && fields.type !== "text") {
      // Lines in a list are whole lines, the last one too.
      const isList = Array.isArray(valueAt(fields, "whole")) && !whole.endsWith("\n");
      if (place === undefined) return { kind: "write", text: isList ? `${whole}\n` : whole };
      this.problem = `${place} beside ${fieldOfKind(fields, "whole")} says that the text is a part of the file, but not which lines it replaces: send old_string and new_string`;
      return undefined;
    }
    const sketch = fields.type === "text" ? undefined : textAt(fields, "sketch");
    if (sketch !== undefined) return { kind: "text", text: sketch, as: "any" };
    const key = fieldOfKind(fields, "new");
    const newText =
      key === undefined || /^(?:after|replace)/i.test(key) ? undefined : textAt(fields, "new");
    if (newText !== undefined && fieldOfKind(fields, "old") === undefined && place === undefined)
      return { kind: "text", text: newText, as: "new" };
    this.problem ??= incomplete(fields);
    return undefined;
  }

  /** The text of this kind, where all keys of the kind agree. */
  private only(fields: CallFields, kind: KeyKind): string | undefined {
    const keys = Object.keys(fields).filter(
      (key) => kindOfKey(key) === kind && textValue(fields[key]) !== undefined,
    );
    const texts = new Set(keys.map((key) => textValue(fields[key])));
    if (texts.size > 1)
      this.problem = `${keys.join(" and ")} say different things: send one of them`;
    return texts.size === 1 ? [...texts][0] : undefined;
  }
}

function incomplete(fields: CallFields): string | undefined {
  const old = fieldOfKind(fields, "old");
  const newField = fieldOfKind(fields, "new");
  if (old !== undefined && newField !== undefined)
    return `${typeof fields[old] === "string" ? newField : old} is not a string`;
  if (old !== undefined) return `it has ${old} and no new string beside it: send both`;
  if (newField !== undefined)
    return `it has ${newField} and no old string that says what it replaces: send both`;
  const whole = fieldOfKind(fields, "whole");
  return whole !== undefined && fields.type === undefined ? `${whole} is not a string` : undefined;
}

/** The start of a patch, a diff, or a search block, on a line of its own. */
const patchStart =
  /^(?:\*\*\* (?:Begin Patch|Update File:|Add File:|Delete File:)|diff --git |--- \S|@@ |<{3,9} ?(?:SEARCH|ORIGINAL)\b|-{3,9} ?SEARCH\b)/m;

function patchIn(fields: CallFields): string | undefined {
  for (const [key, value] of Object.entries(fields)) {
    const kind = kindOfKey(key);
    if (kind === "patch" && typeof value === "string") return value;
    if (kind !== "holder" && kind !== "note" && kind !== undefined) continue;
    for (const one of Array.isArray(value) ? value : [value])
      if (typeof one === "string" && patchStart.test(one)) return one;
  }
  return undefined;
}

function pathOfCall(fields: CallFields): string | undefined {
  const path = valueAt(fields, "path");
  return typeof path === "string" && path.trim() !== ""
    ? path.trim().replace(/^file:\/\//, "")
    : undefined;
}

function fieldOfKind(fields: CallFields, kind: KeyKind): string | undefined {
  return Object.keys(fields).find((key) => kindOfKey(key) === kind && !isEmptyCall(fields[key]));
}

function valueAt(fields: CallFields, kind: KeyKind): unknown {
  const key = fieldOfKind(fields, kind);
  return key === undefined ? undefined : fields[key];
}

function textAt(fields: CallFields, kind: KeyKind): string | undefined {
  for (const key of Object.keys(fields)) {
    const text = kindOfKey(key) === kind ? textValue(fields[key]) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A text, or its lines as a list. */
function textValue(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (!value.every((line) => typeof line === "string")) return undefined;
  const areEnded = value.slice(0, -1).every((line) => line.endsWith("\n"));
  return value.join(areEnded && value.length > 1 ? "" : "\n");
}

const isEmptyCall = (value: unknown): boolean =>
  value === null || value === undefined || value === false;
const isTrue = (value: unknown): boolean => value === true || /^true$/i.test(String(value));

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) ? number : undefined;
}
