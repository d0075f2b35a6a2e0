import { describe, expect, it } from "vitest";
import { passAtK } from "./pass-at-k.ts";

const choose = (n: number, k: number): number => {
  let value = 1;
  for (let i = 0; i < k; i++) value = (value * (n - i)) / (i + 1);
  return k > n ? 0 : value;
};

describe("passAtK", () => {
  it("is the share of draws of k that hold a sample which passes", () => {
    for (const n of [1, 2, 5, 20]) {
      for (let c = 0; c <= n; c++) {
        for (let k = 1; k <= n; k++) {
          expect(passAtK(n, c, k)).toBeCloseTo(1 - choose(n - c, k) / choose(n, k), 10);
        }
      }
    }
  });

  it("is one where too few samples fail to fill a draw", () => {
    expect(passAtK(5, 3, 3)).toBe(1);
    expect(passAtK(200, 0, 100)).toBe(0);
  });

  it("refuses numbers that no samples have", () => {
    for (const [n, c, k] of [
      [1, 2, 1],
      [3, 1, 4],
      [3, 1, 0],
      [2.5, 1, 1],
    ] as const) {
      expect(() => passAtK(n, c, k)).toThrow(RangeError);
    }
  });
});
