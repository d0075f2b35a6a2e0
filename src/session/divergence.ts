import type { Rows } from "../core/target.ts";

/** How far the next token's distribution is from the one of full evaluation. */
export interface Divergence {
  /** Kullback-Leibler divergence in nats, from the exact to the other; what neither row lists counts as one token. */
  readonly kl: number;
  /** Whether both have the same likeliest token. */
  readonly top1: boolean;
}

/** How many tokens of a row say nearly all of it. */
export const divergenceTopK = 256;

/** @param exact,other rows with `logsumexp`; their first row is compared */
export function divergence(exact: Rows, other: Rows): Divergence {
  const left = logProbabilities(exact);
  const right = logProbabilities(other);
  const floor = Math.min(...right.values());
  let kl = 0;
  let leftMass = 0;
  let rightMass = 0;
  for (const [token, logP] of left) {
    const p = Math.exp(logP);
    // An unlisted token has at most the probability of the last listed one.
    const logQ = right.get(token) ?? floor;
    kl += p * (logP - logQ);
    leftMass += p;
    rightMass += Math.exp(logQ);
  }
  const leftRest = Math.max(0, 1 - leftMass);
  const rightRest = Math.max(1e-9, 1 - rightMass);
  if (leftRest > 1e-9) kl += leftRest * Math.log(leftRest / rightRest);
  return { kl: Math.max(0, kl), top1: exact.ids[0] === other.ids[0] };
}

function logProbabilities(rows: Rows): Map<number, number> {
  const found = new Map<number, number>();
  for (let i = 0; i < rows.k; i++) {
    if (rows.ids[i]! >= 0) found.set(rows.ids[i]!, rows.logits[i]! - rows.logsumexp![0]!);
  }
  return found;
}
