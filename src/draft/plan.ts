import { emptyPlan, type Plan, type Planner } from "../core/plan.ts";
import type { Draft, Drafter, DraftNode, Origin, SparseDistribution } from "../core/target.ts";

/**
 * Merges drafts into a token tree: shared beginnings become shared nodes. Drafts are taken in order until
 * `nodes` are used, so put the surest first. A line comes out as a tree of only children.
 *
 * @example mergeDrafts([abc, abd], 9) has the nodes a, b, c and d, the last two both children of b.
 */
export function mergeDrafts(drafts: readonly Draft[], nodes: number): Plan {
  if (drafts.length === 0) return emptyPlan;
  if (drafts.length === 1) return lineOf(drafts[0]!, nodes);
  const tree: DraftNode[] = [];
  const origins: Origin[] = [];
  const drawnFrom: (SparseDistribution | undefined)[] = [];
  const children: Map<number, number>[] = [new Map()];
  let draftForwards = 0;
  for (const draft of drafts) {
    draftForwards += draft.forwards ?? 0;
    let at = -1;
    for (const [i, token] of draft.tokens.entries()) {
      const shared = children[at + 1]!.get(token);
      if (shared === undefined && tree.length >= nodes) break;
      const index = shared ?? tree.push({ token, parent: at }) - 1;
      if (shared === undefined) {
        children[at + 1]!.set(token, index);
        children.push(new Map());
        origins.push(draft.origins?.[i] ?? draft.origin);
        drawnFrom.push(draft.drawnFrom?.[i]);
      }
      at = index;
    }
  }
  const samples = drawnFrom.some((distribution) => distribution !== undefined);
  return { nodes: tree, origins, draftForwards, ...(samples && { drawnFrom }) };
}

function lineOf(draft: Draft, nodes: number): Plan {
  const { origin, origins, forwards = 0, drawnFrom } = draft;
  const tokens = draft.tokens.slice(0, nodes);
  return {
    nodes: tokens.map((token, i) => ({ token, parent: i - 1 })),
    origins: tokens.map((_, i) => origins?.[i] ?? origin),
    draftForwards: forwards,
    ...(drawnFrom && { drawnFrom: tokens.map((_, i) => drawnFrom[i]) }),
  };
}

export interface FixedPlannerOptions {
  /** Most nodes in one pass (default 64). */
  readonly budget?: number;
  /** Send all drafts as one tree; default: only the first draft of the first drafter that has one. */
  readonly tree?: boolean;
}

/** Asks the drafters in order; no statistics, no cost curve. For baselines, tests and drafters that decide themselves. */
export function fixedPlanner(
  drafters: readonly Drafter[],
  { budget = 64, tree = false }: FixedPlannerOptions = {},
): Planner {
  let asked: { readonly drafter: Drafter; readonly drafts: readonly Draft[] }[] = [];
  return {
    name: drafters.map(({ name }) => name).join("+"),
    async begin(request) {
      asked = [];
      for (const drafter of drafters) await drafter.begin(request);
    },
    async plan(state, limits, signal) {
      asked = [];
      const size = Math.min(budget, limits.nodes);
      for (const drafter of drafters) {
        const drafts = await drafter.draft(state, size, signal);
        if (drafts.length === 0) continue;
        asked.push({ drafter, drafts });
        if (!tree || !limits.trees) return mergeDrafts(drafts.slice(0, 1), size);
      }
      return mergeDrafts(
        asked.flatMap(({ drafts }) => drafts),
        size,
      );
    },
    observe({ committed }) {
      for (const drafter of drafters) {
        const drafts = asked.find((entry) => entry.drafter === drafter)?.drafts ?? [];
        const used = drafts.reduce<Draft | undefined>(
          (best, draft) =>
            best === undefined || agreed(draft, committed) > agreed(best, committed) ? draft : best,
          undefined,
        );
        drafter.accept?.({
          committed,
          ...(used && { used }),
          accepted: used ? agreed(used, committed) : 0,
        });
      }
      asked = [];
    },
  };
}

/** How many tokens of the draft were committed, the token after the accepted ones not counted. */
function agreed(draft: Draft, committed: readonly number[]): number {
  let count = 0;
  while (
    count < draft.tokens.length &&
    count < committed.length - 1 &&
    draft.tokens[count] === committed[count]
  )
    count++;
  return count;
}
