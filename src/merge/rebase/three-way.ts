import { checkBothSides } from "./check.ts";
import type { Change, PairedSide } from "./hunks.ts";
import { type SettledSide, settledConflicts } from "./settle.ts";

/** A line of the result, by its line in the file as it is now and in the edited base; -1 = not in that text. */
export interface CarriedRegion {
  readonly current: number;
  readonly edited: number;
}

/** Lines of the three texts, 0-based, ends not included, where both sides changed something. */
export interface Conflict {
  readonly base: readonly [number, number];
  readonly current: readonly [number, number];
  readonly edited: readonly [number, number];
}

export interface ThreeWay {
  readonly lines: readonly CarriedRegion[];
  readonly conflicts: readonly Conflict[];
  /** What the checker found wrong with the lines; empty = nothing. */
  readonly problems: readonly string[];
  readonly sides: ThreeSides;
}

type SideName = "current" | "edited";

/** A stretch of the base that at least one side changed. */
interface ThreeWayRegion {
  lo: number;
  hi: number;
  readonly current: Change[];
  readonly edited: Change[];
}

/**
 * Carries the change from `base` to `edited` over to `current` (diff3). Changes that overlap or touch are conflicts, as in
 * git: adjacent lines may depend on each other. The same change on both sides is made once.
 */
export function threeWay(base: readonly string[], theirs: PairedSide, ours: PairedSide): ThreeWay {
  const sides = settledConflicts(base, theirs, ours);
  const { current, edited } = sides;
  const toBase = {
    current: inverse(current.pairs, current.lines.length),
    edited: inverse(edited.pairs, edited.lines.length),
  };
  const fromBase = {
    current: forwardLine(current.pairs, base.length),
    edited: forwardLine(edited.pairs, base.length),
  };
  const lines: CarriedRegion[] = [];
  const conflicts: Conflict[] = [];
  const next = { current: 0, edited: 0 };
  const both = (count: number): void => {
    for (let i = 0; i < count; i++) lines.push({ current: next.current++, edited: next.edited++ });
  };
  const theirsAlone = (end: number): void => {
    for (let line = next.current; line < end; line++) {
      const from = toBase.current[line]!;
      lines.push({ current: line, edited: from < 0 ? -1 : fromBase.edited[from]! });
    }
  };
  const oursAlone = (end: number): void => {
    for (let line = next.edited; line < end; line++) {
      const from = toBase.edited[line]!;
      lines.push({ current: from < 0 ? -1 : fromBase.current[from]!, edited: line });
    }
  };
  let at = 0;
  for (const region of threeWayRegions(sides)) {
    both(region.lo - at);
    const until = (side: SideName): number => {
      const last = region[side].at(-1);
      return last ? last.to + (region.hi - last.end) : next[side] + (region.hi - region.lo);
    };
    const ends = { current: until("current"), edited: until("edited") };
    if (region.edited.length === 0) {
      theirsAlone(ends.current);
    } else if (region.current.length === 0) {
      oursAlone(ends.edited);
    } else if (equalRegions(sides, next, ends)) {
      both(ends.current - next.current);
    } else if (holds(sides, region, "current")) {
      theirsAlone(ends.current);
    } else if (holds(sides, region, "edited")) {
      oursAlone(ends.edited);
    } else {
      conflicts.push({
        base: [region.lo, region.hi],
        current: [next.current, ends.current],
        edited: [next.edited, ends.edited],
      });
    }
    next.current = ends.current;
    next.edited = ends.edited;
    at = region.hi;
  }
  both(base.length - at);
  if (conflicts.length > 0) return { lines: [], conflicts, problems: [], sides };
  const texts = lines.map((line) =>
    line.current < 0 ? edited.lines[line.edited]! : current.lines[line.current]!,
  );
  return { lines, conflicts, problems: checkBothSides(base, current, edited, texts), sides };
}

type ThreeSides = Readonly<Record<SideName, SettledSide>>;

/** Joins the changes of both sides where they meet. */
function threeWayRegions(sides: ThreeSides): ThreeWayRegion[] {
  const all = [
    ...sides.current.changes.map((change) => ({ change, side: "current" as const })),
    ...sides.edited.changes.map((change) => ({ change, side: "edited" as const })),
  ].sort((a, b) => a.change.lo - b.change.lo || a.change.hi - b.change.hi);
  const regions: ThreeWayRegion[] = [];
  for (const { change, side } of all) {
    const last = regions.at(-1);
    const meets = (): boolean => {
      const other = side === "current" ? "edited" : "current";
      return last![other].some((one) => touches(one, sides[other], change, sides[side]));
    };
    if (last && (change.lo < last.hi || (change.lo === last.hi && meets()))) {
      last[side].push(change);
      last.hi = Math.max(last.hi, change.hi);
    } else {
      const region: ThreeWayRegion = { lo: change.lo, hi: change.hi, current: [], edited: [] };
      region[side].push(change);
      regions.push(region);
    }
  }
  return regions;
}

/** Whether two changes of different sides meet where one ends and the other begins. */
function touches(upper: Change, its: PairedSide, lower: Change, other: PairedSide): boolean {
  if (upper.hi !== lower.lo) return false;
  if (upper.end === lower.start) return true;
  // Nothing decides which of two insertions at one place is first.
  if (upper.start === upper.end && lower.start === lower.end) return true;
  // One of them slides and was moved elsewhere. But the same line on both sides may be the same change.
  const added = new Set(its.lines.slice(upper.from, upper.to).filter((line) => /\w/.test(line)));
  return other.lines.slice(lower.from, lower.to).some((line) => added.has(line));
}

/** Whether one side has made every change that the other one has made in a region, and perhaps more. */
function holds(sides: ThreeSides, region: ThreeWayRegion, more: SideName): boolean {
  const less = more === "current" ? "edited" : "current";
  const known = region[more].flatMap(({ parts }) => parts);
  return region[less]
    .flatMap(({ parts }) => parts)
    .every((part) =>
      known.some((one) => {
        if (one.start !== part.start || one.end !== part.end) return false;
        if (one.to - one.from !== part.to - part.from) return false;
        for (let i = 0; i < one.to - one.from; i++) {
          const line = sides[more].lines[one.from + i];
          if (line !== sides[less].lines[part.from + i]) return false;
        }
        return true;
      }),
    );
}

function equalRegions(
  sides: Readonly<Record<SideName, PairedSide>>,
  from: Readonly<Record<SideName, number>>,
  to: Readonly<Record<SideName, number>>,
): boolean {
  const count = to.current - from.current;
  if (to.edited - from.edited !== count) return false;
  for (let i = 0; i < count; i++) {
    if (sides.current.lines[from.current + i] !== sides.edited.lines[from.edited + i]) return false;
  }
  return true;
}

function forwardLine(pairs: PairedSide["pairs"], length: number): Int32Array {
  const map = new Int32Array(length).fill(-1);
  for (const [line, own] of pairs) map[line] = own;
  return map;
}

function inverse(pairs: PairedSide["pairs"], length: number): Int32Array {
  const map = new Int32Array(length).fill(-1);
  for (const [line, own] of pairs) map[own] = line;
  return map;
}
