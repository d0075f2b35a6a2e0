import { describe, expect, it } from "vitest";
import { drawFrom, drawUniform, rowProbabilities, sampleVerdict } from "./sampling.ts";
import type { DraftNode, SamplingRequest, SparseDistribution } from "./target.ts";

const vocabulary = 6;
const draws = 20_000;

/** The target of these tests: logits depend on the token before (-1: the prompt). */
const logitsAfter = (token: number): Float32Array =>
  Float32Array.from({ length: vocabulary }, (_, i) => ((i * 7 + token * 5 + 11) % 9) / 3);

/** Chi-square of observed counts against probabilities; cells without mass must be empty. */
function chiSquare(counts: readonly number[], p: ArrayLike<number>): number {
  const total = counts.reduce((a, b) => a + b, 0);
  let sum = 0;
  counts.forEach((count, i) => {
    if (p[i] === 0) expect(count).toBe(0);
    else sum += (count - total * p[i]!) ** 2 / (total * p[i]!);
  });
  return sum;
}

/** 99.9 % quantile for 5 and for 35 degrees of freedom. */
const critical = { 5: 20.52, 35: 66.62 } as const;

interface Rule {
  readonly temperature: number;
  readonly topP: number;
}

/** Counts first tokens and pairs over many seeds, when the nodes are verified and decoding goes on plainly. */
function sample(
  rule: Rule,
  draft: (seed: number) => { nodes: DraftNode[]; drawnFrom?: (SparseDistribution | undefined)[] },
) {
  const first = new Array<number>(vocabulary).fill(0);
  const pairs = new Array<number>(vocabulary ** 2).fill(0);
  for (let seed = 0; seed < draws; seed++) {
    const { nodes, drawnFrom } = draft(seed);
    const request: SamplingRequest = { ...rule, seed, ...(drawnFrom && { drawnFrom }) };
    const row = (node: number): Float32Array => logitsAfter(node < 0 ? -1 : nodes[node]!.token);
    const { path, next } = sampleVerdict(nodes, row, request, 10);
    const output = [...path.map((index) => nodes[index]!.token), next];
    if (output.length < 2) {
      const after = (): Float32Array => logitsAfter(output[0]!);
      output.push(sampleVerdict([], after, request, 11).next);
    }
    first[output[0]!]!++;
    pairs[output[0]! * vocabulary + output[1]!]!++;
  }
  return { first, pairs };
}

function expectPlainDistribution(rule: Rule, counts: { first: number[]; pairs: number[] }): void {
  const p = rowProbabilities(logitsAfter(-1), rule);
  const pairs = [...p].flatMap((left, i) =>
    [...rowProbabilities(logitsAfter(i), rule)].map((right) => left * right),
  );
  expect(chiSquare(counts.first, p)).toBeLessThan(critical[5]);
  expect(chiSquare(counts.pairs, pairs)).toBeLessThan(critical[35]);
}

const rules = [
  { temperature: 1, topP: 1 },
  { temperature: 0.6, topP: 0.8 },
];

describe.each(rules)("speculative sampling at temperature $temperature, top-p $topP", (rule) => {
  it("without a draft is plain sampling", () => {
    expectPlainDistribution(
      rule,
      sample(rule, () => ({ nodes: [] })),
    );
  });

  it("does not change the distribution when a copied line is drafted", () => {
    const nodes = [1, 4, 2].map((token, i) => ({ token, parent: i - 1 }));
    expectPlainDistribution(
      rule,
      sample(rule, () => ({ nodes })),
    );
  });

  it("does not change it when a tree is drafted", () => {
    const nodes = [
      { token: 0, parent: -1 },
      { token: 2, parent: -1 },
      { token: 5, parent: -1 },
      { token: 3, parent: 0 },
      { token: 1, parent: 0 },
      { token: 3, parent: 2 },
    ];
    expectPlainDistribution(
      rule,
      sample(rule, () => ({ nodes })),
    );
  });

  it("does not change it when a draft model draws the line from its own distribution", () => {
    const q: SparseDistribution = { ids: [0, 1, 4], probabilities: [0.5, 0.3, 0.2] };
    const weights = Float64Array.from([0.5, 0.3, 0, 0, 0.2, 0]);
    expectPlainDistribution(
      rule,
      sample(rule, (seed) => {
        const tokens = [0, 1].map((i) => drawFrom(weights, drawUniform(seed ^ 0x5bd1e995, i, 99)));
        return {
          nodes: tokens.map((token, i) => ({ token, parent: i - 1 })),
          drawnFrom: [q, q],
        };
      }),
    );
  });
});

describe("sampling", () => {
  it("would notice a wrong distribution", () => {
    const rule = { temperature: 1, topP: 1 };
    const wrong = sample(rule, () => ({
      nodes: [{ token: 1, parent: -1 }],
      drawnFrom: [{ ids: [1], probabilities: [0.5] }],
    }));
    expect(chiSquare(wrong.first, rowProbabilities(logitsAfter(-1), rule))).toBeGreaterThan(
      critical[5],
    );
  });

  it("keeps the smallest set that reaches top-p", () => {
    const logits = Float32Array.from([0.5, 0.3, 0.15, 0.05].map(Math.log));
    const rounded = (topP: number): number[] =>
      [...rowProbabilities(logits, { temperature: 1, topP })].map(
        (p) => Math.round(p * 1000) / 1000,
      );
    expect(rounded(0.5)).toEqual([1, 0, 0, 0]);
    expect(rounded(0.6)).toEqual([0.625, 0.375, 0, 0]);
    expect(rounded(1)).toEqual([0.5, 0.3, 0.15, 0.05]);
  });

  it("gives the same with the same seed, another with another", () => {
    const nexts = (seed: number): number[] =>
      Array.from({ length: 30 }, (_, position) => {
        const row = (): Float32Array => logitsAfter(position);
        return sampleVerdict([], row, { temperature: 1, topP: 1, seed }, position).next;
      });
    expect(nexts(1)).toEqual(nexts(1));
    expect(nexts(1)).not.toEqual(nexts(2));
  });
});
