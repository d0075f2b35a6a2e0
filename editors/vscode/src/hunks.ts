/** A place of a text: line and UTF-16 unit in it, both from 0. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

/** What replaces a range of a text. The protocol's `TextEdit` is one. */
export interface TextChange {
  readonly range: { readonly start: Place; readonly end: Place };
  readonly newText: string;
}

/** Changes without an unchanged line between them: what is accepted or rejected together. */
export interface Hunk extends TextChange {
  /** Number of the first line that changes, from 1. */
  readonly line: number;
  /** What the range has now. */
  readonly oldText: string;
}

interface Span {
  start: number;
  end: number;
  readonly changes: { readonly start: number; readonly end: number; readonly newText: string }[];
}

/** Joins changes that do not overlap into hunks of whole lines, in the order of the text. */
export function hunksOf(text: string, changes: readonly TextChange[]): Hunk[] {
  const starts = lineStarts(text);
  const spans: Span[] = [];
  const sorted = changes
    .map(({ range, newText }) => ({
      start: offsetOf(starts, range.start, text),
      end: offsetOf(starts, range.end, text),
      newText,
    }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  for (const change of sorted) {
    const span = { ...linesAround(text, change), changes: [change] };
    const last = spans.at(-1);
    if (last === undefined || span.start > last.end) spans.push(span);
    else {
      last.end = Math.max(last.end, span.end);
      last.changes.push(change);
    }
  }
  return spans.map(({ start, end, changes }) => {
    const range = { start: placeOf(starts, start), end: placeOf(starts, end) };
    const oldText = text.slice(start, end);
    return {
      range,
      newText: replaced(text, start, end, changes),
      oldText,
      line: range.start.line + 1,
    };
  });
}

/** The text with some changes made. */
export function withChanges(text: string, changes: readonly TextChange[]): string {
  const starts = lineStarts(text);
  const offsets = changes
    .map(({ range, newText }) => ({
      start: offsetOf(starts, range.start, text),
      end: offsetOf(starts, range.end, text),
      newText,
    }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  return replaced(text, 0, text.length, offsets);
}

/** What a list shows of a hunk: the first line that it writes, or removes. */
export function hunkTitle({ line, newText, oldText }: Hunk): string {
  const before = new Set(linesOf(oldText));
  const after = new Set(linesOf(newText));
  const written = linesOf(newText).find((one) => one.trim() !== "" && !before.has(one));
  if (written !== undefined) return `${line}: + ${shortened(written)}`;
  const removed = linesOf(oldText).find((one) => one.trim() !== "" && !after.has(one));
  return removed === undefined ? `${line}: white space` : `${line}: - ${shortened(removed)}`;
}

/** Lines added and removed, counted as sets of lines: for a label, not for a proof. */
export function hunkSize({ newText, oldText }: Hunk): string {
  const [now, then] = [linesOf(newText), linesOf(oldText)];
  const added = without(now, then).length;
  const removed = without(then, now).length;
  return `+${added} -${removed}`;
}

const longest = 100;

function shortened(line: string): string {
  const text = line.trim();
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

const linesOf = (text: string): string[] => text.split(/\r\n|\r|\n/u).filter((one) => one !== "");

/** Each line of `others` takes one equal line away. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const one of others) left.set(one, (left.get(one) ?? 0) + 1);
  return lines.filter((one) => {
    const count = left.get(one) ?? 0;
    if (count > 0) left.set(one, count - 1);
    return count === 0;
  });
}

function replaced(text: string, start: number, end: number, changes: Span["changes"]): string {
  let result = "";
  let at = start;
  for (const change of changes) {
    result += text.slice(at, change.start) + change.newText;
    at = change.end;
  }
  return result + text.slice(at, end);
}

/** The whole lines of a change, without the end of the last one; a change of whole lines is as it is. */
function linesAround(
  text: string,
  { start, end, newText }: { start: number; end: number; newText: string },
): { start: number; end: number } {
  const isWhole = isLineStart(text, start) && isLineStart(text, end) && start < end;
  if (isWhole && (newText === "" || /[\r\n]$/u.test(newText))) return { start, end };
  let [from, to] = [start, end];
  while (!isLineStart(text, from)) from -= 1;
  while (to < text.length && text[to] !== "\n" && text[to] !== "\r") to += 1;
  return { start: from, end: to };
}

const isLineStart = (text: string, at: number): boolean =>
  at === 0 || text[at - 1] === "\n" || (text[at - 1] === "\r" && text[at] !== "\n");

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = 1; at <= text.length; at++) if (isLineStart(text, at)) starts.push(at);
  return starts;
}

/** A place behind the end of its line is the end of the line, as the protocol says. */
function offsetOf(starts: readonly number[], { line, character }: Place, text: string): number {
  const start = starts[line];
  if (start === undefined) return text.length;
  let end = starts[line + 1] ?? text.length;
  while (end > start && (text[end - 1] === "\n" || text[end - 1] === "\r")) end -= 1;
  return Math.min(start + character, end);
}

function placeOf(starts: readonly number[], offset: number): Place {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, character: offset - starts[low]! };
}
