import { spend } from "../../text/budget.ts";
import { compress } from "./compress.ts";
import { bounds, costs, infinity, limits } from "./costs.ts";
import type { Problem } from "./recurrence.ts";
import { backward, forward, leastCosts, type Sums } from "./sums.ts";

/** The source lines [start, end) of a block. A bound side is the edge of what the block replaces, whatever matches there. */
export interface BlockRange {
  readonly start: number;
  readonly end: number;
  readonly boundStart?: boolean;
  readonly boundEnd?: boolean;
}

/** Where each block is, the blocks in order. */
export interface Placement {
  readonly cost: number;
  readonly ranges: readonly BlockRange[];
}

/** The best placement, and the others in the order of their cost, each through one position the best one avoids. */
export interface Placements {
  readonly best: Placement | undefined;
  others(limit: number): Generator<Placement>;
}

/**
 * All placements that matter: the text of a result depends on the blocks' ranges, and a placement other
 * than the best differs from it in the start or the end of some block. The sums from both sides give,
 * for each such position, the cheapest placement through it.
 */
export function placements(whole: Problem): Placements {
  const { problem, cuts } = compress(whole);
  const inSource = ({ cost, ranges }: Placement): Placement => ({
    cost,
    ranges: ranges.map(({ start, end }) => ({ start: cuts[start]!, end: cuts[end]! })),
  });
  const { before, after, best } = solve(problem);
  return {
    best: best && inSource(best),
    *others(limit) {
      if (best === undefined) return;
      const ways: { cost: number; block: number; side: "start" | "end"; position: number }[] = [];
      spend(2 * problem.blocks.length * problem.steps);
      for (let block = 0; block < problem.blocks.length; block++) {
        const range = best.ranges[block]!;
        for (const side of ["start", "end"] as const) {
          const left = side === "start" ? before.starts[block]! : before.ends[block]!;
          const right = side === "start" ? after.ends[block]! : after.starts[block]!;
          const taken = side === "start" ? range.start : range.end;
          for (let position = 0; position <= problem.steps; position++) {
            const cost = left[position]! + right[position]!;
            if (cost <= limit && position !== taken) ways.push({ cost, block, side, position });
          }
        }
      }
      ways.sort((a, b) => a.cost - b.cost);
      for (const { cost, block, side, position } of ways) {
        spend(problem.blocks.length);
        const start = side === "start" ? position : before.endFrom[block]![position]!;
        const end = side === "end" ? position : after.endFrom[block]![position]!;
        yield inSource({ cost, ranges: through(before, after, block, start, end) });
      }
    },
  };
}

/**
 * Solves for placements up to a cost limit. If the best one costs more than estimated, the limit is raised from its cost,
 * or removed.
 */
function solve(problem: Problem): { before: Sums; after: Sums; best: Placement | undefined } {
  let limit =
    leastCosts(problem)[0]! +
    bounds.spare +
    bounds.sparePerBlock * problem.blocks.length +
    limits.kept;
  for (;;) {
    const before = forward(problem, limit);
    const cheapest = before.ends.at(-1)?.reduce((a, b) => Math.min(a, b)) ?? 0;
    const isKnown = cheapest + limits.kept <= limit;
    if (!isKnown && limit < infinity) {
      limit = cheapest < infinity ? nextLimit(cheapest) : infinity;
      continue;
    }
    const after = backward(problem, limit, before);
    const best = bestOf(problem, before, after);
    if (best === undefined || best.cost + limits.kept <= limit || limit === infinity)
      return { before, after, best };
    limit = best.cost < infinity ? nextLimit(best.cost) : infinity;
  }
}

/** The last block's end may cost something on top. */
const nextLimit = (cost: number): number =>
  cost + limits.kept + costs.emptyElision + costs.missingElision;

function bestOf(problem: Problem, before: Sums, after: Sums): Placement | undefined {
  const last = problem.blocks.length - 1;
  if (last < 0) return { cost: 0, ranges: [] };
  let cost = infinity;
  let end = -1;
  for (let position = 0; position <= problem.steps; position++) {
    const sum = before.ends[last]![position]! + after.starts[last]![position]!;
    if (sum < cost) {
      cost = sum;
      end = position;
    }
  }
  if (end < 0) return undefined;
  const start = before.endFrom[last]![end]!;
  return { cost, ranges: through(before, after, last, start, end) };
}

/** The cheapest placement in which one block has this range. */
function through(
  before: Sums,
  after: Sums,
  block: number,
  start: number,
  end: number,
): { start: number; end: number }[] {
  const ranges = [{ start, end }];
  for (let k = block; k > 0; k--) {
    const left = before.startFrom[k]![ranges[0]!.start]!;
    ranges.unshift({ start: before.endFrom[k - 1]![left]!, end: left });
  }
  for (let k = block; k + 1 < before.ends.length; k++) {
    const right = after.startFrom[k]![ranges.at(-1)!.end]!;
    ranges.push({ start: right, end: after.endFrom[k + 1]![right]! });
  }
  return ranges;
}
