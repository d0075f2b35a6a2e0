import { RedraftError } from "../core/errors.ts";
import { LineDiff } from "../text/line-diff.ts";

/** Replaces characters [start, end) by `text`; UTF-16 units of the text before all edits of the same change. */
export interface DocumentEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A change as the Language Server Protocol writes it; without `range` the text is the whole document. */
export interface LspChange {
  readonly range?: { readonly start: LspPosition; readonly end: LspPosition };
  readonly text: string;
}

/** 0-based line, and UTF-16 units in it. */
export interface LspPosition {
  readonly line: number;
  readonly character: number;
}

/** Offsets, a list of LSP changes (each refers to the text after the one before), or the whole new text. */
export type TextChange =
  | { readonly edits: readonly DocumentEdit[] }
  | { readonly lsp: readonly LspChange[] }
  | { readonly text: string };

/**
 * The edits of a change, sorted, without those that change nothing.
 *
 * @throws RedraftError `usage` where edits overlap or lie outside the text
 */
export function editsOf(text: string, change: TextChange): DocumentEdit[] {
  if ("text" in change) return diffEdits(text, change.text);
  if ("edits" in change) return sortedEdits(text, change.edits);
  const [only] = change.lsp;
  if (change.lsp.length === 1 && only?.range !== undefined) {
    return sortedEdits(text, [lspEdit(text, only)]);
  }
  let after = text;
  for (const one of change.lsp) {
    after = one.range === undefined ? one.text : withTextEdits(after, [lspEdit(after, one)]);
  }
  return diffEdits(text, after);
}

/** @param edits sorted, none overlapping another */
export function withTextEdits(text: string, edits: readonly DocumentEdit[]): string {
  let result = "";
  let at = 0;
  for (const edit of edits) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** The edits that lead back: applied to the text after `edits`, they give the text before. */
export function inverseEdits(text: string, edits: readonly DocumentEdit[]): DocumentEdit[] {
  let shift = 0;
  return edits.map(({ start, end, text: added }) => {
    const from = start + shift;
    shift += added.length - (end - start);
    return { start: from, end: from + added.length, text: text.slice(start, end) };
  });
}

function sortedEdits(text: string, edits: readonly DocumentEdit[]): DocumentEdit[] {
  const sorted = edits
    .filter(({ start, end, text: added }) => start !== end || added !== "")
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
  let last = 0;
  for (const { start, end } of sorted) {
    const isSound = Number.isInteger(start) && Number.isInteger(end);
    if (!isSound || start < last || end < start || end > text.length) {
      throw new RedraftError(
        "usage",
        `the edit [${start}, ${end}) overlaps another one or lies outside the ${text.length} characters of the document; send the whole new text as { text }`,
      );
    }
    last = end;
  }
  return sorted;
}

/** The hunks by which two texts differ, each cut to the characters that differ. */
export function diffEdits(before: string, after: string): DocumentEdit[] {
  const [start, end] = differingRange(before, after, 0, before.length, 0, after.length);
  const [from, to] = [before.lastIndexOf("\n", start - 1) + 1, endOfLine(before, end)];
  const newTo = after.length - (before.length - to);
  const oldLines = linesWithEnds(before.slice(from, to));
  const newLines = linesWithEnds(after.slice(from, newTo));
  const [oldAt, newAt] = [offsets(oldLines, from), offsets(newLines, from)];
  return new LineDiff(oldLines, newLines).compare().flatMap((hunk) => {
    const [newStart, newEnd] = [newAt[hunk.newStart]!, newAt[hunk.newEnd]!];
    const [oldStart, oldEnd] = [oldAt[hunk.oldStart]!, oldAt[hunk.oldEnd]!];
    const [first, last] = differingRange(before, after, oldStart, oldEnd, newStart, newEnd);
    const text = after.slice(first - oldStart + newStart, last - oldEnd + newEnd);
    return first === last && text === "" ? [] : [{ start: first, end: last, text }];
  });
}

/** [start, end) of `before` that is left when equal ends are cut off two ranges. */
function differingRange(
  before: string,
  after: string,
  oldStart: number,
  oldEnd: number,
  newStart: number,
  newEnd: number,
): readonly [start: number, end: number] {
  const most = Math.min(oldEnd - oldStart, newEnd - newStart);
  let head = 0;
  while (head < most && before.charCodeAt(oldStart + head) === after.charCodeAt(newStart + head)) {
    head++;
  }
  let tail = 0;
  while (
    tail < most - head &&
    before.charCodeAt(oldEnd - 1 - tail) === after.charCodeAt(newEnd - 1 - tail)
  ) {
    tail++;
  }
  return [oldStart + head, oldEnd - tail];
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", Math.max(0, from - 1));
  return at < 0 ? text.length : at + 1;
}

function linesWithEnds(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let end = text.indexOf("\n") + 1; end > 0; end = text.indexOf("\n", start) + 1) {
    lines.push(text.slice(start, end));
    start = end;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

function offsets(lines: readonly string[], from: number): number[] {
  const found = [from];
  for (const line of lines) found.push(found.at(-1)! + line.length);
  return found;
}

function lspEdit(text: string, { range, text: added }: LspChange): DocumentEdit {
  const { start, end } = range!;
  return { start: offsetAt(text, start), end: offsetAt(text, end), text: added };
}

/** As the protocol says: a character behind the end of its line means the end of the line. */
function offsetAt(text: string, { line, character }: LspPosition): number {
  let start = 0;
  for (let i = 0; i < line; i++) {
    const next = text.indexOf("\n", start);
    if (next < 0) {
      if (i === line - 1 && character === 0) return text.length;
      throw new RedraftError(
        "usage",
        `line ${line} lies behind the ${i + 1} lines of the document; the client and the session hold different texts`,
      );
    }
    start = next + 1;
  }
  let end = text.indexOf("\n", start);
  if (end < 0) end = text.length;
  else if (end > start && text[end - 1] === "\r") end -= 1;
  return Math.min(start + character, end);
}
