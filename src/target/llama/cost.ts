/** Cost of one forward pass over `n` tokens, in units of one plain decoding step. */
export interface CostCurve {
  at(n: number): number;
}

/** A measured point: a pass over `tokens` positions takes `ms`. */
export interface CostPoint {
  readonly tokens: number;
  readonly ms: number;
}

/**
 * The curve through measured points, straight between them and beyond the last at its slope. Divided by the
 * cost of one token, so that 1 = one plain step.
 */
export function costCurve(points: readonly CostPoint[]): CostCurve {
  const sorted = [...points].sort((a, b) => a.tokens - b.tokens);
  const first = sorted[0];
  if (first === undefined || first.tokens !== 1) {
    throw new Error("a cost curve needs a point for one token");
  }
  return {
    at(n) {
      const m = Math.max(1, n);
      let right = sorted.findIndex(({ tokens }) => tokens >= m);
      if (right < 0) right = sorted.length - 1;
      const to = sorted[right]!;
      const from = sorted[Math.max(0, right - 1)]!;
      if (to.tokens === from.tokens) return (to.ms / first.ms) * (m / to.tokens);
      const slope = (to.ms - from.ms) / (to.tokens - from.tokens);
      return Math.max(1e-3, from.ms + slope * (m - from.tokens)) / first.ms;
    },
  };
}

/** What CPUs gave that we measured (docs/engine.md): 16 tokens for about five steps, nearly linear from there. */
export const typicalCost: CostCurve = costCurve([
  { tokens: 1, ms: 1 },
  { tokens: 2, ms: 1.6 },
  { tokens: 4, ms: 1.9 },
  { tokens: 8, ms: 3.3 },
  { tokens: 16, ms: 5.2 },
  { tokens: 32, ms: 10.4 },
  { tokens: 64, ms: 20.5 },
  { tokens: 128, ms: 40 },
]);
