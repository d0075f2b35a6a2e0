import { describe, expect, it } from "vitest";
import { scriptedTarget } from "../../../test/support/scripted-target.ts";
import { spellerOf } from "../../draft/spelling.ts";
import type { DecodeCase } from "./cases.ts";
import { copyOracle } from "./oracle.ts";
import { type DecodeRow, rowOf } from "./rows.ts";
import { plainName, strategiesFor } from "./strategies.ts";
import { timeStrategies } from "./timed.ts";

const source = Array.from({ length: 7 }, (_, i) => `value_${i} = ${i}\n`).join("");
const answer = `${source.replace("= 3", "= 30")}\`\`\``;
const prompt = [...Buffer.from(`prompt ${source}`)];
const one: DecodeCase = {
  id: "own/1/x",
  set: "l1",
  task: "own/1",
  request: { prompt, source: [...Buffer.from(source)] },
  maxTokens: 1000,
  fenced: true,
};

describe("timeStrategies and rowOf", () => {
  it("measure every strategy against plain decoding of the same run", async () => {
    const target = scriptedTarget(prompt.length, answer);
    const draft = scriptedTarget(prompt.length, answer);
    const cost = (n: number): number => 1 + 0.1 * (n - 1);
    const strategies = await strategiesFor({ target, draft, draftCost: 0.2, cost });
    const { measured, noise } = await timeStrategies(
      target,
      strategies,
      [one],
      { runs: 1, clock: "wall" },
      () => {},
    );
    expect(noise).toMatchObject({ places: answer.length + 1, max: 0 });
    const oracle = copyOracle(spellerOf(target), cost);
    const rows = new Map<string, DecodeRow>();
    for (const strategy of strategies) {
      const row = await rowOf({
        set: "l1",
        strategy,
        measured: measured.get(strategy.name)!,
        plain: measured.get(plainName)!,
        cases: [one],
        endToken: 127,
        oracle,
        cost,
        clock: "wall",
      });
      rows.set(strategy.name, row);
      expect(row, strategy.name).toMatchObject({ identical: 1, nearTies: 0, diverged: 0 });
      expect(row.tokens).toBe(answer.length);
    }
    expect(rows.get(plainName)).toMatchObject({ forwards: answer.length, efficiency: 1 });
    for (const name of ["fastfixer", "ee-reuse", "ee-full", "redraft-line", "sd-7"]) {
      expect(rows.get(name)!.forwards, name).toBeLessThan(answer.length);
    }
    // The oracle is the same for all that may copy from the same texts.
    const own = rows.get("redraft-line")!;
    expect(own.ofOracle / own.efficiency).toBeCloseTo(rows.get(plainName)!.ofOracle, 2);
    expect(own.ofOracle).toBeLessThanOrEqual(1);
  });
});
