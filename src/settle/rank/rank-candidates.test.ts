import { describe, expect, it } from "vitest";
import { readEdit } from "../../edit/read.ts";
import { merge } from "../../merge/merge.ts";
import { disputedLines, openRegion } from "../model/region.ts";
import { scoreOf } from "./boosted-trees.ts";
import { candidateFeatures, featureNames } from "./candidate-features.ts";
import { comparedFeatures, rankCandidates } from "./rank-candidates.ts";
import { rankerWeights } from "./ranker-asset.ts";
import { settleByRanking } from "./settle-by-rank.ts";

const twin = ["  start();", "  stop();"];
const filler = (name: string): string[] => Array.from({ length: 60 }, (_, i) => `${name}(${i});`);
const source = [
  ...filler("before"),
  "function run() {",
  ...twin,
  "}",
  ...filler("between"),
  "function run() {",
  ...twin,
  "}",
  ...filler("after"),
  "",
].join("\n");
const request = {
  path: "a.js",
  source,
  edit: "// ... existing code ...\n  start();\n  pause();\n  stop();\n// ... existing code ...\n",
  format: "lazy" as const,
};
const edit = readEdit(request.edit, request);
const outcome = merge(source, edit);
if (outcome.kind !== "ambiguous") throw new Error(`the example is ${outcome.kind}`);
const { candidates } = outcome;

describe("scoreOf", () => {
  it("adds the leaves that the features reach", () => {
    const trees = [
      [1, 0.5, 1, 2, -1, 10, 0, 0, -1, 20, 0, 0],
      [0, 2, 1, 2, -1, 1, 0, 0, -1, 2, 0, 0],
    ];
    expect(scoreOf({ bias: 100, trees }, [2, 0.5])).toBe(111);
    expect(scoreOf({ bias: 100, trees }, [3, 0.6])).toBe(122);
  });
});

describe("rankerWeights", () => {
  it("were fitted to the features that are counted today", () => {
    const columns = comparedFeatures(candidateFeatures(source, edit, candidates), 0).length;
    for (const tree of rankerWeights().trees) {
      for (let at = 0; at < tree.length; at += 4) expect(tree[at]).toBeLessThan(columns);
    }
  });

  it("take nothing that was not measured at 99 %", () => {
    const { measured, threshold } = rankerWeights().calibration;
    expect(measured.questions).toBeGreaterThan(300);
    expect(threshold).toBeGreaterThan(0.9);
    if (threshold <= 1)
      expect(measured.wrong).toBeLessThanOrEqual(Math.ceil(0.01 * measured.taken));
  });
});

describe("candidateFeatures", () => {
  it("describes what the candidates do, in the order of the merge", () => {
    const text = (after: string): string => `f(1);\n\n${after}g(2);\nh(3);\n`;
    const blank = candidateFeatures("f(1);\n\ng(2);\nh(3);\n", edit, [
      candidateOf(text("new();\n\n"), ["s0", "s1", "e", "e", "s2", "s3"]),
      candidateOf(text("new();\n"), ["s0", "s1", "e", "s2", "s3"]),
    ]);
    const of = (row: number, name: (typeof featureNames)[number]): number =>
      blank[row]![featureNames.indexOf(name)]!;
    expect([of(0, "insertedWords"), of(0, "insertedBlank")]).toEqual([1, 1]);
    expect([of(1, "insertedWords"), of(1, "insertedBlank")]).toEqual([1, 0]);
    expect([of(0, "order"), of(1, "order")]).toEqual([0, 1]);
  });
});

describe("comparedFeatures", () => {
  it("sets a candidate beside the others", () => {
    // The same numbers as in training/tests/test_ranker.py.
    const rows = [
      [1, 5],
      [2, 3],
      [4, 4],
    ];
    expect(comparedFeatures(rows, 1)).toEqual([2, 3, -0.5, -1.5, 1, -1, -2, -2, 3]);
    expect(comparedFeatures(rows, 0)).toEqual([1, 5, -2, 1.5, -1, 2, -3, 1, 3]);
  });
});

describe("rankCandidates", () => {
  const order = featureNames.indexOf("order");
  const weights = (threshold: number) => {
    const calibration = { ...rankerWeights().calibration, slope: 1, intercept: 0, threshold };
    return {
      bias: 0,
      // Places second what the merge places first.
      trees: [[order, 0.5, 1, 2, -1, -2, 0, 0, -1, 2, 0, 0]],
      calibration,
    };
  };

  it("takes a candidate from its threshold on, and none below", () => {
    const source = "f(1);\n\ng(2);\nh(3);\n";
    const candidates = [
      candidateOf("f(1);\n\nnew();\n\ng(2);\nh(3);\n", ["s0", "s1", "e", "e", "s2", "s3"]),
      candidateOf("f(1);\n\nnew();\ng(2);\nh(3);\n", ["s0", "s1", "e", "s2", "s3"]),
    ];
    const sure = rankCandidates(source, edit, candidates, weights(0.8));
    expect(sure).toMatchObject({ best: 1, taken: true });
    expect(sure.confidence).toBeCloseTo(1 / (1 + Math.exp(-2)));
    expect(rankCandidates(source, edit, candidates, weights(0.9)).taken).toBe(false);
  });

  it("takes no place that another one equals, however sure the trees are", () => {
    expect(rankCandidates(source, edit, candidates, weights(0.8))).toMatchObject({ taken: false });
  });

  it("refuses what nobody can tell", () => {
    expect(settleByRanking({ request, edit, outcome })).toBeUndefined();
  });
});

describe("disputedLines", () => {
  it("leaves out what no candidate touches, on all sides alike", () => {
    const region = openRegion(source, edit, candidates);
    expect(region.original.length).toBeGreaterThan(60);
    const { original, candidates: texts } = disputedLines(region, candidates, { context: 4 });
    expect(original.length).toBeLessThan(30);
    expect(original.filter((line) => line === "  start();")).toHaveLength(2);
    for (const text of texts) {
      expect(text.filter((line) => line !== "  pause();")).toEqual(original);
      expect(text).toHaveLength(original.length + 1);
    }
    expect(new Set(texts.map((text) => text.join("\n"))).size).toBe(texts.length);
  });
});

/** A candidate whose lines come from source lines (`s3`) or from the edit (`e`). */
function candidateOf(text: string, origins: readonly string[]): (typeof candidates)[number] {
  const result = origins.map((origin) =>
    origin === "e"
      ? { from: "edit" as const, edit: 0 }
      : { from: "source" as const, source: Number(origin.slice(1)) },
  );
  const kept = result.flatMap((origin, at) => (origin.from === "source" ? [at] : []));
  const range = { start: 0, end: kept.length };
  return {
    text,
    cost: 0,
    sourceRange: range,
    textRange: { start: 0, end: origins.length },
    proof: {
      result,
      source: kept.map((at) => ({ fate: "kept" as const, result: at, because: "elided" as const })),
      edit: [],
      cost: 0,
      runnerUp: 0,
    },
  };
}
