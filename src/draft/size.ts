import type { Draft } from "../core/target.ts";

export interface Market {
  /** Most nodes. */
  readonly room: number;
  /** Cost of a pass over n tokens, in plain steps. */
  readonly cost: (n: number) => number;
  /** Tokens that a plain step's time brings elsewhere: what a node must at least earn for its time. */
  readonly rate: number;
}

/** Further tokens count less for the choice between drafts: a later copy may bring them as well. */
const near = 16;
const farWeight = 0.25;

/**
 * The one draft, cut to the length with the largest expected gain: 1 + sum of survival - rate x cost. (The rate
 * turns tokens per time, a quotient, into a difference that can be maximised step by step: Dinkelbach 1967.)
 */
export function bestLine(drafts: readonly Draft[], { room, cost, rate }: Market): Draft[] {
  let best: Draft | undefined;
  let bestLength = 0;
  let bestGain = -rate * cost(1);
  for (const draft of drafts) {
    let gain = 0;
    let worth = 0;
    let length = 0;
    let peak = Number.NEGATIVE_INFINITY;
    let worthAtPeak = 0;
    const limit = Math.min(room, draft.tokens.length);
    for (let n = 1; n <= limit; n++) {
      const p = draft.survival?.[n - 1] ?? 0;
      gain += p;
      worth += n <= near ? p : p * farWeight;
      const price = rate * cost(1 + n);
      if (gain - price <= peak && p > 0) continue;
      peak = gain - price;
      worthAtPeak = worth - price;
      length = n;
    }
    if (length === 0 || peak <= -rate * cost(1) || worthAtPeak <= bestGain) continue;
    bestGain = worthAtPeak;
    best = draft;
    bestLength = length;
  }
  return best === undefined ? [] : [cut(best, bestLength)];
}

/**
 * The drafts as a tree: nodes in order of the chance that they are accepted, as many as are worth their time.
 * Chances fall along a draft, so a prefix of that order is a tree. Beginnings that drafts share count once.
 */
export function bestTree(drafts: readonly Draft[], { room, cost, rate }: Market): Draft[] {
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
  let gain = 0;
  let best = -rate * cost(1);
  let count = 0;
  for (let n = 1; n <= Math.min(room, order.length); n++) {
    gain += chances[order[n - 1]!]!;
    const value = gain - rate * cost(1 + n);
    if (value < best) continue;
    best = value;
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
