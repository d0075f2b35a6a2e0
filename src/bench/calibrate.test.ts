import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ceilingOf, readCostPoints } from "./calibrate.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-cost-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (text: string): string => {
  const path = join(folder, "cost.jsonl");
  writeFileSync(path, text);
  return path;
};

describe("readCostPoints", () => {
  it("reads the lines that calibrate prints, whatever else they say", async () => {
    const lines = [
      { suite: "calibrate", tokens: 1, ms: 10, cost: 1 },
      { suite: "calibrate", tokens: 4, ms: 20, cost: 2 },
    ];
    const path = file(`${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);
    expect(await readCostPoints(path)).toEqual([
      { tokens: 1, ms: 10 },
      { tokens: 4, ms: 20 },
    ]);
  });

  it("refuses what is no curve, and says what one is", async () => {
    for (const text of ["", "{}\n", "text", '{"tokens":4,"ms":20}\n', '{"tokens":1,"ms":0}\n']) {
      await expect(readCostPoints(file(text)), text).rejects.toThrow(/bench calibrate --json/);
    }
    await expect(readCostPoints(join(folder, "absent"))).rejects.toThrow(/cannot read --cost/);
  });
});

describe("ceilingOf", () => {
  it("is the best speed-up, at the fewest tokens that give it", () => {
    const row = (tokens: number, ceiling: number) => ({ tokens, ms: 1, cost: 1, ceiling });
    expect(ceilingOf([row(1, 1), row(16, 2.5), row(63, 2.1), row(64, 2.5)]).tokens).toBe(16);
  });
});
