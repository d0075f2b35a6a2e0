import { LineDiff } from "../../text/line-diff.ts";

/** Something at a line of a text, from 0. */
export interface AtRow {
  readonly row: number;
}

/**
 * Things of a text and those of a later one that they became: on lines that stay, by their order on the line; in lines that are
 * replaced, by their order, where there are as many before as after.
 */
export function pairByLines<T extends AtRow>(
  before: string,
  after: string,
  old: readonly T[],
  now: readonly T[],
): Map<T, T> {
  const changes = new LineDiff(before.split("\n"), after.split("\n")).compare();
  const pairs = new Map<T, T>();
  const pair = (some: readonly T[], others: readonly T[]): void => {
    if (some.length !== others.length) return;
    for (const [at, one] of some.entries()) pairs.set(one, others[at]!);
  };
  const within = (list: readonly T[], start: number, end: number): T[] =>
    list.filter(({ row }) => row >= start && row < end);
  for (const { oldStart, oldEnd, newStart, newEnd } of changes)
    pair(within(old, oldStart, oldEnd), within(now, newStart, newEnd));
  for (const row of new Set(old.map((one) => one.row))) {
    const past = changes.filter(({ oldStart, oldEnd }) => oldStart <= row && oldEnd <= row);
    if (changes.some(({ oldStart, oldEnd }) => oldStart <= row && row < oldEnd)) continue;
    const shift = past.reduce(
      (sum, one) => sum + (one.newEnd - one.newStart) - (one.oldEnd - one.oldStart),
      0,
    );
    pair(within(old, row, row + 1), within(now, row + shift, row + shift + 1));
  }
  return pairs;
}
