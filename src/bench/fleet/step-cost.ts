/** What a step of an engine computes. */
export interface StepLoad {
  /** Tokens of all requests, drafted and prompt tokens included. */
  readonly tokens: number;
  readonly requests: number;
  /** Tokens in the KV caches of these requests. */
  readonly context: number;
  /** Requests that a draft was looked for. */
  readonly drafted: number;
}

/** Time as a sum, for engines that were measured: seconds, per unit. */
export interface LinearCost {
  readonly kind: "linear";
  readonly fixed: number;
  readonly perToken: number;
  readonly perRequest: number;
  /**
   * [requests, seconds] by rising requests, on top of the sum. Between two sizes of a step the seconds are linear, and
   * beyond the ends they go on as between the nearest two: kernels do not take so much more for each request.
   */
  readonly bySize?: readonly (readonly [requests: number, seconds: number])[];
  readonly perContext: number;
  readonly perDraft: number;
}

/** Roofline (Williams et al., 2009): a step takes as long as reading the memory or as computing, whichever is longer. */
export interface RooflineCost {
  readonly kind: "roofline";
  /** Seconds per step that neither explains: launches, sampling, scheduling. */
  readonly overhead: number;
  readonly weightBytes: number;
  readonly cacheBytesPerToken: number;
  /** Bytes per second that are reached. */
  readonly bandwidth: number;
  readonly flopsPerToken: number;
  /** Floating point operations per second that are reached. */
  readonly flops: number;
  readonly perDraft: number;
}

export type StepCost = LinearCost | RooflineCost;

/** Seconds of a step. */
export function stepSeconds(
  cost: StepCost,
  { tokens, requests, context, drafted }: StepLoad,
): number {
  const drafting = cost.perDraft * drafted;
  if (cost.kind === "linear") {
    const { fixed, perToken, perRequest, perContext, bySize = [] } = cost;
    const sum = fixed + perToken * tokens + perRequest * requests + perContext * context + drafting;
    return sum + interpolated(bySize, requests);
  }
  const read = (cost.weightBytes + cost.cacheBytesPerToken * context) / cost.bandwidth;
  return cost.overhead + Math.max(read, (cost.flopsPerToken * tokens) / cost.flops) + drafting;
}

/** The line through the two points nearest to x, at least 0; one point counts for every x. */
function interpolated(points: readonly (readonly [number, number])[], x: number): number {
  const [first] = points;
  if (first === undefined) return 0;
  const after = points.findIndex(([at], i) => i > 0 && (x <= at || i === points.length - 1));
  const [left, right] = [points[after - 1], points[after]];
  if (left === undefined || right === undefined) return first[1];
  const share = (x - left[0]) / (right[0] - left[0]);
  return Math.max(0, left[1] + share * (right[1] - left[1]));
}

interface StatedCost {
  readonly summary: string;
  readonly cost: StepCost;
  /** US dollars per hour and replica: stated, not measured. */
  readonly hourly: number;
}

/** Accelerators as their makers state them, at 70 % of the bandwidth and 50 % of the dense FLOP/s. Not measured. */
export const statedCosts: Readonly<Record<string, StatedCost>> = {
  "h100-7b": {
    summary:
      "one H100 SXM (3.35 TB/s, 989 TFLOP/s in bf16), a 7.6 B model with 57 kB of cache per token",
    cost: rooflineOf({ parameters: 7.6e9, cacheBytes: 57_344, bandwidth: 3.35e12, flops: 989e12 }),
    hourly: 2.5,
  },
  "h100-32b": {
    summary: "one H100 SXM, a 32.8 B model in 8 bits, 131 kB of cache per token",
    cost: {
      ...rooflineOf({ parameters: 32.8e9, cacheBytes: 131_072, bandwidth: 3.35e12, flops: 989e12 }),
      weightBytes: 32.8e9,
    },
    hourly: 2.5,
  },
  "l4-7b": {
    summary: "one L4 (300 GB/s, 121 TFLOP/s in bf16), a 7.6 B model with 57 kB of cache per token",
    cost: rooflineOf({ parameters: 7.6e9, cacheBytes: 57_344, bandwidth: 3e11, flops: 121e12 }),
    hourly: 0.7,
  },
};

interface Accelerator {
  readonly parameters: number;
  readonly cacheBytes: number;
  readonly bandwidth: number;
  readonly flops: number;
}

function rooflineOf({ parameters, cacheBytes, bandwidth, flops }: Accelerator): RooflineCost {
  return {
    kind: "roofline",
    overhead: 0.002,
    weightBytes: 2 * parameters,
    cacheBytesPerToken: cacheBytes,
    bandwidth: 0.7 * bandwidth,
    flopsPerToken: 2 * parameters,
    flops: 0.5 * flops,
    perDraft: 0.0003,
  };
}
