import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { once } from "./once.ts";
import { sharedLength, startsWith } from "./prefix.ts";
import { longestRising } from "./rising.ts";

const numbers = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 8 });

describe("sharedLength and startsWith", () => {
  it("agree with slices", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const length = sharedLength(a, b);
        expect(a.slice(0, length)).toEqual(b.slice(0, length));
        expect(length === a.length || length === b.length || a[length] !== b[length]).toBe(true);
        expect(startsWith(a, b)).toBe(`${a.join()},`.startsWith(b.map((n) => `${n},`).join("")));
      }),
    );
  });
});

describe("longestRising", () => {
  it("finds a longest strictly rising subsequence", () => {
    const longest = (values: readonly number[]): number => {
      const best = values.map(() => 1);
      for (let i = 0; i < values.length; i++) {
        for (let j = 0; j < i; j++) {
          if (values[j]! < values[i]!) best[i] = Math.max(best[i]!, best[j]! + 1);
        }
      }
      return Math.max(0, ...best);
    };
    fc.assert(
      fc.property(numbers, (values) => {
        const found = longestRising(values);
        expect(found).toHaveLength(longest(values));
        for (let k = 1; k < found.length; k++) {
          expect(found[k]!).toBeGreaterThan(found[k - 1]!);
          expect(values[found[k]!]!).toBeGreaterThan(values[found[k - 1]!]!);
        }
      }),
    );
  });
});

describe("once", () => {
  it("computes a value once, also undefined", () => {
    let calls = 0;
    const value = once(() => {
      calls++;
      return undefined;
    });
    expect([value(), value(), calls]).toEqual([undefined, undefined, 1]);
  });
});
