import { describe, expect, it } from "vitest";
import { fakeTarget } from "../../engines/fake.ts";
import { strategies } from "../traces/strategies.ts";
import { oracleName, type ReplayRow, replayRows } from "./replay.ts";

const source = `${Array.from({ length: 8 }, (_, i) => `line number ${i}\n`).join("")}`;
const output = `${source.replace("number 5", "changed 5")}\`\`\``;
const prompt = `please\n${source}`;
const tokens = (text: string): number[] => [...Buffer.from(text)];
const cases = ["a/own/1/x", "a/own/2/x"].map((id) => ({
  one: {
    id,
    set: "l1",
    task: id,
    request: { prompt: tokens(prompt), source: tokens(source) },
    maxTokens: 5000,
    fenced: true,
  },
  output: tokens(output),
}));

const lossless = strategies.filter(({ draftModel, sketch }) => !draftModel && !sketch);

async function replayed(
  cost: (n: number) => number,
  names: readonly string[] = lossless.map(({ name }) => name),
): Promise<Map<string, ReplayRow>> {
  const rows = await replayRows({
    set: "l1",
    strategies: lossless.filter(({ name }) => names.includes(name)),
    cases,
    vocabulary: fakeTarget({ vocabSize: 128 }),
    vocabSize: 128,
    cost,
    progress: () => {},
  });
  return new Map(rows.map((row) => [row.strategy, row]));
}

describe("replayRows", () => {
  it("counts a pass per token for plain decoding, and less for all others", async () => {
    const rows = await replayed((n) => 1 + (n - 1) / 50);
    expect(rows.get("ar")).toMatchObject({
      cases: 2,
      tokens: output.length,
      forwards: output.length,
      tokensPerForward: 1,
      acceptance: 0,
      efficiency: 1,
      worst: 1,
    });
    for (const [name, row] of rows) {
      if (name !== "ar") expect(row.forwards, name).toBeLessThan(output.length / 2);
    }
  });

  it("has an oracle that no line of our copies beats, on any curve", async () => {
    for (const slope of [0, 0.05, 0.4, 1.5]) {
      const rows = await replayed((n) => 1 + slope * (n - 1), ["ar", "redraft-line"]);
      const oracle = rows.get(oracleName)!;
      expect(oracle.ofOracle).toBe(1);
      expect(oracle.efficiency).toBeGreaterThanOrEqual(1);
      const ours = rows.get("redraft-line")!;
      expect(ours.efficiency).toBeLessThanOrEqual(oracle.efficiency);
      expect(ours.ofOracle).toBeCloseTo(ours.efficiency / oracle.efficiency, 2);
      expect(rows.get("ar")!.ofOracle).toBeCloseTo(1 / oracle.efficiency, 2);
    }
  });

  it("prices passes by the curve: where verifying costs as much as decoding, our copies do not lose", async () => {
    const rows = await replayed((n) => n, ["pld-5-64", "redraft-line"]);
    expect(rows.get("pld-5-64")!.efficiency).toBeLessThan(1);
    expect(rows.get("redraft-line")!.efficiency).toBeGreaterThan(0.95);
  });
});
