import { describe, expect, it } from "vitest";
import type { Draft } from "../core/target.ts";
import { bestLength, bestLine, bestTree } from "./draft-length.ts";
import { mergeDrafts } from "./merge-drafts.ts";

const draft = (tokens: number[], survival: number[]): Draft => ({
  tokens,
  survival,
  drafter: "test",
  origin: "source",
});
const free = { room: 100, cost: () => 1 };
/** A pass over n tokens costs n / 4 steps, at least one. */
const four = { room: 100, cost: (n: number) => Math.max(1, n / 4) };
/** Kernels that make passes over two to four tokens dearer than as many plain steps. */
const cliff = { room: 100, cost: (n: number) => (n === 1 ? 1 : n <= 4 ? 3 : 3.2) };

const sure = draft([1, 2, 3, 4, 5, 6, 7, 8], [0.95, 0.94, 0.93, 0.92, 0.91, 0.9, 0.89, 0.88]);
const doubtful = draft([9, 8, 7], [0.3, 0.2, 0.1]);

describe("the best line", () => {
  it("is the whole draft where verification is free", () => {
    expect(bestLine([doubtful, sure], free)[0]?.tokens).toEqual(sure.tokens);
    expect(bestLine([doubtful], free)[0]?.tokens).toEqual([9, 8, 7]);
  });
  it("fills the free places and no more where the rest is paid for", () => {
    expect(bestLine([sure], four)[0]?.tokens).toEqual([1, 2, 3]);
  });
  it("leaps over a cliff or does not start", () => {
    expect(bestLine([sure], cliff)[0]?.tokens).toHaveLength(8);
    expect(bestLine([doubtful], cliff)).toEqual([]);
  });
});

describe("the best length", () => {
  /** Least expected cost over all ways of cutting, tried one by one. */
  function tried(survival: readonly number[], cost: (n: number) => number, at = 0): number {
    const held = at === 0 ? 1 : survival[at - 1]!;
    let best = Number.POSITIVE_INFINITY;
    for (let n = 0; n <= survival.length - at; n++) {
      const next = at + n + 1;
      const goesOn = next <= survival.length ? survival[next - 1]! / held : 0;
      const rest = goesOn === 0 ? 0 : goesOn * tried(survival, cost, next);
      best = Math.min(best, cost(1 + n) + rest);
    }
    return best;
  }

  it("costs no more than any other way of cutting the draft", () => {
    const curves = [four.cost, cliff.cost, (n: number) => 0.6 + 0.4 * n, (n: number) => n ** 0.5];
    for (const cost of curves) {
      for (const { survival } of [sure, doubtful]) {
        const { cost: least } = bestLength(survival!, { room: 100, cost });
        expect(least).toBeCloseTo(tried(survival!, cost), 9);
      }
    }
  });
  it("is shorter where the draft is likely to break", () => {
    const cost = (n: number): number => 0.6 + 0.4 * n;
    const breaks = [0.99, 0.98, 0.97, 0.1, 0.09, 0.08, 0.07, 0.06];
    expect(bestLength(breaks, { room: 100, cost }).length).toBe(3);
  });
});

describe("the best tree", () => {
  it("takes alternatives where they cost nothing, shared beginnings once", () => {
    const other = draft([1, 2, 9], [0.95, 0.94, 0.05]);
    const plan = mergeDrafts(bestTree([sure, other, doubtful], free), 100);
    expect(plan.nodes).toHaveLength(8 + 1 + 3);
    expect(plan.nodes.filter(({ parent }) => parent === -1)).toHaveLength(2);
  });
  it("prefers likely nodes where places are paid for", () => {
    const plan = mergeDrafts(bestTree([doubtful, sure], four), 100);
    expect(plan.nodes.map(({ token }) => token)).toEqual([1, 2, 3]);
  });
  it("keeps within the room", () => {
    expect(mergeDrafts(bestTree([sure, doubtful], { ...free, room: 5 }), 5).nodes).toHaveLength(5);
  });
});
