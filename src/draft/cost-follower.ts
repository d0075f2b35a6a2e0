/** A cost curve that follows what passes really take. */
export interface CostFollower {
  /** Cost of a pass over n tokens, in plain steps: the measured curve, corrected by what was seen since. */
  cost(n: number): number;
  observe(n: number, ms: number): void;
}

export interface CostFollowerOptions {
  /** Called once when passes have come to cost something else than the curve says: measure again. */
  readonly onDrift?: (factor: number) => void;
  /** How far off counts as drift (default 1.5: half as much again, or a third less). */
  readonly tolerance?: number;
}

/** Passes of like size share a correction: 1, 2, 3-4, 5-8, ... */
const sizeClass = (n: number): number => Math.ceil(Math.log2(Math.max(1, n)));

/** Weight of a new observation, and how many of a size are needed before it corrects anything. */
const newestWeight = 0.1;
const enoughPasses = 12;

/**
 * Compares what passes take with what the measured curve says, per size class, as means of log ratios. Only
 * differences between classes matter: a machine that is slower altogether decides nothing.
 */
export function costFollower(
  measured: (n: number) => number,
  { onDrift, tolerance = 1.5 }: CostFollowerOptions = {},
): CostFollower {
  const classes = new Map<number, { mean: number; seen: number }>();
  let reported = false;

  function correction(n: number): number {
    const own = classes.get(sizeClass(n));
    const plain = classes.get(0);
    if (own === undefined || plain === undefined || own === plain) return 1;
    if (own.seen < enoughPasses || plain.seen < enoughPasses) return 1;
    const factor = Math.exp(own.mean - plain.mean);
    // Small differences are noise of the clock; the curve was measured with more care.
    return factor > tolerance || factor < 1 / tolerance ? factor : 1;
  }

  return {
    cost: (n) => measured(n) * correction(n),
    observe(n, ms) {
      if (!(ms > 0)) return;
      const ratio = Math.log(ms / measured(n));
      const known = classes.get(sizeClass(n));
      if (known === undefined) classes.set(sizeClass(n), { mean: ratio, seen: 1 });
      else {
        known.mean += Math.max(newestWeight, 1 / (known.seen + 1)) * (ratio - known.mean);
        known.seen++;
      }
      const factor = correction(n);
      if (factor === 1 || reported) return;
      reported = true;
      onDrift?.(factor);
    },
  };
}
