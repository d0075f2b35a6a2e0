import { describe, expect, it } from "vitest";
import type { DraftNode, Rows } from "../core/target.ts";
import {
  acceptanceNamed,
  acceptDirect,
  acceptEntropy,
  acceptGreedy,
  acceptTopK,
  entropyWidth,
} from "./accept.ts";

/** Rows from lists of tokens, likeliest first, with logits falling by 1. */
function rowsOf(...lists: number[][]): Rows {
  const k = lists[0]!.length;
  return {
    count: lists.length,
    k,
    ids: Int32Array.from(lists.flat()),
    logits: Float32Array.from(lists.flatMap((list) => list.map((_, i) => -i))),
  };
}

const line = (...tokens: number[]): DraftNode[] =>
  tokens.map((token, i) => ({ token, parent: i - 1 }));

describe("greedy acceptance", () => {
  it("keeps what the target would have written, and its next token", () => {
    const rows = rowsOf([1], [2], [9], [4]);
    expect(acceptGreedy.accept(line(1, 2, 3), rows)).toEqual({ path: [0, 1], next: 9 });
    expect(acceptGreedy.accept(line(1, 2, 9), rows)).toEqual({ path: [0, 1, 2], next: 4 });
    expect(acceptGreedy.accept(line(7, 2, 3), rows)).toEqual({ path: [], next: 1 });
    expect(acceptGreedy.accept([], rowsOf([5]))).toEqual({ path: [], next: 5 });
  });

  it("follows the right branch of a tree", () => {
    //      0:a -> 1:b -> 2:c
    //             3:d -> 4:e
    const nodes = [
      { token: 1, parent: -1 },
      { token: 2, parent: 0 },
      { token: 3, parent: 1 },
      { token: 4, parent: 0 },
      { token: 5, parent: 3 },
    ];
    const rows = rowsOf([1], [4], [0], [0], [5], [6]);
    expect(acceptGreedy.accept(nodes, rows)).toEqual({ path: [0, 3, 4], next: 6 });
  });
});

describe("lossy acceptance", () => {
  it("says so", () => {
    expect(acceptGreedy.lossless).toBe(true);
    for (const rule of [acceptTopK(3), acceptDirect, acceptEntropy()])
      expect(rule.lossless).toBe(false);
  });

  it("top-k takes the target's k likeliest, of siblings the likelier", () => {
    const rows = rowsOf([1, 2, 3], [4, 5, 6], [7, 8, 9]);
    expect(acceptTopK(2).accept(line(2, 5), rows)).toEqual({ path: [0, 1], next: 7 });
    expect(acceptTopK(2).accept(line(3, 5), rows)).toEqual({ path: [], next: 1 });
    const siblings = [
      { token: 2, parent: -1 },
      { token: 1, parent: -1 },
    ];
    expect(acceptTopK(2).accept(siblings, rows)).toEqual({ path: [1], next: 7 });
  });

  it("direct takes everything", () => {
    expect(acceptDirect.accept(line(8, 8), rowsOf([1], [2], [3]))).toEqual({
      path: [0, 1],
      next: 3,
    });
  });
});

describe("entropy-aware acceptance (EfficientEdit, equations 9 and 10)", () => {
  const logits = (...p: number[]): number[] => p.map(Math.log);
  // H / ln 3 of the distribution, then tau = floor(3 H) and ceil(3 H), at least 1
  it.each([
    { p: [1, 0, 0], floor: 1, ceil: 1 }, // H = 0
    { p: [0.9, 0.05, 0.05], floor: 1, ceil: 2 }, // H = .359, 3 H = 1.08
    { p: [0.95, 0.04, 0.01], floor: 1, ceil: 1 }, // H = .203
    { p: [0.7, 0.2, 0.1], floor: 2, ceil: 3 }, // H = .730, 3 H = 2.19
    { p: [0.8, 0.1, 0.1], floor: 1, ceil: 2 }, // H = .582, 3 H = 1.74
    { p: [0.5, 0.5, 0], floor: 1, ceil: 2 }, // H = .631, 3 H = 1.89
    { p: [1 / 3, 1 / 3, 1 / 3], floor: 3, ceil: 3 }, // H = 1
  ])("$p gives $floor rounded down, $ceil rounded up", ({ p, floor, ceil }) => {
    expect(entropyWidth(logits(...p), "floor")).toBe(floor);
    expect(entropyWidth(logits(...p), "ceil")).toBe(ceil);
  });

  it("demands the first choice where the target is sure and relaxes where it is not", () => {
    const rows: Rows = {
      count: 3,
      k: 3,
      ids: Int32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]),
      logits: Float32Array.from([0, 0, 0, 10, 0, 0, 1, 1, 1]),
    };
    expect(acceptEntropy().accept(line(3, 5), rows)).toEqual({ path: [0], next: 4 });
    expect(acceptEntropy({ round: "floor" }).accept(line(3, 4), rows)).toEqual({
      path: [0, 1],
      next: 7,
    });
  });
});

describe("acceptance by name", () => {
  it.each(["greedy", "direct", "top-5", "sampling", "entropy-3-ceil", "entropy-5-floor"])(
    "knows %s",
    (name) => {
      expect(acceptanceNamed(name).name).toBe(name);
    },
  );
  it("refuses others and says which rules change the output", () => {
    expect(() => acceptanceNamed("best")).toThrow(/lossy/);
    expect(() => acceptanceNamed("top-0")).toThrow(/at least 1/);
  });
});
