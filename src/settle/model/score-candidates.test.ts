import { describe, expect, it } from "vitest";
import { fakeTarget } from "../../engines/fake.ts";
import { scoreCandidates, tokenTree } from "./score-candidates.ts";

describe("tokenTree", () => {
  it("shares equal beginnings", () => {
    const { nodes, paths } = tokenTree([[1, 2, 3], [1, 2, 4, 5], [2]]);
    expect(nodes.map(({ token, parent }) => [token, parent])).toEqual([
      [1, -1],
      [2, 0],
      [3, 1],
      [4, 1],
      [5, 3],
      [2, -1],
    ]);
    expect(paths).toEqual([[0, 1, 2], [0, 1, 3, 4], [5]]);
  });
});

describe("scoreCandidates", () => {
  it("gives the same likelihoods as one tree and line by line, and leaves the prompt", async () => {
    const target = fakeTarget();
    const answers = [
      [1, 2, 3, 4],
      [1, 2, 4],
      [3, 3, 3],
    ];
    const sequence = await target.open();
    await sequence.append([1, 2, 3]);
    const { capabilities } = target;
    const tree = await scoreCandidates(sequence, { ...capabilities, trees: true }, answers);
    expect(sequence.length).toBe(3);
    const lines = await scoreCandidates(
      sequence,
      { ...capabilities, trees: false, maxVerify: 2 },
      answers,
    );
    expect(sequence.length).toBe(3);
    tree.forEach((score, i) => {
      expect(score.total).toBeCloseTo(lines[i]!.total, 5);
      expect(score.worst).toBeCloseTo(lines[i]!.worst, 5);
      expect(score.tokens).toBe(answers[i]!.length);
      expect(score.total).toBeLessThan(0);
    });
  });
});
