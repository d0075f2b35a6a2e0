import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { costCurve, createCrowd, typicalCost } from "./cost.ts";
import { costFile, readCost, writeCost } from "./cost-store.ts";

const points = [
  { tokens: 1, ms: 2 },
  { tokens: 4, ms: 5 },
  { tokens: 16, ms: 8 },
];

describe("costCurve", () => {
  it("goes through its points, straight between them and on at the last slope", () => {
    const curve = costCurve(points);
    expect([1, 4, 16].map(curve.at)).toEqual([1, 2.5, 4]);
    expect(curve.at(10)).toBeCloseTo(3.25);
    expect(curve.at(32)).toBeCloseTo(6);
    expect(curve.at(0)).toBe(1);
  });

  it("never falls beyond its points, though the last pass is cheaper than the one before", () => {
    const tiles = [
      { tokens: 1, ms: 2 },
      { tokens: 64, ms: 25 },
      { tokens: 127, ms: 67 },
      { tokens: 128, ms: 49 },
    ];
    expect(costCurve(tiles).at(192)).toBeCloseTo((49 + 24) / 2);
    const falling = costCurve([
      { tokens: 1, ms: 2 },
      { tokens: 8, ms: 30 },
      { tokens: 16, ms: 20 },
    ]);
    expect(falling.at(32)).toBeCloseTo(20);
    expect(costCurve([{ tokens: 1, ms: 2 }]).at(3)).toBe(3);
  });

  it("follows what it observes, whatever slows all sizes alike", () => {
    const curve = costCurve(points);
    for (let i = 0; i < 60; i++) {
      curve.observe(1, 4); // everything twice as slow
      curve.observe(16, 24); // and 16 tokens three times
    }
    expect(curve.at(1)).toBeCloseTo(1, 2);
    expect(curve.at(16)).toBeCloseTo(6, 1);
  });

  it("is not moved by a few outliers", () => {
    const curve = costCurve(points);
    for (let i = 0; i < 5; i++) curve.observe(16, 8000);
    expect(curve.at(16)).toBe(4);
  });

  it("counts a drafted token for more where others share the pass", () => {
    const curve = costCurve(points);
    const crowd = createCrowd();
    expect(crowd.cost(curve, 4)).toBe(curve.at(4));
    for (let i = 0; i < 30; i++) crowd.observe(4);
    // Four sequences with four tokens each: 16 tokens, against the 4 of their plain steps.
    expect(crowd.cost(curve, 4)).toBeCloseTo(4 / 2.5);
    expect(crowd.cost(curve, 1)).toBe(1);
    for (let i = 0; i < 30; i++) crowd.observe(1);
    expect(crowd.cost(curve, 4)).toBe(curve.at(4));
  });

  it("needs the cost of one token", () => {
    expect(() => costCurve([])).toThrow();
    expect(typicalCost().at(1)).toBe(1);
  });
});

describe("stored costs", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "redraft-cost-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const key = { model: "m", machine: "x", engine: "e", threads: 1, sizes: "1 2 4" };

  it("come back for the same key only", async () => {
    expect(await readCost(key, folder)).toBeUndefined();
    expect(await writeCost(key, points, folder)).toBe(costFile(key, folder));
    expect((await readCost(key, folder))?.at(4)).toBe(2.5);
    expect(await readCost({ ...key, threads: 2 }, folder)).toBeUndefined();
  });
});
