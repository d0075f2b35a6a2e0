import type { Draft } from "../core/target.ts";

export interface Market {
  /** Most nodes. */
  readonly room: number;
  /** Cost of a pass over n tokens, in plain steps. */
  readonly cost: (n: number) => number;
}

/** Further tokens count less for the choice between drafts: a later copy may bring them as well. */
const near = 16;
const farWeight = 0.25;

/**
 * The one draft, cut to the length that gives most expected tokens per cost, (1 + sum of survival) / cost(1 + n).
 * A longer draft that gives the same rate is not worth its risk: what it would bring, the next pass brings too.
 */
export function bestLine(drafts: readonly Draft[], { room, cost }: Market): Draft[] {
  let best: Draft | undefined;
  let bestLength = 0;
  let bestValue = 1 / cost(1);
  for (const draft of drafts) {
    let tokens = 1;
    let weighted = 1;
    let peak = 1 / cost(1);
    for (let n = 1; n <= Math.min(room, draft.tokens.length); n++) {
      const p = draft.survival?.[n - 1] ?? 0;
      const price = cost(1 + n);
      tokens += p;
      weighted += n <= near ? p : p * farWeight;
      if (p === 0 || tokens / price < peak) continue;
      peak = tokens / price;
      if (weighted / price <= bestValue && best !== draft) continue;
      bestValue = weighted / price;
      best = draft;
      bestLength = n;
    }
  }
  return best === undefined ? [] : [cut(best, bestLength)];
}

/**
 * The drafts as a tree: nodes in order of the chance that they are accepted, as many as give most expected tokens per cost.
 * Chances fall along a draft, so a prefix of that order is a tree. Beginnings that drafts share count once.
 */
export function bestTree(drafts: readonly Draft[], { room, cost }: Market): Draft[] {
  const children: Map<number, number>[] = [new Map()];
  const chances: number[] = [];
  /** Per draft, the tree node of each of its tokens. */
  const nodesOf = drafts.map((draft) => {
    let at = 0;
    return draft.tokens.map((token, i) => {
      let node = children[at]!.get(token);
      const p = draft.survival?.[i] ?? 0;
      if (node === undefined) {
        node = children.push(new Map()) - 1;
        children[at]!.set(token, node);
        chances[node] = p;
      } else chances[node] = Math.max(chances[node]!, p);
      at = node;
      return node;
    });
  });
  const order = [...children.keys()].slice(1).sort((a, b) => chances[b]! - chances[a]! || a - b);
  let tokens = 1;
  let best = 1 / cost(1);
  let count = 0;
  for (let n = 1; n <= Math.min(room, order.length); n++) {
    tokens += chances[order[n - 1]!]!;
    const rate = tokens / cost(1 + n);
    if (rate < best) continue;
    best = rate;
    count = n;
  }
  const kept = new Set(order.slice(0, count));
  return drafts
    .map((draft, d) => {
      const end = nodesOf[d]!.findIndex((node) => !kept.has(node));
      return cut(draft, end < 0 ? draft.tokens.length : end);
    })
    .filter((draft) => draft.tokens.length > 0);
}

function cut(draft: Draft, length: number): Draft {
  return length >= draft.tokens.length
    ? draft
    : { ...draft, tokens: draft.tokens.slice(0, length) };
}
