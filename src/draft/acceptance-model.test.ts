import { describe, expect, it } from "vitest";
import { createFrailty, type Network, refineSurvival } from "./acceptance-model.ts";

/** Two features and the hazard; feature 0 makes a token e^2 times as risky, feature 1 e^-2 times. */
const network: Network = {
  inputs: 3,
  hidden: 2,
  w1: Float32Array.from([1, 0, 0, 1, 0, 0]),
  b1: new Float32Array(2),
  w2: Float32Array.from([2, -2]),
  b2: new Float32Array(1),
};
const features = { starts: [0, 1, 1, 2], indices: [0, 1], values: [1, 1] };
const survival = [0.9, 0.81, 0.729];

describe("the risk of each token", () => {
  it("multiplies the hazards that the curve has", () => {
    const [first, second, third] = refineSurvival(survival, network, features);
    expect(first).toBeCloseTo(0.9 ** Math.exp(2), 6);
    expect(second! / first!).toBeCloseTo(0.9, 6);
    expect(third! / second!).toBeCloseTo(0.9 ** Math.exp(-2), 6);
  });

  it("is a curve that never rises, whatever the curve it refines", () => {
    for (const given of [
      [0, 0, 0],
      [1, 1, 1],
      [1, 0.5, 0],
    ]) {
      const refined = refineSurvival(given, network, features);
      refined.forEach((p, k) => {
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(refined[k - 1] ?? 1);
      });
    }
  });

  it("is the frailer, the more drafts broke that should have held", () => {
    const frailty = createFrailty();
    expect(frailty.factor).toBe(1);
    for (let i = 0; i < 5; i++) frailty.observe([0.99, 0.98], 0, true);
    const frail = frailty.factor;
    expect(frail).toBeGreaterThan(3);
    expect(refineSurvival(survival, network, features, frail)[0]).toBeLessThan(0.3);
    for (let i = 0; i < 40; i++) frailty.observe([0.9, 0.8], 2, false);
    expect(frailty.factor).toBeLessThan(frail / 2);
  });

  it("stays as foretold where drafts break as often as foretold", () => {
    const frailty = createFrailty();
    for (let i = 0; i < 200; i++)
      frailty.observe([Math.exp(-0.25)], i % 4 === 0 ? 0 : 1, i % 4 === 0);
    expect(frailty.factor).toBeGreaterThan(0.6);
    expect(frailty.factor).toBeLessThan(1.7);
  });

  it("learns nothing where nothing was drafted", () => {
    const frailty = createFrailty();
    frailty.observe([], 0, false);
    frailty.observe([0.5], 0, false);
    expect(frailty.factor).toBe(1);
  });
});
