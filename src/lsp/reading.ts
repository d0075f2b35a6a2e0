import type { DocumentEdit } from "../session/text-edits.ts";
import { sharedLength } from "../text/prefix.ts";

/**
 * Characters that a model reads at once: what is typed meanwhile waits no longer, and what was read before is kept.
 */
const stepSize = 1024;

/** The text to read next on the way to `wanted`; undefined where that is the text already. */
export function nextReading(current: string, wanted: string): string | undefined {
  if (current === wanted) return undefined;
  const most = Math.min(current.length, wanted.length);
  const head = sharedLength(current, wanted);
  const tail = sharedTail(current, wanted, most - head);
  if (wanted.length - head - tail <= stepSize) return wanted;
  const end = head + stepSize;
  return wanted.slice(0, isHighSurrogate(wanted, end - 1) ? end - 1 : end);
}

/**
 * Where a place of a text is after edits, each of the text after the one before. A place at, or inside of, what an edit replaces is behind
 * what it puts in, as a cursor is.
 */
export function movedPlace(place: number, edits: readonly DocumentEdit[]): number {
  let at = place;
  for (const { start, end, text } of edits) {
    if (end <= at) at += text.length - (end - start);
    else if (start <= at) at = start + text.length;
  }
  return at;
}

/** What is before a cursor: the text that a model continues, and the blanks that were typed behind it. */
export interface BeforeCursor {
  /** The end of the text. */
  readonly end: number;
  readonly blanks: string;
}

/** Blanks right before a cursor are left out: tokens of code begin with blanks, and none ends with them. */
export function beforeCursor(text: string, cursor: number): BeforeCursor {
  let end = cursor;
  while (end > 0 && (text[end - 1] === " " || text[end - 1] === "\t")) end -= 1;
  return { end, blanks: text.slice(end, cursor) };
}

/** Where a document begins for a model that can hold only its last `kept` characters before `cursor`: at a line. */
export function windowStart(text: string, cursor: number, kept: number): number {
  const least = Math.max(0, cursor - kept);
  const line = text.indexOf("\n", least);
  return least === 0 ? 0 : line < 0 || line >= cursor ? least : line + 1;
}

function sharedTail(a: string, b: string, most: number): number {
  let length = 0;
  while (
    length < most &&
    a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)
  ) {
    length += 1;
  }
  return length;
}

const isHighSurrogate = (text: string, at: number): boolean =>
  /[\uD800-\uDBFF]/.test(text[at] ?? "");
