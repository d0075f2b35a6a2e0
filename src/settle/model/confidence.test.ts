import { describe, expect, it } from "vitest";
import { confidenceOf, evidenceFor, weigh } from "./confidence.ts";

describe("confidence", () => {
  const scores = [
    { total: -9, tokens: 3, worst: -5 },
    { total: -4, tokens: 4, worst: -2 },
  ];

  it("weighs the best answer against the next", () => {
    expect(weigh(scores)).toEqual({
      best: 1,
      margin: 5,
      worst: -2,
      mean: -1,
      first: false,
      candidates: 2,
    });
    expect(evidenceFor(0, scores).margin).toBe(-5);
  });

  it("is a logistic model of its features", () => {
    const calibration = {
      weights: [-1, 2, 0, 0, 0, 0],
      threshold: 0.5,
      measured: { model: "", repositories: [], questions: 0, taken: 0, wrong: 0, bound: 0 },
    };
    const at = (margin: number) => confidenceOf({ ...evidenceFor(1, scores), margin }, calibration);
    expect(at(-3)).toBeCloseTo(1 / (1 + Math.E), 12);
    expect(at(Math.E - 1)).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
    // What is far outside the measured range counts for no more.
    expect(at(1e6)).toBe(at(60));
  });
});
