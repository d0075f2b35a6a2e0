import { spend } from "./budget.ts";
import { longestRising } from "./rising.ts";

/** A line of one text and the equal line of another, both 0-based. */
export type LinePair = readonly [number, number];

/** Cells of the table beyond which the middle is taken as replaced whole; blocks are small, files are not. */
const tableLimit = 4_000_000;

/**
 * Pairs of equal lines, rising on both sides: a diff of two texts of any size. Lines that are unique in both are paired
 * first (patience diff), and what lies between by a longest common subsequence. Placing an edit depends on which of
 * several equal lines is paired, so this one stays as it is; `LineDiff` is the one for showing and undoing changes,
 * and bounds its work on any input.
 */
export function matchedLines(before: readonly string[], after: readonly string[]): LinePair[] {
  const pairs: LinePair[] = [];
  let oldLine = 0;
  let newLine = 0;
  const equalUntil = (oldEnd: number): void => {
    while (oldLine < oldEnd) pairs.push([oldLine++, newLine++]);
  };
  for (const stretch of stretchPairs(before, after)) {
    // The lines before a stretch are equal: the line that it was cut at, or the common head of the texts.
    equalUntil(stretch.oldStart);
    const a = before.slice(stretch.oldStart, stretch.oldEnd);
    const b = after.slice(stretch.newStart, stretch.newEnd);
    for (const [i, j] of equalPairs(a, b).pairs) pairs.push([oldLine + i, newLine + j]);
    oldLine = stretch.oldEnd;
    newLine = stretch.newEnd;
  }
  equalUntil(before.length);
  return pairs;
}

/** Lines [oldStart, oldEnd) of one text and their counterpart, lines [newStart, newEnd) of another. */
export interface StretchPair {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/**
 * Cuts both sides at lines that are unique in each and in the same order (patience diff), so that the
 * quadratic table only ever sees the small stretches between. The cut lines themselves are equal.
 */
export function stretchPairs(source: readonly string[], text: readonly string[]): StretchPair[] {
  let head = 0;
  while (head < source.length && head < text.length && source[head] === text[head]) head++;
  let oldEnd = source.length;
  let newEnd = text.length;
  while (oldEnd > head && newEnd > head && source[oldEnd - 1] === text[newEnd - 1]) {
    oldEnd--;
    newEnd--;
  }
  const cuts: StretchPair[] = [];
  let oldStart = head;
  let newStart = head;
  for (const [a, b] of uniqueRun(source, [head, oldEnd], text, [head, newEnd])) {
    cuts.push({ oldStart, oldEnd: a, newStart, newEnd: b });
    oldStart = a + 1;
    newStart = b + 1;
  }
  cuts.push({ oldStart, oldEnd, newStart, newEnd });
  return cuts;
}

/** Of the items that occur once in the range of each side, the longest run in the same order on both (patience diff). */
export function uniqueRun<Item>(
  before: ArrayLike<Item>,
  [oldStart, oldEnd]: LinePair,
  after: ArrayLike<Item>,
  [newStart, newEnd]: LinePair,
): LinePair[] {
  const places = new Map<Item, { oldIndex: number; newIndex: number }>();
  for (let index = oldStart; index < oldEnd; index++) {
    const known = places.get(before[index]!);
    if (known) known.oldIndex = -1;
    else places.set(before[index]!, { oldIndex: index, newIndex: -2 });
  }
  for (let index = newStart; index < newEnd; index++) {
    const known = places.get(after[index]!);
    if (known) known.newIndex = known.newIndex === -2 ? index : -1;
  }
  const pairs: LinePair[] = [];
  for (const { oldIndex, newIndex } of places.values())
    if (oldIndex >= 0 && newIndex >= 0) pairs.push([oldIndex, newIndex]);
  // The pairs rise on the first side already.
  return longestRising(pairs.map(([, newIndex]) => newIndex)).map((index) => pairs[index]!);
}

/**
 * Pairs of equal items of two short stretches, rising on both sides: equal ends, and a longest common subsequence of the
 * middle. `isWhole` is false where the middle is too large to be looked at.
 */
export function equalPairs(
  a: readonly string[],
  b: readonly string[],
): { readonly pairs: LinePair[]; readonly isWhole: boolean } {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let endA = a.length;
  let endB = b.length;
  while (endA > head && endB > head && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const pairs: LinePair[] = [];
  for (let i = 0; i < head; i++) pairs.push([i, i]);
  const isWhole = (endA - head) * (endB - head) <= tableLimit;
  if (isWhole) {
    const inner = commonLines(a.slice(head, endA), b.slice(head, endB));
    for (const [i, j] of inner) pairs.push([head + i, head + j]);
  }
  for (let i = 0; endA + i < a.length; i++) pairs.push([endA + i, endB + i]);
  return { pairs, isWhole };
}

/** Index pairs of a longest common subsequence, in order. */
function commonLines(a: readonly string[], b: readonly string[]): LinePair[] {
  if (a.length === 0 || b.length === 0) return [];
  const width = b.length + 1;
  spend((a.length * b.length) / 4);
  const best = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] =
        a[i] === b[j]
          ? best[(i + 1) * width + j + 1]! + 1
          : Math.max(best[(i + 1) * width + j]!, best[i * width + j + 1]!);
    }
  }
  const pairs: LinePair[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (best[(i + 1) * width + j]! >= best[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}
