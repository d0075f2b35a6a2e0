import type { Draft } from "../core/target.ts";

export interface Market {
  /** Most nodes. */
  readonly room: number;
  /** Cost of a pass over n tokens, in plain steps. */
  readonly cost: (n: number) => number;
}

/** Further tokens count less for the choice between drafts: a later copy may bring them as well. */
const nearTokens = 16;
const farWeight = 0.25;

/** The most promising draft, at the length with which writing it costs least; none where plain decoding is cheaper. */
export function bestLine(drafts: readonly Draft[], market: Market): Draft[] {
  const best = mostPromising(drafts, market);
  if (best === undefined) return [];
  const { length } = bestLength(best.survival ?? [], market);
  return length === 0 ? [] : [cutDraft(best, length)];
}

/** The draft with most expected tokens per cost, (1 + sum of survival) / cost(1 + n), at its best length. */
function mostPromising(drafts: readonly Draft[], { room, cost }: Market): Draft | undefined {
  let best: Draft | undefined;
  let bestValue = 0;
  for (const draft of drafts) {
    let weighted = 1;
    for (let n = 1; n <= Math.min(room, draft.tokens.length); n++) {
      const p = (draft.promise ?? draft.survival)?.[n - 1] ?? 0;
      weighted += n <= nearTokens ? p : p * farWeight;
      if (weighted / cost(1 + n) <= bestValue) continue;
      bestValue = weighted / cost(1 + n);
      best = draft;
    }
  }
  return best;
}

/**
 * How many tokens of a draft to send now, if later passes send the rest for as long as it is accepted. The tokens up to
 * its first wrong one are the same for all lengths, so the lengths that cost least are best: with s(k) the probability
 * that k tokens are accepted and W(j) the least expected cost of continuing after j accepted ones,
 *
 *     W(j) = min over n of cost(1 + n) + s(j + n + 1) / s(j) W(j + n + 1)
 *
 * (a pass over n drafted tokens writes n + 1 if all are accepted; if the token after them is the draft's too, the draft continues there).
 */
export function bestLength(
  survival: readonly number[],
  { room, cost }: Market,
): { readonly length: number; readonly cost: number } {
  const length = survival.length;
  const least = new Float64Array(length + 2).fill(cost(1));
  let first = 0;
  for (let at = length; at >= 0; at--) {
    const held = at === 0 ? 1 : survival[at - 1]!;
    let best = Number.POSITIVE_INFINITY;
    const most = Math.min(room, length - at);
    for (let n = 0; n <= most; n = n < most ? Math.min(most, nextLength(n)) : n + 1) {
      const next = at + n + 1;
      const continues = next <= length && held > 0 ? survival[next - 1]! / held : 0;
      const total = cost(1 + n) + continues * least[next]!;
      if (total > best) continue;
      best = total;
      if (at === 0) first = n;
    }
    least[at] = best;
  }
  return { length: first, cost: least[0]! };
}

/** Lengths that are tried: all of the short ones, then eight to each doubling; 15, 31, 63, ... are among them. */
function nextLength(n: number): number {
  return n < 15 ? n + 1 : n + 2 ** (Math.floor(Math.log2(n + 1)) - 3);
}

/**
 * The most promising draft at its best length, and other nodes that are worth their cost: nodes in order of the probability
 * that they are accepted, each token at the cost per token of writing the draft. Probabilities fall along a draft, so the
 * nodes taken form a tree. Prefixes that drafts share count once.
 */
export function bestTree(drafts: readonly Draft[], market: Market): Draft[] {
  const { room, cost } = market;
  const line = mostPromising(drafts, market);
  if (line === undefined) return [];
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
  shareAmongSiblings(children, chances);
  const survival = line.survival ?? [];
  const best = bestLength(survival, market);
  const price = best.cost / survival.reduce((sum, p) => sum + p, 1);
  const kept = new Set(nodesOf[drafts.indexOf(line)]!.slice(0, best.length));
  const others = [...children.keys()]
    .filter((node) => node > 0 && !kept.has(node))
    .sort((a, b) => chances[b]! - chances[a]! || a - b);
  let tokens = 0;
  let gain = 0;
  let count = 0;
  for (let n = 1; n <= Math.min(room - best.length, others.length); n++) {
    tokens += chances[others[n - 1]!]!;
    const value = price * tokens - cost(1 + best.length + n) + cost(1 + best.length);
    if (value < gain) continue;
    gain = value;
    count = n;
  }
  for (const node of others.slice(0, count)) kept.add(node);
  return drafts
    .map((draft, d) => {
      const end = nodesOf[d]!.findIndex((node) => !kept.has(node));
      return cutDraft(draft, end < 0 ? draft.tokens.length : end);
    })
    .filter((draft) => draft.tokens.length > 0);
}

/**
 * Drafts are judged one by one, but only one of several tokens can come next: the likeliest keeps its chance, the others
 * have at most what it leaves of their parent's, and what follows them less in proportion.
 */
function shareAmongSiblings(children: readonly Map<number, number>[], chances: number[]): void {
  const scale = chances.map(() => 1);
  children.forEach((nodes, parent) => {
    let left = parent === 0 ? 1 : chances[parent]!;
    const siblings = [...nodes.values()].sort((a, b) => chances[b]! - chances[a]! || a - b);
    for (const node of siblings) {
      const alone = chances[node]! * (parent === 0 ? 1 : scale[parent]!);
      const shared = Math.min(alone, left);
      scale[node] = chances[node]! > 0 ? shared / chances[node]! : 0;
      chances[node] = shared;
      left -= shared;
    }
  });
}

function cutDraft(draft: Draft, length: number): Draft {
  return length >= draft.tokens.length
    ? draft
    : { ...draft, tokens: draft.tokens.slice(0, length) };
}
