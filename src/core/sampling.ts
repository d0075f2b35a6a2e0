import type { DraftNode, SamplingRequest, SparseDistribution, Token, Verdict } from "./target.ts";

/**
 * A uniform number in [0, 1) from a seed and two counters, so that draws do not depend on the order in which
 * a target happens to make them. (The mixer of MurmurHash3, twice.)
 */
export function drawUniform(seed: number, position: number, draw: number): number {
  let h = (seed ^ Math.imul(position + 1, 0x9e3779b1) ^ Math.imul(draw + 1, 0x85ebca77)) | 0;
  for (let round = 0; round < 2; round++) {
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return (h >>> 0) / 4294967296;
}

/**
 * Probabilities of one row of logits under temperature and top-p. Ties at the top-p border go to the lower
 * token id, so the set is the same on every machine.
 */
export function rowProbabilities(
  logits: Float32Array,
  rule: { readonly temperature: number; readonly topP: number },
): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > largest) largest = logit;
  const p = new Float64Array(logits.length);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    p[i] = Math.exp((logits[i]! - largest) / rule.temperature);
    sum += p[i]!;
  }
  for (let i = 0; i < p.length; i++) p[i]! /= sum;
  if (rule.topP < 1) keepTopP(p, rule.topP);
  return p;
}

function keepTopP(p: Float64Array, topP: number): void {
  // Tokens below this cannot be needed: even if all others were this small they would not fill the rest.
  const floor = (1 - topP) / p.length;
  const order: number[] = [];
  for (let i = 0; i < p.length; i++) if (p[i]! >= floor) order.push(i);
  order.sort((a, b) => p[b]! - p[a]! || a - b);
  let kept = 0;
  let sum = 0;
  while (kept < order.length && sum < topP) sum += p[order[kept++]!]!;
  const keep = new Set(order.slice(0, kept));
  for (let i = 0; i < p.length; i++) p[i] = keep.has(i) ? p[i]! / sum : 0;
}

/** Draws a token from weights that need not sum to 1. */
export function drawFrom(weights: Float64Array, uniform: number): Token {
  let sum = 0;
  for (const weight of weights) sum += weight;
  let rest = uniform * sum;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    last = i;
    rest -= weights[i]!;
    if (rest < 0) return i;
  }
  return last; // rounding left a crumb
}

/**
 * Speculative sampling over a line or a tree (Leviathan et al. 2023, algorithm 1; Chen et al. 2023). A child
 * drawn from q is accepted with probability min(1, p/q); after a rejection p becomes norm(max(0, p - q)), for a
 * deterministic child simply p without its token, and the next sibling is tried against that residual
 * (recursive rejection sampling, as in SpecInfer). When no child is left, the token is drawn from the residual,
 * so the output is distributed exactly as plain sampling's.
 *
 * @param row the logits after the last committed token (-1) or after a node; called only along the accepted path
 * @param position of the first token to be drawn, in the sequence: part of the seed
 */
export function sampleVerdict(
  nodes: readonly DraftNode[],
  row: (node: number) => Float32Array,
  request: SamplingRequest,
  position: number,
): Verdict {
  const children = new Map<number, number[]>();
  nodes.forEach(({ parent }, index) => {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [index]);
    else siblings.push(index);
  });
  const path: number[] = [];
  for (let at = -1; ; ) {
    const p = rowProbabilities(row(at), request);
    let draw = 0;
    const uniform = (): number => drawUniform(request.seed, position + path.length, draw++);
    const accepted = (children.get(at) ?? []).find((child) =>
      acceptChild(p, nodes[child]!.token, request.drawnFrom?.[child], uniform()),
    );
    if (accepted === undefined) return { path, next: drawFrom(p, uniform()) };
    path.push(accepted);
    at = accepted;
  }
}

/** Accepts with probability min(1, p/q); otherwise turns `p` into the residual, in place. */
function acceptChild(
  p: Float64Array,
  token: Token,
  drawnFrom: SparseDistribution | undefined,
  uniform: number,
): boolean {
  const ids = drawnFrom?.ids ?? [token];
  const q = drawnFrom?.probabilities ?? [1];
  const drawn = q[ids.indexOf(token)] ?? 0;
  // A token that its own distribution does not contain cannot be judged by p/q: it is skipped, and `p` stays.
  if (drawn === 0) return false;
  if (uniform * drawn < p[token]!) return true;
  let left = 0;
  ids.forEach((id, i) => {
    p[id] = Math.max(0, p[id]! - q[i]!);
  });
  for (const value of p) left += value;
  if (left > 0) for (let i = 0; i < p.length; i++) p[i]! /= left;
  return false;
}
