import { spend } from "../core/budget.ts";
import type { Edit, LinesSegment, Segment } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { splitLines } from "../core/lines.ts";
import { changesBetween } from "./changes.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { parseCalls, type ToolCall } from "./pair-json.ts";
import { samePath } from "./paths.ts";
import { rolesToLines } from "./roles.ts";

/** Old and new strings as JSON: the arguments of the edit tools that agents call. */
export const pairs: EditFormat = {
  name: "search-replace",

  recognise(input) {
    const calls = parseCalls(input.text);
    if (calls === undefined || calls.every((call) => call.kind === "write")) return undefined;
    // A file of data with such fields of its own is rewritten, not edited by pairs.
    if (calls.every((call) => call.path === undefined) && parseCalls(input.source))
      return undefined;
    const count = calls.length;
    return `it is JSON with ${count === 1 ? "an old and a new string" : `${count} edits`}`;
  },

  read(input, why) {
    const calls = parseCalls(input.text);
    if (!calls) {
      throw new RedraftError(
        "unreadable-edit",
        "the edit is not JSON with an old and a new string.",
      );
    }
    const mine = ofThisFile(calls, input);
    const path = mine.find((call) => call.path !== undefined)?.path;
    const named = path === undefined ? {} : { path };
    const base = { format: "search-replace", why, extent: "parts", ...named } as const;
    const created = mine.length === 1 && mine[0]!.kind === "pair" && mine[0]!.old === "";
    if (created || mine.some((call) => call.kind === "write"))
      return { ...base, ...creation(mine, input) };
    return { ...base, action: "update", ...placed(mine, input) };
  },
};

function ofThisFile(calls: readonly ToolCall[], input: EditInput): ToolCall[] {
  const mine = calls.filter((call) => call.path === undefined || samePath(call.path, input.path));
  if (mine.length > 0) return mine;
  const others = [...new Set(calls.map((call) => call.path))].join(", ");
  throw new RedraftError("no-match", `the edit is for ${others}, not for ${input.path}.`, {
    details: { path: input.path, named: others },
  });
}

function creation(
  calls: readonly ToolCall[],
  input: EditInput,
): Pick<Edit, "action" | "segments" | "finalNewline"> {
  const call = calls[0]!;
  const text = call.kind === "write" ? call.text : call.kind === "pair" ? call.new : "";
  if (calls.length > 1 || (input.source !== "" && input.source !== text)) {
    throw new RedraftError(
      "no-match",
      `the old string is empty, which creates a file, but ${input.path} has text already. ` +
        "Give the lines before the place where the new text belongs as old string.",
    );
  }
  const lines = splitLines(text).map((line) => ({ text: line.text, role: "add", at: 0 }) as const);
  const segment: LinesSegment = { kind: "lines", lines, anchor: "end" };
  if (input.source === text && text !== "") return { action: "update", segments: [] };
  return { action: "create", segments: [segment], finalNewline: /[\r\n]$/.test(text) };
}

interface Found {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Placed by the reader where every old string is found to the letter; otherwise left to the merge. */
function placed(
  calls: readonly ToolCall[],
  input: EditInput,
): Pick<Edit, "segments" | "finalNewline"> {
  const flat = splitLines(input.source)
    .map((line) => line.text + (line.end === "" ? "" : "\n"))
    .join("");
  const text = applyAll(calls, flat, input) ?? applyInTurn(calls, flat);
  if (text === undefined) return { segments: calls.flatMap((call) => asLines(call, input)) };
  const segments = changesBetween(cut(flat), cut(text));
  const ends = text.endsWith("\n");
  return flat.endsWith("\n") === ends || text === ""
    ? { segments }
    : { segments, finalNewline: ends };
}

const cut = (text: string): string[] => splitLines(text).map((line) => line.text);
const unified = (text: string): string => text.replace(/\r\n?/g, "\n");

function occurrences(text: string, part: string): number[] {
  const places: number[] = [];
  // Looking through a text is fast, but not for thousands of strings.
  spend(1 + text.length / 100);
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) {
    places.push(at);
  }
  return places;
}

/** All pairs against the source itself; undefined = one is not found in it, or two claim the same text. */
function applyAll(calls: readonly ToolCall[], flat: string, input: EditInput): string | undefined {
  const found: Found[] = [];
  for (const [index, call] of calls.entries()) {
    if (call.kind === "insert") {
      found.push(insertion(call, flat, input));
      continue;
    }
    if (call.kind !== "pair" || call.old === "") return undefined;
    const old = unified(call.old);
    const fresh = unified(call.new);
    const places = occurrences(flat, old);
    if (places.length === 0) return undefined;
    if (places.length > 1 && !call.all) {
      // A later pair may mean what an earlier one leaves unique; alone it is ambiguous.
      if (calls.length > 1 && index > 0) return undefined;
      throw ambiguous(call.old, fresh, places, flat, input);
    }
    for (const start of places) found.push({ start, end: start + old.length, text: fresh });
  }
  found.sort((a, b) => a.start - b.start || a.end - b.end);
  let text = "";
  let from = 0;
  for (const one of found) {
    if (one.start < from) return undefined;
    text += flat.slice(from, one.start) + one.text;
    from = one.end;
  }
  return text + flat.slice(from);
}

function applyInTurn(calls: readonly ToolCall[], flat: string): string | undefined {
  let text = flat;
  for (const call of calls) {
    if (call.kind !== "pair" || call.old === "") return undefined;
    const old = unified(call.old);
    const places = occurrences(text, old);
    if (places.length === 0 || (places.length > 1 && !call.all)) return undefined;
    spend(text.length / 20);
    text = text.split(old).join(unified(call.new));
  }
  return text;
}

function insertion(call: ToolCall & { kind: "insert" }, flat: string, input: EditInput): Found {
  spend(flat.length / 20);
  const lines = splitLines(flat);
  if (call.afterLine < 0 || call.afterLine > lines.length) {
    throw new RedraftError(
      "no-match",
      `insert_line ${call.afterLine} is outside ${input.path}, which has ${lines.length} lines.`,
    );
  }
  let start = 0;
  for (const line of lines.slice(0, call.afterLine)) start += line.text.length + line.end.length;
  const text = unified(call.text);
  const before = start > 0 && flat[start - 1] !== "\n" ? "\n" : "";
  const after = text.endsWith("\n") || start === flat.length ? "" : "\n";
  return { start, end: start, text: before + text + after };
}

function ambiguous(
  old: string,
  fresh: string,
  places: readonly number[],
  flat: string,
  input: EditInput,
): RedraftError {
  const lineOf = (place: number): number => flat.slice(0, place).split("\n").length;
  const lines = places.slice(0, 20).map(lineOf);
  const candidates = places.slice(0, 3).map((place) => {
    return flat.slice(0, place) + fresh + flat.slice(place + unified(old).length);
  });
  const shown = lines.slice(0, 5).map((line) => {
    return `  line ${line}: ${input.sourceLines[line - 1]!.trim().slice(0, 100)}`;
  });
  return new RedraftError(
    "ambiguous",
    `the old string stands at ${places.length} places in ${input.path}:\n${shown.join("\n")}\n` +
      "Add lines before or after it until it stands only once, or set replace_all to change every place.",
    { details: { lines, candidates: restored(candidates, input.source) } },
  );
}

/** Candidate texts get the line ends of the source back where it has only one kind. */
function restored(texts: readonly string[], source: string): string[] {
  const windows = source.includes("\r\n") && !/(^|[^\r])\n/.test(source);
  return windows ? texts.map((text) => text.replace(/\n/g, "\r\n")) : [...texts];
}

function asLines(call: ToolCall, input: EditInput): Segment[] {
  if (call.kind === "insert") {
    const lines = cut(call.text).map((text) => ({ text, role: "add", at: 0 }) as const);
    return [{ kind: "lines", lines, atLine: call.afterLine + 1 }];
  }
  if (call.kind === "write") return [];
  if (call.all) {
    throw new RedraftError(
      "no-match",
      `replace_all is set, but the old string is not in ${input.path} to the letter: ${quoted(call.old)}. ` +
        "Copy it from the file as it is now.",
    );
  }
  return [{ kind: "lines", lines: rolesToLines(cut(call.old), cut(call.new), 0, 0) }];
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 117)}...` : text);
}
