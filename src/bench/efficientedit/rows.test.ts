import { describe, expect, it } from "vitest";
import type { Judge, TestVerdict } from "./judge.ts";
import { printedTable } from "./print.ts";
import { tableRows } from "./rows.ts";
import type { MethodRun } from "./runs.ts";

const methods = [
  { name: "ar", label: "AR" },
  { name: "ours", label: "Redraft" },
];
const run = (id: string, method: string, more: Partial<MethodRun>): MethodRun => ({
  set: "l1",
  id,
  method,
  passes: 10,
  draftPasses: 0,
  drafted: 0,
  accepted: 0,
  ms: 1000,
  finish: "fence",
  output: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  text: "x = 1\n```",
  ...more,
});
const long = Array.from({ length: 100 }, (_, i) => i);
const runs = [
  run("a", "ar", {}),
  run("b", "ar", { output: long, ms: 10_000, passes: 100 }),
  run("c", "ar", {}),
  run("a", "ours", { ms: 100, drafted: 20, accepted: 9, passes: 1 }),
  run("b", "ours", {
    ms: 5000,
    output: [...long.slice(1), 0],
    drafted: 80,
    accepted: 41,
    text: "no\n```",
  }),
];
const judge: Judge = {
  judge: async (id, code): Promise<TestVerdict> =>
    id === "c" ? "no-tests" : code === "x = 1\n" ? "passed" : "failed",
  judgeSolution: async () => "passed",
  missingModules: () => [],
};
const input = { table: 1, source: "measured", set: "l1", methods, runs, seconds: true } as const;

describe("tableRows", () => {
  it("has the paper's mean of rates beside total time", async () => {
    const [plain, ours] = await tableRows({ ...input, judge });
    expect(plain).toMatchObject({ cases: 3, macro: 1, total: 1, acceptance: null, exact: 1 });
    expect(plain!.tokensPerSecond).toBeCloseTo(10);
    // 100 and 20 tokens/s instead of 10 and 10; 5.1 s instead of 11 s.
    expect(ours).toMatchObject({ cases: 2, tokensPerSecond: 60, macro: 6, total: 2.157 });
    expect(ours).toMatchObject({ acceptance: 0.5, exact: 0.5 });
  });

  it("judges the code before the fence, and leaves out what has no tests", async () => {
    const [plain, ours] = await tableRows({ ...input, judge });
    expect(plain).toMatchObject({ judged: 2, passAt1: 1 });
    expect(ours).toMatchObject({ judged: 2, passAt1: 0.5 });
    const [unjudged] = await tableRows(input);
    expect(unjudged).toMatchObject({ judged: 0, passAt1: null });
  });

  it("has no tokens per second where time has no unit", async () => {
    const rows = await tableRows({ ...input, source: "modelled", seconds: false });
    expect(rows[1]).toMatchObject({ tokensPerSecond: null, macro: 6 });
    expect(printedTable(rows)).not.toMatch(/tokens\/s|Pass@1|judged/);
  });

  it("keeps to its set, and has no row for a method without runs", async () => {
    const other = run("d", "ar", { set: "canitedit" });
    const rows = await tableRows({ ...input, runs: [other, runs[0]!] });
    expect(rows.map(({ method, cases }) => [method, cases])).toEqual([["ar", 1]]);
  });
});
