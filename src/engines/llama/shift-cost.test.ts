import { describe, expect, it } from "vitest";
import { createShiftCost } from "./shift-cost.ts";

const shape = {
  fileSize: 491e6,
  cachePerToken: 24 * 2 * 128 * 2,
  vocabSize: 150_000,
  embedding: 896,
  feedForward: 4864,
};

describe("createShiftCost", () => {
  it("begins with an estimate from the shape: all cells of the context count", () => {
    const small = createShiftCost(shape, 2048).steps;
    expect(small).toBeGreaterThan(0.5);
    expect(small).toBeLessThan(2);
    expect(createShiftCost(shape, 8192).steps).toBeCloseTo(4 * small);
  });

  it("follows what passes show", () => {
    const cost = createShiftCost(shape, 2048);
    cost.observe(9, 2);
    expect(cost.steps).toBe(7);
    for (let i = 0; i < 20; i++) cost.observe(4, 2);
    expect(cost.steps).toBeCloseTo(2, 1);
    cost.observe(1, 2);
    expect(cost.steps).toBeGreaterThanOrEqual(0);
  });

  it("takes one step where nothing is known of the model", () => {
    expect(createShiftCost(undefined, 8192).steps).toBe(1);
  });
});
