import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oraclePlan } from "./oracle.ts";

const oracleCost = (accepted: readonly number[], cost: (n: number) => number): number =>
  oraclePlan(accepted, cost).cost;

describe("oraclePlan", () => {
  it("is plain decoding where nothing is accepted", () => {
    expect(oracleCost([0, 0, 0], () => 1)).toBe(3);
  });

  it("takes all that pays: flat cost, whole drafts; steep cost, none", () => {
    const accepted = [3, 2, 1, 0, 3, 2, 1, 0];
    expect(oraclePlan(accepted, () => 1)).toEqual({ cost: 2, passes: 2 });
    expect(oraclePlan(accepted, (n) => n * n)).toEqual({ cost: 8, passes: 8 });
  });

  it("equals the best of all choices", () => {
    const cost = (n: number) => 1 + 0.4 * (n - 1);
    const brute = (accepted: readonly number[], at: number): number => {
      if (at >= accepted.length) return 0;
      let best = Number.POSITIVE_INFINITY;
      for (let n = 0; n <= Math.min(accepted[at]!, accepted.length - at - 1); n++) {
        best = Math.min(best, cost(1 + n) + brute(accepted, at + n + 1));
      }
      return best;
    };
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 9 }), (accepted) => {
        expect(oracleCost(accepted, cost)).toBeCloseTo(brute(accepted, 0), 9);
      }),
    );
  });
});
