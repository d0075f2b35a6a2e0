import type { LinePair } from "../../core/line-diff.ts";

/** Lines `start` to `end` of the base that one side has as its lines `from` to `to`. 0-based, ends not included. */
export interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/**
 * A hunk with all lines of the base that it may be about. Where equal lines stand side by side, a diff cannot say which of
 * them was removed, or between which of them a line was put: the hunk slides, from `lo` to `hi`.
 */
export interface Change extends Hunk {
  readonly lo: number;
  readonly hi: number;
}

/** One side of a three-way merge: its lines, and the lines that it has in common with the base. */
export interface Side {
  readonly lines: readonly string[];
  readonly pairs: readonly LinePair[];
}

export const inserts = (change: Change): boolean => change.start === change.end;

/** What a side changed, in order. */
export function changesOf(base: readonly string[], side: Side): Change[] {
  const hunks = joined(base, side, hunksOf(base.length, side));
  return hunks.map((hunk, i) => {
    const least = i === 0 ? 0 : hunks[i - 1]!.end + 1;
    const most = i + 1 === hunks.length ? base.length : hunks[i + 1]!.start - 1;
    return { ...hunk, ...slideOf(base, side.lines, hunk, least, most) };
  });
}

function hunksOf(baseLength: number, side: Side): Hunk[] {
  const hunks: Hunk[] = [];
  let start = 0;
  let from = 0;
  for (const [line, own] of [...side.pairs, [baseLength, side.lines.length] as const]) {
    if (line > start || own > from) hunks.push({ start, end: line, from, to: own });
    start = line + 1;
    from = own + 1;
  }
  return hunks;
}

function slideOf(
  base: readonly string[],
  lines: readonly string[],
  { start, end, from, to }: Hunk,
  least: number,
  most: number,
): { lo: number; hi: number } {
  let lo = start;
  let hi = end;
  if (start === end) {
    while (lo > least && lines[from - (start - lo) - 1] === lines[to - (start - lo) - 1]) lo--;
    while (hi < most && lines[from + (hi - end)] === lines[to + (hi - end)]) hi++;
  } else if (from === to) {
    while (lo > least && base[lo - 1] === base[end - (start - lo) - 1]) lo--;
    while (hi < most && base[start + (hi - end)] === base[hi]) hi++;
  }
  return { lo, hi };
}

/**
 * Two hunks are one where nothing tells that the lines between them stayed: a rewritten stretch has blank lines, braces and
 * `return` in common with what stood there by chance. Lines tell when one of them has words, and they stand once on both sides.
 */
function joined(base: readonly string[], side: Side, hunks: readonly Hunk[]): Hunk[] {
  if (hunks.length < 2) return [...hunks];
  const inBase = placesOf(base);
  const inSide = placesOf(side.lines);
  const result: Hunk[] = [];
  for (const hunk of hunks) {
    const last = result.at(-1);
    const tells =
      last === undefined ||
      (base.slice(last.end, hunk.start).some((line) => /[\p{L}\p{N}]/u.test(line)) &&
        standsOnce(base, inBase, last.end, hunk.start) &&
        standsOnce(side.lines, inSide, last.to, hunk.from));
    if (tells) result.push(hunk);
    else result[result.length - 1] = { ...last, end: hunk.end, to: hunk.to };
  }
  return result;
}

type Places = ReadonlyMap<string, readonly number[]>;

function placesOf(lines: readonly string[]): Places {
  const places = new Map<string, number[]>();
  for (const [at, line] of lines.entries()) {
    const known = places.get(line);
    if (known) known.push(at);
    else places.set(line, [at]);
  }
  return places;
}

/** Whether these lines, one after the other, stand at no other place. */
function standsOnce(lines: readonly string[], places: Places, start: number, end: number): boolean {
  let rarest = start;
  const count = (at: number): number => places.get(lines[at]!)!.length;
  for (let at = start; at < end && count(rarest) > 1; at++) {
    if (count(at) < count(rarest)) rarest = at;
  }
  return places.get(lines[rarest]!)!.every((place) => {
    const other = place - (rarest - start);
    if (other === start) return true;
    for (let at = start; at < end; at++) if (lines[at] !== lines[other + at - start]) return true;
    return false;
  });
}
