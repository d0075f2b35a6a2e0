import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitLines } from "../../text/lines.ts";
import { cheapestAfter, cheapestBefore, type Depths, depthsOf, isWithinScope } from "./scope.ts";

const step = fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)).map(([first, last, between]) => ({
  first,
  last,
  least: Math.min(first, last, between),
}));
const problem = fc.array(step, { maxLength: 14 }).chain((steps) =>
  fc.record({
    depths: fc.constant<Depths>({
      first: Int32Array.from(steps, ({ first }) => first),
      last: Int32Array.from(steps, ({ last }) => last),
      least: Int32Array.from(steps, ({ least }) => least),
    }),
    costs: fc
      .uniqueArray(fc.nat(1000), { minLength: steps.length + 1, maxLength: steps.length + 1 })
      .map((costs) => Int32Array.from(costs)),
  }),
);

/** The definition, looked at pair by pair. */
function among(costs: Int32Array, others: readonly number[]): number {
  return others.reduce((best, p) => (best < 0 || costs[p]! < costs[best]! ? p : best), -1);
}

describe("the scope of a gap", () => {
  it("gives the cheapest position before each, and after each, as its definition says", () => {
    fc.assert(
      fc.property(problem, ({ depths, costs }) => {
        const positions = [...costs.keys()];
        const before = cheapestBefore(costs, depths);
        const after = cheapestAfter(costs, depths);
        const from = positions.length >> 1;
        const second = cheapestBefore(costs, depths, from);
        const firstHalf = cheapestAfter(costs, depths, 0, from);
        for (const here of positions) {
          const within = (p: number): boolean =>
            p < here ? isWithinScope(depths, p, here) : isWithinScope(depths, here, p);
          const inSecond = positions.filter((p) => p >= from && p < here && within(p));
          const inFirst = positions.filter((p) => p <= from && p > here && within(p));
          expect(second.at[here]).toBe(among(costs, inSecond));
          expect(firstHalf.at[here]).toBe(among(costs, inFirst));
          const lefts = positions.filter((p) => p < here && isWithinScope(depths, p, here));
          const rights = positions.filter((q) => q > here && isWithinScope(depths, here, q));
          expect(before.at[here]).toBe(among(costs, lefts));
          expect(after.at[here]).toBe(among(costs, rights));
          if (lefts.length > 0) expect(before.cost[here]).toBe(costs[before.at[here]!]);
          if (rights.length > 0) expect(after.cost[here]).toBe(costs[after.at[here]!]);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("is told by indentation, whatever goes on at the same depth", () => {
    const lines =
      "function f(\n\ta,\n): void {\n\tif (a) {\n\n\t} else {\n#endif\n\t\tb();\n\t}\n}\n";
    expect([...depthsOf(splitLines(lines))]).toEqual([0, 8, 1, 8, 9, 9, 16, 16, 8, 0]);
  });
});
