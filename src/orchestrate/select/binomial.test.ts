import { describe, expect, it } from "vitest";
import { lowerBound, upperBound } from "./binomial.ts";
import { floorOf, isotonic, type JudgedEdit } from "./floors.ts";

describe("Clopper-Pearson bounds", () => {
  it("are those of the tables, one-sided at 95 %", () => {
    // 0.05 ^ (1 / n) where all are right; others from R's binom.test(alternative = "greater" and "less").
    expect(lowerBound(10, 10)).toBeCloseTo(0.05 ** 0.1, 6);
    expect(upperBound(0, 10)).toBeCloseTo(1 - 0.05 ** 0.1, 6);
    expect(lowerBound(8, 10)).toBeCloseTo(0.4931, 4);
    expect(upperBound(8, 10)).toBeCloseTo(0.9632, 4);
    expect(lowerBound(115, 116)).toBeCloseTo(0.9598, 3);
  });

  it("say nothing of nothing", () => {
    expect([lowerBound(0, 0), upperBound(0, 0)]).toEqual([0, 1]);
  });

  it("hold for hundreds", () => {
    expect(lowerBound(480, 500)).toBeGreaterThan(0.94);
    expect(lowerBound(480, 500)).toBeLessThan(0.96);
  });
});

describe("an isotonic fit", () => {
  it("pools what falls", () => {
    expect(isotonic([0, 1, 0, 1, 1])).toEqual([0, 0.5, 0.5, 1, 1]);
    expect(isotonic([1, 0, 0])).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(isotonic([])).toEqual([]);
  });
});

describe("a threshold", () => {
  const edits = (confidence: number, right: number, wrong: number): JudgedEdit[] =>
    Array.from({ length: right + wrong }, (_, at) => ({ confidence, right: at < right }));

  it("stays while nothing shows that it is too low", () => {
    expect(floorOf([])).toBe(0.8);
    expect(floorOf(edits(0.85, 0, 1))).toBe(0.8);
    expect(floorOf(edits(0.85, 18, 2))).toBe(0.8);
  });

  it("is raised to where the edits are right, or to what is proved", () => {
    expect(floorOf(edits(0.85, 1, 4))).toBe(1);
    expect(floorOf([...edits(0.85, 2, 18), ...edits(0.95, 40, 0)])).toBe(0.95);
    // 10 right ones do not show a precision of 90 %.
    expect(floorOf([...edits(0.85, 2, 18), ...edits(0.95, 10, 0)])).toBe(1);
  });

  it("is never lowered, whatever the record", () => {
    expect(floorOf([...edits(0.5, 200, 0), ...edits(0.9, 200, 0)])).toBe(0.8);
    expect(floorOf(edits(0.3, 0, 50))).toBe(0.8);
  });
});
