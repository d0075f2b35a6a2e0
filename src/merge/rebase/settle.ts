import type { LinePair } from "../../text/line-pairs.ts";
import { type Change, type PairedSide, slidingChanges } from "./hunks.ts";

/** A side with its changes, each at one of the places where it may lie. */
export interface SettledSide extends PairedSide {
  readonly changes: readonly Change[];
}

/**
 * Moves changes that slide away from the other side's: the text is the same at each of their places, and a function added
 * below another one does not conflict with a change of that one's last line.
 */
export function settledConflicts(
  base: readonly string[],
  current: PairedSide,
  edited: PairedSide,
): { readonly current: SettledSide; readonly edited: SettledSide } {
  const theirs = slidingChanges(base, current);
  const ours = slidingChanges(base, edited);
  return {
    current: movedApart(current, theirs, ours),
    edited: movedApart(edited, ours, theirs),
  };
}

function movedApart(
  side: PairedSide,
  changes: readonly Change[],
  others: readonly Change[],
): SettledSide {
  const begins = new Set(others.map(({ lo }) => lo));
  const ends = new Set(others.map(({ hi }) => hi));
  let pairs: Map<number, number> | undefined;
  const moved = changes.map((change) => {
    const size = change.end - change.start;
    const room = change.hi - change.lo - size;
    if (room === 0 || change.parts.length > 1) return change;
    const above = ends.has(change.lo);
    const below = begins.has(change.hi);
    if (!above && !below) return change;
    const start = change.lo + (above ? (below ? room >> 1 : room) : 0);
    pairs ??= new Map(side.pairs);
    return shifted(pairs, change, start - change.start);
  });
  const rising = pairs && [...pairs].sort(([a], [b]) => a - b);
  return { lines: side.lines, pairs: rising ?? side.pairs, changes: moved };
}

/** Moves a change by some lines, and pairs the lines that it passes on its other side. */
function shifted(pairs: Map<number, number>, change: Change, by: number): Change {
  const { start, end, from, to } = change;
  const put = (line: number, own: number): LinePair => [line, own];
  const added: LinePair[] = [];
  if (by > 0) for (let i = 0; i < by; i++) added.push(put(start + i, from + i));
  else for (let i = 1; i <= -by; i++) added.push(put(end - i, to - i));
  const first = Math.min(start, start + by);
  const last = Math.max(end, end + by);
  for (let line = first; line < last; line++) pairs.delete(line);
  for (const [line, own] of added) pairs.set(line, own);
  return { ...change, start: start + by, end: end + by, from: from + by, to: to + by };
}
