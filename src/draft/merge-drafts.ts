import { emptyPlan, type Plan } from "../core/plan.ts";
import type { Draft, DraftNode, Origin, SparseDistribution } from "../core/target.ts";

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
