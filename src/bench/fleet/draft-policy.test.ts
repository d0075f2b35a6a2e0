import { describe, expect, it } from "vitest";
import { checkRows, type EngineCheck } from "./check.ts";
import { adaptiveDrafts, bestDraftLength } from "./draft-policy.ts";
import { type StepCost, statedCosts, stepSeconds } from "./step-cost.ts";
import type { EditWork } from "./work.ts";

const linear: StepCost = {
  kind: "linear",
  fixed: 0,
  perToken: 0,
  perRequest: 0,
  perContext: 0,
  perDraft: 0,
};

/** Half of the drafts of 8 are wrong from the start, the others right to the end. */
const work: readonly EditWork[] = [
  {
    id: "a",
    prompt: 10,
    key: "a",
    shared: 0,
    output: 10,
    passes: [
      { drafted: 8, written: 9 },
      { drafted: 8, written: 1 },
    ],
  },
];

describe("seconds of a step", () => {
  it("are a sum for engines that were measured", () => {
    const cost: StepCost = {
      ...linear,
      fixed: 1,
      perToken: 2,
      perRequest: 3,
      perContext: 5,
      perDraft: 7,
    };
    expect(stepSeconds(cost, { tokens: 1, requests: 10, context: 100, drafted: 1000 })).toBe(7533);
  });

  it("lie on the line between two measured sizes, and go on beyond them", () => {
    const bySize = [
      [1, 10],
      [2, 14],
      [4, 14],
      [8, 30],
    ] as const;
    const at = (requests: number, points: readonly (readonly [number, number])[] = bySize) =>
      stepSeconds(
        { ...linear, perToken: 1, bySize: points },
        { tokens: 100, requests, context: 0, drafted: 0 },
      );
    expect([1, 2, 3, 4, 6, 8, 10].map((requests) => at(requests))).toEqual([
      110, 114, 114, 114, 122, 130, 138,
    ]);
    expect(at(0)).toBe(106);
    expect([1, 5].map((requests) => at(requests, [[3, 7]]))).toEqual([107, 107]);
    // A falling end must not make a step take less than nothing.
    expect(
      at(9, [
        [1, 8],
        [4, 2],
      ]),
    ).toBe(100);
  });

  it("are those of the memory in small steps and of the arithmetic in large ones", () => {
    const cost: StepCost = {
      kind: "roofline",
      overhead: 1,
      weightBytes: 8,
      cacheBytesPerToken: 2,
      bandwidth: 2,
      flopsPerToken: 6,
      flops: 3,
      perDraft: 0,
    };
    const load = { requests: 1, context: 4, drafted: 0 };
    expect(stepSeconds(cost, { ...load, tokens: 1 })).toBe(1 + 8);
    expect(stepSeconds(cost, { ...load, tokens: 10 })).toBe(1 + 20);
  });
});

describe("the best length of drafts", () => {
  it("is the longest where tokens cost nothing", () => {
    const { length, gain, always } = bestDraftLength(work, { ...linear, fixed: 1 }, 4);
    expect(length).toBe(8);
    // 10 tokens in 2 steps instead of 10.
    expect(gain).toBeCloseTo(5);
    expect(always).toBeCloseTo(5);
  });

  it("is 0 where each token costs as much as a plain step", () => {
    const { length, gain, always } = bestDraftLength(work, { ...linear, perToken: 1 }, 4);
    expect({ length, gain }).toEqual({ length: 0, gain: 1 });
    // 10 tokens for 18 verified ones.
    expect(always).toBeCloseTo(10 / 18);
  });

  it("falls with the number of requests on every stated accelerator", () => {
    for (const { cost } of Object.values(statedCosts)) {
      const lengths = [1, 4, 16, 64, 256, 1024].map(
        (requests) => bestDraftLength(work, cost, requests).length,
      );
      expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
      expect(lengths[0]).toBeGreaterThan(0);
      expect(lengths.at(-1)).toBe(0);
    }
  });

  it("takes the time of drafting into account", () => {
    expect(bestDraftLength(work, { ...linear, fixed: 1, perDraft: 5 }, 1).length).toBe(0);
    const policy = adaptiveDrafts(work, { ...linear, fixed: 1 });
    expect([policy(1), policy(3)]).toEqual([8, 8]);
  });
});

describe("the check against an engine", () => {
  it("predicts the time of requests at once from their passes and the cost of a step", () => {
    const check: EngineCheck = {
      engine: "none",
      cost: { ...linear, fixed: 1, perToken: 0.1 },
      requests: [
        { id: "a", prompt: 10, passes: work[0]!.passes },
        { id: "b", prompt: 10, passes: work[0]!.passes },
      ],
      measured: [
        { drafts: false, clients: 1, seconds: 25.6, steps: 20 },
        { drafts: true, clients: 2, seconds: 2, steps: 2 },
      ],
    };
    const [plain, drafted] = checkRows(check);
    // Each: a step with 10 tokens, 9 with one.
    expect(plain).toMatchObject({ "steps, predicted": 20, "seconds, predicted": 23.8 });
    expect(plain!["error %"]).toBe(-7);
    // Together: the prompts, which write a token each; the right drafts' other 8 tokens; the wrong drafts.
    expect(drafted).toMatchObject({ "steps, predicted": 3, "seconds, predicted": 8.4 });
  });
});
