import { describe, expect, it } from "vitest";
import { confidenceOf, evidenceFor, weigh } from "../../settle/model/confidence.ts";
import {
  crossValidated,
  fitLogistic,
  type Judged,
  lowerBound,
  thresholdFor,
} from "./fit-confidence.ts";

const row = (margin: number, right: boolean, repository = "a"): Judged => ({
  margin,
  worst: -1,
  mean: -0.1,
  first: true,
  candidates: 2,
  right,
  repository,
});

describe("confidence", () => {
  it("rises with the margin where larger margins are right more often", () => {
    const rows = Array.from({ length: 400 }, (_, i) =>
      row(i / 20, (i * 7919) % 400 < i, i % 2 ? "a" : "b"),
    );
    const weights = fitLogistic(rows);
    const calibration = {
      weights,
      threshold: 0.5,
      measured: { model: "", repositories: [], questions: 0, taken: 0, wrong: 0, bound: 0 },
    };
    const at = (margin: number) => confidenceOf(row(margin, true), calibration);
    expect(at(1)).toBeLessThan(at(8));
    expect(at(8)).toBeLessThan(at(20));
    expect(crossValidated(rows)).toHaveLength(400);
  });

  it("draws the line where enough answers above it are right", () => {
    const rows = [row(9, true), row(8, true), row(7, false), row(6, true), row(5, false)];
    const confidences = [0.9, 0.8, 0.7, 0.6, 0.5];
    expect(thresholdFor(rows, confidences, 1)).toMatchObject({
      threshold: 0.8,
      taken: 2,
      wrong: 0,
    });
    expect(thresholdFor(rows, confidences, 0.75)).toMatchObject({
      threshold: 0.6,
      taken: 4,
      wrong: 1,
    });
    expect(thresholdFor([row(1, false)], [0.9], 0.5)).toBeUndefined();
  });

  it("bounds a precision as Clopper and Pearson do", () => {
    expect(lowerBound(100, 100)).toBeCloseTo(0.9638, 4);
    expect(lowerBound(99, 100)).toBeCloseTo(0.9455, 4);
    expect(lowerBound(0, 10)).toBe(0);
  });

  it("weighs the best answer against the next", () => {
    const scores = [
      { total: -9, tokens: 3, worst: -5 },
      { total: -4, tokens: 4, worst: -2 },
    ];
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
});
