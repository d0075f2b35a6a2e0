/** Cost of one forward pass over `n` tokens, in units of one plain decoding step. */
export interface CostCurve {
  /** Where the points come from, for reports. */
  readonly source: "measured" | "typical";
  readonly points: readonly CostPoint[];
  at(n: number): number;
  /** Records how long a pass took: where observed costs drift from the points, the curve follows them. */
  observe(n: number, ms: number): void;
}

/** A measured point: a pass over `tokens` positions takes `ms`. */
export interface CostPoint {
  readonly tokens: number;
  readonly ms: number;
}

/** Observations of one size (to the power of two) before they count, and the weight of a new one. */
const enoughPoints = 12;
const weight = 0.05;
/** A pass that was interrupted says little about the others: no observation counts for more than this factor. */
const largestFactor = Math.log(3);

/**
 * The curve through measured points: straight between them, beyond the last at the slope of its upper half, divided by
 * the cost of one token. Observed times correct it: per power of two the mean of log(observed / expected), recent passes
 * counting more. What slows all sizes alike (a busy machine) cancels out.
 */
export function costCurve(
  points: readonly CostPoint[],
  source: CostCurve["source"] = "measured",
): CostCurve {
  const sorted = [...points].sort((a, b) => a.tokens - b.tokens);
  const first = sorted[0];
  if (first === undefined || first.tokens !== 1) {
    throw new Error("a cost curve needs a point for one token");
  }
  const last = sorted.at(-1)!;
  // Between neighbours a pass may get cheaper with its size, where a kernel takes whole tiles: no slope to go on with.
  const half = sorted.findLast(({ tokens }) => tokens <= last.tokens / 2) ?? last;
  const octaves: { count: number; mean: number }[] = [];
  const octaveOf = (n: number): number => Math.round(Math.log2(n));

  function expected(n: number): number {
    const right = sorted.findIndex(({ tokens }) => tokens >= n);
    const to = right < 0 ? last : sorted[right]!;
    const from = right < 0 ? half : sorted[Math.max(0, right - 1)]!;
    if (to === from || (right < 0 && to.ms <= from.ms)) return to.ms * (n / to.tokens);
    const slope = (to.ms - from.ms) / (to.tokens - from.tokens);
    return from.ms + slope * (n - from.tokens);
  }

  /** Of the nearest size that was seen often enough. */
  function correction(octave: number): number {
    let best: number | undefined;
    octaves.forEach((seen, i) => {
      if (seen === undefined || seen.count < enoughPoints) return;
      if (best === undefined || Math.abs(i - octave) < Math.abs(best - octave)) best = i;
    });
    return best === undefined ? 0 : octaves[best]!.mean;
  }

  return {
    source,
    points: sorted,
    at(n) {
      const m = Math.max(1, n);
      const drift = correction(octaveOf(m)) - correction(0);
      return (expected(m) / first.ms) * Math.exp(drift);
    },
    observe(n, ms) {
      const m = Math.max(1, n);
      const factor = Math.log(ms / expected(m));
      const octave = octaveOf(m);
      octaves[octave] ??= { count: 0, mean: 0 };
      const seen = octaves[octave];
      seen.count++;
      const clipped = Math.max(-largestFactor, Math.min(largestFactor, factor));
      seen.mean += (clipped - seen.mean) * Math.max(weight, 1 / seen.count);
    },
  };
}

/** What CPUs gave that we measured (docs/internals/engine.md): 16 tokens for about five steps, nearly linear from there. */
export function typicalCost(): CostCurve {
  const steps = [1, 1.6, 1.9, 3.3, 5.2, 10.4, 20.5, 40];
  return costCurve(
    steps.map((ms, i) => ({ tokens: 2 ** i, ms })),
    "typical",
  );
}

/** How much the newest pass weighs in what is expected of the next. */
const newest = 0.2;

export interface Crowd {
  /** Records how many sequences shared a pass. */
  observe(sequences: number): void;
  /** Cost of n tokens in a pass like the latest ones, in units of one plain step in such a pass. */
  cost(curve: CostCurve, n: number): number;
}

/**
 * What drafts cost where several sequences share passes. The first tokens of a pass are expensive and the rest cheap;
 * among k sequences others pay most of the first, so that each drafted token weighs more against a plain step. Counted
 * as if all of them did the same: k times n tokens, shared by k. With all k choosing so, the pass as a whole gives
 * most tokens per time.
 */
export function createCrowd(): Crowd {
  let size = 1;
  return {
    observe(sequences) {
      size += newest * (sequences - size);
    },
    cost(curve, n) {
      // Whole sizes only: the curve is measured at powers of two.
      const k = Math.max(1, Math.round(size));
      return curve.at(k * n) / curve.at(k);
    },
  };
}
