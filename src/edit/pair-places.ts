import type { Edit, Segment } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { LineRange } from "../core/merge.ts";
import { spend } from "../text/budget.ts";
import { lineAt, lineTexts, splitLines } from "../text/lines.ts";
import { asMeant } from "./as-meant.ts";
import { refuseBrokenLines } from "./broken-lines.ts";
import { changedSegments } from "./changes.ts";
import type { EditInput } from "./format.ts";
import { editInput } from "./input.ts";
import { keptLineEnds } from "./line-ends.ts";
import { rolesToLines } from "./line-roles.ts";
import { ambiguousPair, quotedText, severalPlaces, wrongCount } from "./pair-errors.ts";
import type { ToolCall } from "./tool-calls.ts";

export type OldNewPair = ToolCall & { readonly kind: "pair" };
export type PairInsertion = ToolCall & { readonly kind: "insert" };
export type PlacedCall = OldNewPair | PairInsertion;

/** Placed by the reader if every old string is found exactly; otherwise left to the merge. */
export function placePairs(
  calls: readonly PlacedCall[],
  input: EditInput,
): Pick<Edit, "segments" | "finalNewline"> {
  const flat = unified(input.source);
  const meant = calls.map((call) => (call.kind === "pair" ? pairAsMeant(call, input, flat) : call));
  const text = applyEverywhere(meant, flat, input) ?? pairsInTurn(calls, flat, input);
  if (text === undefined) return { segments: partlyPlaced(meant, flat, input) };
  const segments = changedSegments(lineTexts(flat), lineTexts(text));
  const ends = text.endsWith("\n");
  return flat.endsWith("\n") === ends || text === ""
    ? { segments }
    : { segments, finalNewline: ends };
}

const unified = (text: string): string => text.replace(/\r\n?/g, "\n");

/** The pair with line ends as `flat` has them, and as its writer meant it. */
function pairAsMeant(call: OldNewPair, input: EditInput, flat: string): OldNewPair {
  const plain = { ...call, old: unified(call.old), new: unified(call.new) };
  spend(flat.length / 100);
  refuseBrokenLines(plain.old, plain.new, input, "the new string");
  if (flat.includes(plain.old)) return plain;
  // A final newline is not a line of its own.
  const [old, oldEnd] = bodyOf(plain.old);
  const [newBody, newEnd] = bodyOf(plain.new);
  const near = call.nearLine === undefined ? {} : { nearLine: call.nearLine };
  const sides = { old: old.split("\n"), new: newBody.split("\n"), ...near };
  const meant = asMeant(sides, input, `the pair ${quotedText(call.old)}`, (part) =>
    flat.includes(part),
  );
  const nearLine = meant.nearLine === undefined ? {} : { nearLine: meant.nearLine };
  const [newText, oldText] = [meant.new.join("\n") + newEnd, meant.old.join("\n") + oldEnd];
  return { ...plain, old: oldText, new: newText, ...nearLine };
}

function bodyOf(text: string): [body: string, end: string] {
  return text.endsWith("\n") ? [text.slice(0, -1), "\n"] : [text, ""];
}

/** Every place of a part, those that overlap as well. */
function occurrences(text: string, part: string): number[] {
  const places: number[] = [];
  spend(text.length / 100);
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) places.push(at);
  return places;
}

/** The places of a part in the lines that the edit is about. */
function placesWithin(text: string, part: string, { within }: EditInput): number[] {
  const every = occurrences(text, part);
  if (within === undefined) return every;
  return every.filter((place) => {
    const first = lineAt(text, place);
    const last = lineAt(text, place + Math.max(0, part.trimEnd().length - 1));
    return first >= within.start && last < within.end;
  });
}

/** The places that can be replaced together, from the first on. */
function areApart(places: readonly number[], length: number): number[] {
  const kept: number[] = [];
  for (const place of places)
    if (kept.length === 0 || place >= kept.at(-1)! + length) kept.push(place);
  return kept;
}

/**
 * Where a pair is to be replaced: at its one place, at the one that it names by line, or at every place.
 * Undefined if that is not clear.
 */
function pairPlaces(call: OldNewPair, flat: string, input: EditInput): number[] | undefined {
  const every = placesWithin(flat, call.old, input);
  const separate = areApart(every, call.old.length);
  if (every.length === 0) return [];
  if (call.expected !== undefined && !(call.expected === 1 && call.all)) {
    if (call.expected !== separate.length) throw wrongCount(call, separate, flat, input);
    if (separate.length === every.length) return separate;
  }
  if (call.all) return separate;
  if (every.length === 1) return every;
  if (call.nearLine === undefined) return undefined;
  // The line of the first character that is no line end: old strings begin with one at times.
  const skipped = /^\n*/.exec(call.old)![0].length;
  const near = every.filter((place) => lineAt(flat, place + skipped) + 1 === call.nearLine);
  return near.length === 1 ? near : undefined;
}

interface PairFound {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** All pairs against the source itself, or undefined if one is not found in it or two claim the same text. */
function applyEverywhere(
  calls: readonly PlacedCall[],
  flat: string,
  input: EditInput,
): string | undefined {
  const found: PairFound[] = [];
  for (const [index, call] of calls.entries()) {
    if (call.kind === "insert") {
      found.push(insertion(call, flat, input));
      continue;
    }
    const places = pairPlaces(call, flat, input);
    if (places === undefined) {
      // A later pair may mean what an earlier one leaves unique; alone it is ambiguous.
      if (calls.length > 1 && index > 0) return undefined;
      throw ambiguousPair(call, placesWithin(flat, call.old, input), flat, input);
    }
    if (places.length === 0) return undefined;
    for (const start of places) found.push(replacement(call, start, flat));
  }
  return spliced(flat, found);
}

/** Calls that the source has exactly at their places, the others for the merge to place. */
function partlyPlaced(
  calls: readonly PlacedCall[],
  flat: string,
  input: EditInput,
): readonly Segment[] {
  const literal = calls.filter((call) => call.kind === "pair" && flat.includes(call.old));
  const text = literal.length === 0 ? undefined : applyEverywhere(literal, flat, input);
  if (text === undefined) return calls.flatMap((call) => asLines(call, input));
  const others = calls.filter((call) => !literal.includes(call));
  return [
    ...changedSegments(lineTexts(flat), lineTexts(text)),
    ...others.flatMap((call) => asLines(call, input)),
  ];
}

function replacement(call: OldNewPair, start: number, text: string): PairFound {
  const end = start + call.old.length;
  return { start, end, text: keptLineEnds(call, text, start) };
}

function spliced(flat: string, found: PairFound[]): string | undefined {
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

/** One pair after the other, each in the text that the ones before it leave. */
function pairsInTurn(
  calls: readonly PlacedCall[],
  flat: string,
  input: EditInput,
): string | undefined {
  let text = flat;
  for (const [index, call] of calls.entries()) {
    if (call.kind !== "pair") return undefined;
    const now =
      index === 0 ? input : editInput("", input.path, text, grown(input.within, text, flat));
    const pair = pairAsMeant(call, now, text);
    const places = pairPlaces(pair, text, now);
    if (places === undefined) {
      const every = placesWithin(text, pair.old, now);
      // Several places in the text that the earlier pairs leave: it is as unclear there.
      throw severalPlaces(pair, every, text, index + 1, input);
    }
    if (places.length === 0) return undefined;
    const next = spliced(
      text,
      places.map((start) => replacement(pair, start, text)),
    );
    if (next === undefined) return undefined;
    text = next;
  }
  return text;
}

/** The lines that an edit is about after some of its pairs: all changes are inside. */
function grown(within: LineRange | undefined, text: string, flat: string): LineRange | undefined {
  if (within === undefined) return undefined;
  return { start: within.start, end: within.end + lineTexts(text).length - lineTexts(flat).length };
}

/**
 * Where a text is inserted that names a line. If the call does not say whether after or before it, only a line that
 * allows just one of the two is accepted.
 */
function insertion(call: PairInsertion, flat: string, input: EditInput): PairFound {
  const lines = splitLines(flat);
  const size = lines.length;
  const isOpen = !call.after && call.line > 0 && call.line <= size;
  if (isOpen) {
    throw new RedraftError(
      "ambiguous",
      `insert_line ${call.line} does not say whether the text belongs before or after line ${call.line} of ${input.path}. ` +
        'Add "command": "insert" to put it after that line, or send old_string and new_string.',
      { details: { lines: [call.line, call.line + 1] } },
    );
  }
  // The line after the last is one that nothing can go after.
  const afterLine = !call.after && call.line === size + 1 ? size : call.line;
  if (afterLine < 0 || afterLine > size) {
    throw new RedraftError(
      "no-match",
      `insert_line ${call.line} is outside ${input.path}, which has ${size} ${size === 1 ? "line" : "lines"}. Name one from 0 to ${size}.`,
    );
  }
  let start = 0;
  for (const line of lines.slice(0, afterLine)) start += line.text.length + line.end.length;
  const text = unified(call.text);
  const before = start > 0 && flat[start - 1] !== "\n" ? "\n" : "";
  const after = text.endsWith("\n") || (start === flat.length && before !== "") ? "" : "\n";
  return { start, end: start, text: before + text + after };
}

function asLines(call: PlacedCall, input: EditInput): Segment[] {
  if (call.kind === "insert") {
    const lines = lineTexts(call.text).map((text) => ({ text, role: "add", at: 0 }) as const);
    return [{ kind: "lines", lines, atLine: call.line + 1 }];
  }
  if (call.all || (call.expected ?? 1) > 1) {
    throw new RedraftError(
      "no-match",
      `${call.all ? "replace_all is set" : `${call.expected} places are expected`}, but ${input.path} does not contain the old string exactly: ${quotedText(call.old)}. ` +
        "Copy it from the file as it is now.",
    );
  }
  const near = call.nearLine === undefined ? {} : { nearLine: call.nearLine };
  return [
    { kind: "lines", lines: rolesToLines(lineTexts(call.old), lineTexts(call.new), 0, 0), ...near },
  ];
}
