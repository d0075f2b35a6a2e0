import { infinity, limits } from "./costs.ts";
import type { AlignBlock, AlignRow, Problem } from "./recurrence.ts";
import type { Depths } from "./scope.ts";

/** A smaller problem with the same answers, and the source position of each of its positions. */
export interface Compressed {
  readonly problem: Problem;
  readonly cuts: Int32Array;
}

/**
 * Makes a problem smaller before it is solved. Consecutive edit lines that match consecutive source lines, enough of them
 * with no other match, become one row. Source lines at which no row can begin or end become one step. The size of the
 * result depends on what is uncertain, not on the size of the file.
 */
export function compress(problem: Problem): Compressed {
  const blocks = problem.blocks.map((block) => ({ ...block, rows: chained(block.rows) }));
  const isCut = new Uint8Array(problem.steps + 1);
  isCut[0] = 1;
  isCut[problem.steps] = 1;
  for (const block of blocks) {
    for (const row of block.rows) {
      for (const position of row.at) isCut[position] = 1;
      for (const position of row.to) isCut[position] = 1;
    }
    for (const extra of [block.startCost, block.endCost]) {
      if (extra) for (let p = 0; p <= problem.steps; p++) if (extra[p] === 0) isCut[p] = 1;
    }
  }
  const indexOf = new Int32Array(problem.steps + 1);
  let count = 0;
  for (let p = 0; p <= problem.steps; p++) {
    indexOf[p] = count;
    if (isCut[p]) count++;
  }
  const cuts = new Int32Array(count);
  for (let p = 0; p <= problem.steps; p++) if (isCut[p]) cuts[indexOf[p]!] = p;
  const summed = (costs: Int32Array): Int32Array => {
    const sums = new Int32Array(count - 1);
    for (let step = 0; step + 1 < count; step++) {
      let sum = 0;
      for (let p = cuts[step]!; p < cuts[step + 1]!; p++) sum = Math.min(infinity, sum + costs[p]!);
      sums[step] = sum;
    }
    return sums;
  };
  const { depths } = problem;
  const depthsOf = ({ first, last, least }: Depths): Depths => ({
    first: cuts.subarray(0, -1).map((p) => first[p]!),
    last: cuts.subarray(1).map((p) => last[p - 1]!),
    least: Int32Array.from({ length: count - 1 }, (_, step) =>
      least.subarray(cuts[step], cuts[step + 1]).reduce((a, b) => Math.min(a, b)),
    ),
  });
  const sampled = (array: Int32Array): Int32Array => cuts.map((p) => array[p]!);
  const indexed = (positions: Int32Array): Int32Array => positions.map((p) => indexOf[p]!);
  return {
    cuts,
    problem: {
      ...problem,
      steps: count - 1,
      short: summed(problem.short),
      long: summed(problem.long),
      ...(depths && { depths: depthsOf(depths) }),
      blocks: blocks.map((block): AlignBlock => {
        const { startCost, endCost } = block;
        return {
          rows: block.rows.map((row) => ({ ...row, at: indexed(row.at), to: indexed(row.to) })),
          removalAtEnd: block.removalAtEnd,
          ...(startCost && { startCost: sampled(startCost) }),
          ...(endCost && { endCost: sampled(endCost) }),
        };
      }),
    },
  };
}

function chained(rows: readonly AlignRow[]): AlignRow[] {
  const result: AlignRow[] = [];
  for (let i = 0; i < rows.length; ) {
    const length = chainAt(rows, i);
    if (length < 2) result.push(rows[i++]!);
    else {
      result.push(joinedRows(rows, i, length));
      i += length;
    }
  }
  return result;
}

const isSure = (row: AlignRow): boolean => row.unique && row.at.length === 1 && row.cost[0] === 0;

/**
 * How many rows from `first` on match consecutive source lines exactly. A chain begins and ends with lines that have one
 * possible place: a brace or a blank line at its end may belong elsewhere.
 */
function chainAt(rows: readonly AlignRow[], first: number): number {
  if (!isSure(rows[first]!)) return 1;
  const start = rows[first]!.at[0]!;
  let length = 1;
  let sure = 1;
  for (let i = first + 1; i < rows.length && !rows[i]!.removal; i++) {
    if (!matchesAt(rows[i]!, start + i - first)) break;
    if (!isSure(rows[i]!)) continue;
    sure++;
    length = i + 1 - first;
  }
  return sure < limits.chainLines ? 1 : length;
}

function matchesAt(row: AlignRow, line: number): boolean {
  let low = 0;
  let high = row.at.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = row.at[middle]!;
    if (at === line) return row.cost[middle] === 0;
    if (at < line) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

function joinedRows(rows: readonly AlignRow[], first: number, length: number): AlignRow {
  const members = rows.slice(first, first + length);
  const start = members[0]!.at[0]!;
  let added = 0;
  for (const row of members) added = Math.min(infinity, added + row.added);
  return {
    added,
    looseStart: members[0]!.looseStart,
    looseEnd: members.at(-1)!.looseEnd,
    at: Int32Array.of(start),
    to: Int32Array.of(start + length),
    cost: Int32Array.of(0),
    removal: members[0]!.removal,
    unique: true,
  };
}
