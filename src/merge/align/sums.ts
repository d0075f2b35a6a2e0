import { spend } from "../../text/budget.ts";
import { costs, infinity } from "./costs.ts";
import { type AlignBlock, type AlignRow, layOut, type Problem, RowSums } from "./recurrence.ts";
import { type Cheapest, cheapestAfter, cheapestBefore, type Depths } from "./scope.ts";

/** The best cost of everything up to a block's start and end, at each position; and how it came there. */
export interface Sums {
  readonly starts: readonly Int32Array[];
  /** Where the block before ended. */
  readonly startFrom: readonly Int32Array[];
  readonly ends: readonly Int32Array[];
  /** Where this block began. */
  readonly endFrom: readonly Int32Array[];
}

/** The sums from the file's start on, no placement of more than `limit` among them. */
export function forward(problem: Problem, limit: number = infinity): Sums {
  return align(problem, cheapestBefore, limit);
}

type NearestRange = (costs: Int32Array, depths: Depths, from: number, to: number) => Cheapest;

/**
 * Sums that no placement of at most `limit` passes through become infinite, and positions before the first one that
 * remains, or after `lasts[k]`, are skipped: where the edit's lines are sure of their places, few positions remain.
 */
function align(
  problem: Problem,
  nearest: NearestRange,
  limit: number,
  lasts?: readonly number[],
): Sums {
  const { steps, blocks } = problem;
  const positions = steps + 1;
  const least = leastCosts(problem);
  const furthest = lastEnds(problem, limit - least[0]!);
  const starts: Int32Array[] = [];
  const startFrom: Int32Array[] = [];
  const ends: Int32Array[] = [];
  const endFrom: Int32Array[] = [];
  const sums = new RowSums(positions);
  for (let k = 0; k < blocks.length; k++) {
    const to = Math.min(lasts?.[k] ?? steps, furthest[k]!);
    const { start, from } = blockStarts(problem, k, ends[k - 1], to, nearest);
    drop(start, limit - least[k]!);
    starts.push(start);
    startFrom.push(from);
    const { end, origin } = placeBlock(problem, k, start, to, sums);
    drop(end, limit - least[k + 1]!);
    ends.push(end);
    endFrom.push(origin);
  }
  return { starts, startFrom, ends, endFrom };
}

/** What each block and all behind it cost at least; one more for none. */
export function leastCosts({ blocks }: Problem): number[] {
  const least = [0];
  for (const { rows } of blocks.toReversed()) {
    let sum = least[0]!;
    for (const { added, cost } of rows) sum += cost.reduce((a, b) => Math.min(a, b), added);
    least.unshift(Math.min(infinity, sum));
  }
  return least;
}

/**
 * Per block the last position where it may end: behind it the rows of later blocks that match nowhere farther on
 * would be new lines, and together cost more than `spare` above what they must.
 */
function lastEnds({ steps, blocks }: Problem, spare: number): number[] {
  const losses: { readonly position: number; readonly loss: number }[] = [];
  return blocks
    .toReversed()
    .map(({ rows }) => {
      losses.sort((a, b) => a.position - b.position);
      let lost = 0;
      const beyond = losses.find(({ loss }) => {
        lost += loss;
        return lost > spare;
      });
      for (const { added, at, cost } of rows) {
        const loss = added - cost.reduce((a, b) => Math.min(a, b), added);
        if (loss > 0) losses.push({ position: at.at(-1)!, loss });
      }
      return beyond === undefined ? steps : beyond.position;
    })
    .reverse();
}

function drop(sums: Int32Array, limit: number): void {
  for (let p = 0; p < sums.length; p++) if (sums[p]! > limit) sums[p] = infinity;
}

function firstFinite(sums: Int32Array): number {
  let p = 0;
  while (p < sums.length && sums[p]! >= infinity) p++;
  return p;
}

/**
 * The same from the other side: `ends[k][p]` of the result is what follows when block k begins at p. `before`: the
 * sums of `forward` with the same limit.
 */
export function backward(problem: Problem, limit: number = infinity, before?: Sums): Sums {
  const lasts = before?.starts.map((start) => problem.steps - firstFinite(start)).reverse();
  const sums = align(reversedProblem(problem), mirrored(cheapestAfter), limit, lasts);
  const turn = (arrays: readonly Int32Array[], positions: boolean): Int32Array[] =>
    arrays
      .map((array) => {
        const copy = array.slice().reverse();
        if (positions) {
          for (let p = 0; p < copy.length; p++)
            copy[p] = copy[p]! < 0 ? -1 : problem.steps - copy[p]!;
        }
        return copy;
      })
      .reverse();
  return {
    starts: turn(sums.starts, false),
    startFrom: turn(sums.startFrom, true),
    ends: turn(sums.ends, false),
    endFrom: turn(sums.endFrom, true),
  };
}

function blockStarts(
  problem: Problem,
  k: number,
  ends: Int32Array | undefined,
  to: number,
  nearest: NearestRange,
): { start: Int32Array; from: Int32Array } {
  const positions = problem.steps + 1;
  const start = new Int32Array(positions);
  const from = new Int32Array(positions).fill(-1);
  if (ends === undefined) {
    if (problem.anchoredStart) start.fill(costs.missingElision, 1);
    else if (!problem.explicit) start[0] = costs.emptyElision;
  } else {
    const first = firstFinite(ends);
    start.fill(infinity, 0, first);
    start.fill(infinity, to + 1);
    const empty = problem.explicit ? 0 : costs.emptyElision;
    const within = problem.depths && nearest(ends, problem.depths, first, to);
    const leave = within ? costs.leaveScope : 0;
    let best = infinity;
    let bestAt = -1;
    for (let p = first; p <= to; p++) {
      const here = ends[p]! + empty;
      if (here < best) {
        start[p] = here;
        from[p] = p;
      } else {
        start[p] = best;
        from[p] = bestAt;
      }
      if (within && within.cost[p]! < start[p]!) {
        start[p] = within.cost[p]!;
        from[p] = within.at[p]!;
      }
      if (ends[p]! + leave < best) {
        best = ends[p]! + leave;
        bestAt = p;
      }
    }
  }
  const extra = problem.blocks[k]!.startCost;
  if (extra)
    for (let p = 0; p < positions; p++) start[p] = Math.min(infinity, start[p]! + extra[p]!);
  return { start, from };
}

/** What block k costs with all before it when it ends at each position up to `last`, and where it began. */
function placeBlock(
  problem: Problem,
  k: number,
  start: Int32Array,
  last: number,
  sums: RowSums,
): { end: Int32Array; origin: Int32Array } {
  const { steps, blocks } = problem;
  const positions = steps + 1;
  const block = blocks[k]!;
  const first = firstFinite(start);
  const width = Math.max(0, last - first + 1);
  spend((block.rows.length + 1) * width + positions);
  const anchoredStart = k === 0 && problem.anchoredStart;
  const anchoredEnd = k === blocks.length - 1 && problem.anchoredEnd;
  const end = new Int32Array(positions).fill(infinity);
  const origin = new Int32Array(positions).fill(-1);
  if (width === 0) return { end, origin };
  const stretch = {
    from: 0,
    to: block.rows.length,
    first,
    last,
    starts: start.subarray(first, last + 1),
    opening: anchoredStart && first === 0 ? "edge" : "free",
    closed: anchoredEnd && last === steps,
    edges: { anchoredStart, anchoredEnd },
  } as const;
  layOut(problem, block, stretch, sums);
  end.set(sums.best.subarray(0, width), first);
  origin.set(sums.bestTag.subarray(0, width), first);
  const extra = block.endCost;
  if (extra) for (let p = 0; p < positions; p++) end[p] = Math.min(infinity, end[p]! + extra[p]!);
  return { end, origin };
}

/** The same for positions counted from the other end; depths stay as they are. */
function mirrored(nearest: NearestRange): NearestRange {
  return (costs, depths, from, to) => {
    const last = costs.length - 1;
    const { cost, at } = nearest(
      costs.slice().reverse(),
      depths,
      last - to,
      Math.max(0, last - from),
    );
    return { cost: cost.reverse(), at: at.reverse().map((p) => (p < 0 ? -1 : last - p)) };
  };
}

function reversedProblem(problem: Problem): Problem {
  const { steps } = problem;
  const turned = (array: Int32Array): Int32Array => array.slice().reverse();
  const blocks = problem.blocks.toReversed().map((block): AlignBlock => {
    const { rows } = block;
    const turnedRows = rows.toReversed().map((row, index): AlignRow => {
      const mirrored = (positions: Int32Array): Int32Array =>
        positions.map((_, c) => steps - positions[positions.length - 1 - c]!);
      // Seen from the other side, a removal before line i is before the line that precedes it.
      const removal = index === 0 ? block.removalAtEnd : rows[rows.length - index]!.removal;
      return {
        ...row,
        looseStart: row.looseEnd,
        looseEnd: row.looseStart,
        at: mirrored(row.to),
        to: mirrored(row.at),
        cost: turned(row.cost),
        removal,
      };
    });
    return {
      rows: turnedRows,
      removalAtEnd: rows.length === 0 ? block.removalAtEnd : rows[0]!.removal,
      ...(block.endCost && { startCost: turned(block.endCost) }),
      ...(block.startCost && { endCost: turned(block.startCost) }),
    };
  });
  return {
    ...problem,
    short: turned(problem.short),
    long: turned(problem.long),
    blocks,
    anchoredStart: problem.anchoredEnd,
    anchoredEnd: problem.anchoredStart,
  };
}
