import { RedraftError } from "../core/errors.ts";
import type { Acceptance, DraftNode, Rows, SamplingRule, Token, Verdict } from "../core/target.ts";

/**
 * Walks from the root along accepted nodes. Of several accepted siblings the one of best rank wins (the target
 * would rather have written it), then the earlier one.
 *
 * @param rank of a token in a row: 0 is the target's own choice; undefined if it is not acceptable
 */
function walk(
  nodes: readonly DraftNode[],
  rows: Rows,
  rank: (token: Token, row: number) => number | undefined,
): Verdict {
  const path: number[] = [];
  for (let at = -1; ; ) {
    let best: number | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    for (let index = at + 1; index < nodes.length; index++) {
      if (nodes[index]!.parent !== at) continue;
      const found = rank(nodes[index]!.token, at + 1);
      if (found === undefined || found >= bestRank) continue;
      best = index;
      bestRank = found;
      if (found === 0) break;
    }
    if (best === undefined) return { path, next: rows.ids[(at + 1) * rows.k]! };
    path.push(best);
    at = best;
  }
}

/** Rank of `token` among the first `width` tokens of a row. */
function rankIn(rows: Rows, token: Token, row: number, width: number): number | undefined {
  for (let i = 0; i < Math.min(width, rows.k); i++) {
    if (rows.ids[row * rows.k + i] === token) return i;
  }
  return undefined;
}

const noExtras = { logsumexp: false, entropy: false } as const;

/** Accepts what the target itself would have written: the output equals plain greedy decoding. */
export const acceptGreedy: Acceptance = {
  name: "greedy",
  lossless: true,
  topK: 1,
  needs: noExtras,
  accept: (nodes, rows) => walk(nodes, rows, (token, row) => rankIn(rows, token, row, 1)),
};

/** Lossy: accepts a drafted token that is among the target's `k` likeliest. */
export function acceptTopK(k: number): Acceptance {
  requireCount("top-k", k);
  return {
    name: `top-${k}`,
    lossless: false,
    topK: k,
    needs: noExtras,
    accept: (nodes, rows) => walk(nodes, rows, (token, row) => rankIn(rows, token, row, k)),
  };
}

/** Lossy: accepts every drafted token (of siblings the first), as EfficientEdit's `direct` policy does. */
export const acceptDirect: Acceptance = {
  name: "direct",
  lossless: false,
  topK: 1,
  needs: noExtras,
  accept: (nodes, rows) => walk(nodes, rows, () => 0),
};

/**
 * How many of the target's likeliest tokens EfficientEdit accepts (equations 9 and 10): softmax over the `k`
 * largest logits, H = -sum p ln p / ln k, tau = max(1, k H), rounded up in the paper and down in the code.
 */
export function entropyWidth(logits: ArrayLike<number>, round: "floor" | "ceil"): number {
  const k = logits.length;
  if (k < 2) return 1;
  const largest = logits[0]!;
  let sum = 0;
  for (let i = 0; i < k; i++) sum += Math.exp(logits[i]! - largest);
  let entropy = 0;
  for (let i = 0; i < k; i++) {
    const p = Math.exp(logits[i]! - largest) / sum;
    if (p > 0) entropy -= p * Math.log(p);
  }
  // A uniform row must give H = 1 although its sum carries rounding errors.
  const width = k * Math.min(1, entropy / Math.log(k));
  return Math.max(1, round === "floor" ? Math.floor(width + 1e-9) : Math.ceil(width - 1e-9));
}

/** Lossy: accepts among more tokens where the target is less sure (EfficientEdit, equations 9 and 10). */
export function acceptEntropy({
  k = 3,
  round = "ceil",
}: {
  readonly k?: number;
  readonly round?: "floor" | "ceil";
} = {}): Acceptance {
  requireCount("entropy", k);
  return {
    name: `entropy-${k}-${round}`,
    lossless: false,
    topK: k,
    needs: noExtras,
    accept: (nodes, rows) =>
      walk(nodes, rows, (token, row) => {
        const logits = rows.logits.subarray(row * rows.k, row * rows.k + Math.min(k, rows.k));
        return rankIn(rows, token, row, entropyWidth(logits, round));
      }),
  };
}

/** Speculative sampling: distributed exactly as plain sampling. The target decides, because it has all logits. */
export function acceptSampling(rule: Partial<SamplingRule> = {}): Acceptance {
  const sampling = { temperature: 1, topP: 1, seed: 0, ...rule };
  if (!(sampling.temperature > 0) || !(sampling.topP > 0 && sampling.topP <= 1)) {
    throw new RedraftError(
      "usage",
      `sampling needs a temperature above 0 and a top-p in (0, 1]; got ${sampling.temperature} and ${sampling.topP}. For temperature 0 use greedy acceptance.`,
    );
  }
  return {
    name: "sampling",
    lossless: true,
    topK: 1,
    needs: noExtras,
    sampling,
    accept(_nodes, rows) {
      if (rows.verdict === undefined) {
        throw new RedraftError(
          "engine-failed",
          "sampling needs a target that samples, and this one returns no sampled tokens",
        );
      }
      return rows.verdict;
    },
  };
}

/**
 * The rule with this name: `greedy`, `top-5`, `direct`, `entropy` (`entropy-3-ceil`), `sampling`.
 * Lossy rules are never chosen by default.
 */
export function acceptanceNamed(name: string, sampling?: Partial<SamplingRule>): Acceptance {
  const [kind, k, round] = name.split(/-(?=\w)/);
  if (kind === "greedy") return acceptGreedy;
  if (kind === "direct") return acceptDirect;
  if (kind === "sampling") return acceptSampling(sampling);
  if (kind === "top" && k !== undefined) return acceptTopK(Number(k));
  if (kind === "entropy" && (round === undefined || round === "floor" || round === "ceil")) {
    return acceptEntropy({ ...(k && { k: Number(k) }), ...(round && { round }) });
  }
  throw new RedraftError(
    "usage",
    `no acceptance rule "${name}"; known: greedy and sampling (lossless), top-<k>, direct and entropy-<k>-<floor|ceil> (lossy: the output may differ from plain decoding)`,
  );
}

function requireCount(name: string, k: number): void {
  if (!Number.isInteger(k) || k < 1) {
    throw new RedraftError("usage", `${name} acceptance needs a whole k of at least 1; got ${k}`);
  }
}
