import { spend } from "../../core/budget.ts";
import { costs, infinity } from "./costs.ts";
import { type Cheapest, cheapestAfter, cheapestBefore, type Depths } from "./scope.ts";

/** One edit line as the alignment sees it: what it costs as a new line, and where it matches. */
export interface Row {
  readonly fresh: number;
  /** What it costs on top as the first, the last line of its block, with nothing known beside it. */
  readonly looseStart: number;
  readonly looseEnd: number;
  /** Positions where its matches begin, ascending, and end; and what each match costs. */
  readonly at: Int32Array;
  readonly to: Int32Array;
  readonly cost: Int32Array;
  /** A comment before this line says that source lines go here. */
  readonly removal: boolean;
  /** It has letters or digits and stands once in the edit: a match of it tells something. */
  readonly telling: boolean;
}

export interface AlignBlock {
  readonly rows: readonly Row[];
  readonly removalAtEnd: boolean;
  /** Extra cost of beginning at each position; hints and certain places. */
  readonly startCost?: Int32Array;
  readonly endCost?: Int32Array;
}

/**
 * Blocks to place one after the other in a source of `steps` lines. Position p lies before source line p.
 * `explicit`: the edit says what goes; source lines that it passes over stay, at a cost.
 */
export interface Problem {
  readonly steps: number;
  /** Cost of passing over each source line within a block, in a short and in a long run. */
  readonly short: Int32Array;
  readonly long: Int32Array;
  readonly blocks: readonly AlignBlock[];
  readonly anchoredStart: boolean;
  readonly anchoredEnd: boolean;
  readonly explicit: boolean;
  /** Without a marker, and shorter than half of the file: what it does not show is hardly meant to go. */
  readonly fragment?: boolean;
  /** How deep the source is indented; absent where that tells nothing. */
  readonly depths?: Depths;
}

/** The best cost of everything up to a block's start and end, at each position; and how it came there. */
export interface Sums {
  readonly starts: readonly Int32Array[];
  /** Where the block before ended. */
  readonly startFrom: readonly Int32Array[];
  readonly ends: readonly Int32Array[];
  /** Where this block began. */
  readonly endFrom: readonly Int32Array[];
}

/**
 * Dynamic programming over (edit lines x source lines), one row at a time. States at a position: M the
 * last edit line matched; I new lines since the last match; U new lines, nothing matched yet; and two
 * running sums of passed-over source lines, short and long (their minimum is a concave cost: many lines
 * replaced are one change). Within a gap new lines come before lines that go, so each text has one path.
 * Time is tokens x positions, space blocks x positions.
 */
export function forward(problem: Problem, limit: number = infinity): Sums {
  return align(problem, cheapestBefore, limit);
}

type Nearest = (costs: Int32Array, depths: Depths, from: number, to: number) => Cheapest;

/**
 * Sums that no placement of at most `limit` goes through become infinite, and positions before the first one
 * that is left, or after `lasts[k]`, are passed by: where the edit's lines are sure of their places, little is left.
 */
function align(problem: Problem, nearest: Nearest, limit: number, lasts?: readonly number[]): Sums {
  const { steps, blocks } = problem;
  const positions = steps + 1;
  const least = leastCosts(problem);
  const furthest = lastEnds(problem, limit - least[0]!);
  const starts: Int32Array[] = [];
  const startFrom: Int32Array[] = [];
  const ends: Int32Array[] = [];
  const endFrom: Int32Array[] = [];
  const work = Array.from({ length: 8 }, () => new Int32Array(positions));
  for (let k = 0; k < blocks.length; k++) {
    const to = Math.min(lasts?.[k] ?? steps, furthest[k]!);
    const { start, from } = blockStarts(problem, k, ends[k - 1], to, nearest);
    drop(start, limit - least[k]!);
    starts.push(start);
    startFrom.push(from);
    const window = { first: firstFinite(start), last: to };
    const last = k === blocks.length - 1;
    const anchoredStart = k === 0 && problem.anchoredStart;
    const anchoredEnd = last && problem.anchoredEnd;
    const edges = { anchoredStart, anchoredEnd };
    const { end, origin } = placeBlock(problem, blocks[k]!, start, edges, window, work);
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
    for (const { fresh, cost } of rows) sum += cost.reduce((a, b) => Math.min(a, b), fresh);
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
      for (const { fresh, at, cost } of rows) {
        const loss = fresh - cost.reduce((a, b) => Math.min(a, b), fresh);
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
  const sums = align(reversed(problem), mirrored(cheapestAfter), limit, lasts);
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

/** Whether a block begins at the file's start, ends at its end, with nothing elided there. */
export interface Edges {
  readonly anchoredStart: boolean;
  readonly anchoredEnd: boolean;
}

/** Costs that hold between two edit lines of a block: what may happen there. */
export interface GapCosts {
  /** Opening a run of passed-over lines after a match (short, long), after new lines, after loose new lines. */
  readonly matchShort: number;
  readonly matchLong: number;
  readonly freshShort: number;
  readonly freshLong: number;
  readonly loose: number;
  /** Passing over nothing. */
  readonly stay: number;
  /** New lines that begin the block here. */
  readonly begin: number;
  /** At a block's end that is not the file's: after new lines, with no match at all, after passed-over lines. */
  readonly endFresh: number;
  readonly endUnknown: number;
  readonly endPassed: number;
  readonly removal: boolean;
}

/** The costs before row `i` of a block, and after its last row where i is the number of rows. */
export function gapCosts(problem: Problem, block: AlignBlock, i: number, edges: Edges): GapCosts {
  const atEnd = i === block.rows.length;
  const removal = atEnd ? block.removalAtEnd : block.rows[i]!.removal;
  if (problem.explicit) {
    const open = costs.omittedOpen;
    return {
      matchShort: open,
      matchLong: infinity,
      freshShort: open,
      freshLong: infinity,
      loose: open,
      stay: 0,
      begin: 0,
      endFresh: 0,
      endUnknown: 0,
      endPassed: atEnd ? infinity : 0,
      removal: false,
    };
  }
  const fileEdge = (i === 0 && edges.anchoredStart) || (atEnd && edges.anchoredEnd);
  const beyond = problem.fragment ? costs.fragmentEdge : 0;
  const open = fileEdge ? costs.removeAtFileEdge + beyond : costs.removeOpen;
  // At a block's edge lines go only beside new lines, or where a comment says so.
  const closed = atEnd && !edges.anchoredEnd;
  const endFresh = atEnd ? (block.rows.at(-1)?.looseEnd ?? 0) : 0;
  const announced = costs.announcedAtEdge;
  const replaceAtEnd = atEnd && edges.anchoredEnd ? costs.replaceAtFileEdge + beyond : 0;
  return {
    matchShort: removal ? 0 : closed ? infinity : open,
    matchLong: closed ? infinity : costs.removeManyOpen + open - costs.removeOpen,
    freshShort: (removal ? 0 : costs.replaceOpen) + replaceAtEnd,
    freshLong: costs.replaceManyOpen + replaceAtEnd,
    loose: edges.anchoredStart ? costs.replaceAtFileEdge + beyond : infinity,
    stay: removal ? costs.announcedNothing : 0,
    begin: block.rows[0]?.looseStart ?? 0,
    endFresh,
    endUnknown: atEnd ? costs.unknownBlock + endFresh : 0,
    endPassed: !atEnd ? 0 : removal ? announced : infinity,
    removal,
  };
}

function blockStarts(
  problem: Problem,
  k: number,
  ends: Int32Array | undefined,
  to: number,
  nearest: Nearest,
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

function placeBlock(
  problem: Problem,
  block: AlignBlock,
  start: Int32Array,
  edges: Edges,
  window: { readonly first: number; readonly last: number },
  work: readonly Int32Array[],
): { end: Int32Array; origin: Int32Array } {
  const { steps, short, long } = problem;
  const positions = steps + 1;
  const inWindow = Math.max(0, window.last - window.first + 1);
  spend((block.rows.length + 1) * inWindow + positions);
  const [M, I, U, best] = work as [Int32Array, Int32Array, Int32Array, Int32Array];
  const [Mo, Io, Uo, bestO] = work.slice(4) as [Int32Array, Int32Array, Int32Array, Int32Array];
  M.fill(infinity);
  I.fill(infinity);
  U.fill(infinity);
  best.fill(infinity);
  bestO.fill(-1);
  if (edges.anchoredStart) {
    M[0] = start[0]!;
    Mo[0] = 0;
  }
  for (let i = 0; i <= block.rows.length; i++) {
    const row = block.rows[i];
    const gap = gapCosts(problem, block, i, edges);
    const { removal, stay } = gap;
    const fresh = row?.fresh ?? 0;
    const blocked = fresh >= infinity;
    let d1 = infinity;
    let d1o = -1;
    let d2 = infinity;
    let d2o = -1;
    for (let p = window.first; p <= window.last; p++) {
      const m = M[p]!;
      const ins = I[p]!;
      const u = U[p]!;
      const mo = Mo[p]!;
      const inso = Io[p]!;
      const uo = Uo[p]!;
      const fileEnd = edges.anchoredEnd && p === steps;
      let b = m + stay;
      let bo = mo;
      let offer = ins + stay + (fileEnd ? 0 : gap.endFresh);
      if (offer < b) {
        b = offer;
        bo = inso;
      }
      offer = u + stay + (fileEnd ? 0 : gap.endUnknown);
      if (offer < b) {
        b = offer;
        bo = uo;
      }
      const passed = fileEnd ? 0 : gap.endPassed;
      if (d1 + passed < b) {
        b = d1 + passed;
        bo = d1o;
      }
      if (d2 + passed < b) {
        b = d2 + passed;
        bo = d2o;
      }
      const x = i === 0 && !(edges.anchoredStart && p === 0) ? start[p]! : infinity;
      if (x + stay < b) {
        b = x + stay;
        bo = p;
      }
      best[p] = b;
      bestO[p] = bo;
      // New lines: into U while nothing has matched, else into I.
      const nextI = Math.min(m, ins);
      const nextIo = m < ins ? mo : inso;
      // The file's start is no match: new lines there are loose, though they may well begin the file.
      const atStart = i === 0 && edges.anchoredStart && p === 0;
      I[p] = blocked || atStart ? infinity : nextI + fresh;
      Io[p] = nextIo;
      const begin = atStart ? m : x + gap.begin;
      if (begin < u) {
        U[p] = blocked ? infinity : begin + fresh;
        Uo[p] = p;
      } else U[p] = blocked ? infinity : u + fresh;
      if (p === steps) break;
      // Lines passed over, from here to the next position.
      if (m + gap.matchShort < d1) {
        d1 = m + gap.matchShort;
        d1o = mo;
      }
      if (ins + gap.freshShort < d1) {
        d1 = ins + gap.freshShort;
        d1o = inso;
      }
      if (u + gap.loose < d1) {
        d1 = u + gap.loose;
        d1o = uo;
      }
      if (removal && x + costs.announcedAtEdge < d1) {
        d1 = x + costs.announcedAtEdge;
        d1o = p;
      }
      if (m + gap.matchLong < d2) {
        d2 = m + gap.matchLong;
        d2o = mo;
      }
      if (ins + gap.freshLong < d2) {
        d2 = ins + gap.freshLong;
        d2o = inso;
      }
      d1 += removal && short[p]! > costs.announcedLine ? costs.announcedLine : short[p]!;
      d2 += long[p]!;
    }
    if (row === undefined) break;
    M.fill(infinity);
    const { at, to, cost } = row;
    for (let c = 0; c < at.length; c++) {
      const p = at[c]!;
      if (p < window.first || p > window.last) continue;
      M[to[c]!] = Math.min(infinity, best[p]! + cost[c]!);
      Mo[to[c]!] = bestO[p]!;
    }
  }
  const end = best.slice();
  const extra = block.endCost;
  if (extra) for (let p = 0; p < positions; p++) end[p] = Math.min(infinity, end[p]! + extra[p]!);
  return { end, origin: bestO.slice() };
}

/** The same for positions counted from the other end; depths stay as they are. */
function mirrored(nearest: Nearest): Nearest {
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

function reversed(problem: Problem): Problem {
  const { steps } = problem;
  const turned = (array: Int32Array): Int32Array => array.slice().reverse();
  const blocks = problem.blocks.toReversed().map((block): AlignBlock => {
    const { rows } = block;
    const turnedRows = rows.toReversed().map((row, index): Row => {
      const mirrored = (positions: Int32Array): Int32Array =>
        positions.map((_, c) => steps - positions[positions.length - 1 - c]!);
      // A removal before line i stands, seen from the other side, before the line that came before it.
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
