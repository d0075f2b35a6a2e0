import { spend } from "../../text/budget.ts";
import type { TextLine } from "../../text/lines.ts";
import { type Signature, signatureOf } from "../../text/similarity.ts";
import { hasWords } from "../../text/words.ts";

/** Quotes, dashes and blanks that look alike, brought to one form. */
const lookalikes: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201A\u201B\u2032`´]/gu, "'"],
  [/[\u201C\u201D\u201E\u201F\u2033«»]/gu, '"'],
  [/[\u2010-\u2015\u2212]/gu, "-"],
  [/\u2026/gu, "..."],
  [/[\s\u00A0\u200B\u2060\uFEFF]+/gu, ""],
];

/** A line with its blanks taken out and its quotes and dashes made plain. */
export function looseKey(line: string): string {
  let key = line.normalize("NFC");
  for (const [pattern, plain] of lookalikes) key = key.replace(pattern, plain);
  return key;
}

/** The two rows above the one that is filled, and that one: used again for every pair of lines. */
let rows: [Int32Array, Int32Array, Int32Array] = [
  new Int32Array(256),
  new Int32Array(256),
  new Int32Array(256),
];

/**
 * Edit distance of two strings (insertion, deletion, substitution, swap of neighbours), or `limit + 1`
 * when it is more than `limit`. Banded: O(limit x length).
 */
export function boundedDistance(a: string, b: string, limit: number): number {
  const over = limit + 1;
  if (Math.abs(a.length - b.length) > limit) return over;
  let start = 0;
  let endA = a.length;
  let endB = b.length;
  while (start < endA && start < endB && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  while (endA > start && endB > start && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1)) {
    endA--;
    endB--;
  }
  const height = endA - start;
  const width = endB - start;
  spend((start + a.length - endA) / 20);
  if (height === 0 || width === 0) return Math.min(over, height + width);
  if (rows[0].length <= width) {
    rows = [new Int32Array(2 * width), new Int32Array(2 * width), new Int32Array(2 * width)];
  }
  let [before, row, next] = rows;
  for (let j = 0; j <= width; j++) row[j] = Math.min(j, over);
  let codeBefore = -1;
  for (let i = 1; i <= height; i++) {
    const from = Math.max(1, i - limit);
    const to = Math.min(width, i + limit);
    // Cells beside the band are over the limit; the rows are reused, so this is written there.
    next[from - 1] = from === 1 ? Math.min(i, over) : over;
    if (to < width) next[to + 1] = over;
    let least = next[from - 1]!;
    const code = a.charCodeAt(start + i - 1);
    for (let j = from; j <= to; j++) {
      const other = b.charCodeAt(start + j - 1);
      let value = row[j - 1]! + (code === other ? 0 : 1);
      if (row[j]! + 1 < value) value = row[j]! + 1;
      if (next[j - 1]! + 1 < value) value = next[j - 1]! + 1;
      if (i > 1 && j > 1 && codeBefore === other && code === b.charCodeAt(start + j - 2)) {
        if (before[j - 2]! + 1 < value) value = before[j - 2]! + 1;
      }
      if (value > over) value = over;
      next[j] = value;
      if (value < least) least = value;
    }
    spend((to - from + 2) / 2);
    if (least > limit) return over;
    codeBefore = code;
    [before, row, next] = [row, next, before];
  }
  return Math.min(row[width]!, over);
}

/** What lines are compared by when no equal line is in the source. */
export interface LooseLines {
  readonly keys: readonly string[];
  readonly signatures: readonly Signature[];
  /** 1 = the line has no letter and no digit. */
  readonly weak: Uint8Array;
}

const knownLooseLines = new WeakMap<readonly TextLine[], LooseLines>();

/** The loose keys of a source; made once. */
export function looseLines(source: readonly TextLine[]): LooseLines {
  const made = knownLooseLines.get(source);
  if (made) return made;
  let characters = 0;
  for (const line of source) characters += line.text.length;
  spend(20 * source.length + characters);
  const keys = source.map((line) => looseKey(line.text));
  const lines = {
    keys,
    signatures: keys.map(signatureOf),
    weak: Uint8Array.from(keys, (key) => (hasWords(key) ? 0 : 1)),
  };
  knownLooseLines.set(source, lines);
  return lines;
}
