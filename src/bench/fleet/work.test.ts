import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutPasses } from "./recorded-work.ts";
import { type DraftedPass, type EditWork, outputStep, startOfOutput, totalSteps } from "./work.ts";

function edit(passes: readonly DraftedPass[]): EditWork {
  const output = passes.reduce((sum, { written }) => sum + written, 0);
  return { id: "a", prompt: 1, key: "a", shared: 0, output, passes };
}

const passes: readonly DraftedPass[] = [
  { drafted: 0, written: 1 },
  { drafted: 4, written: 5 },
  { drafted: 3, written: 2 },
];

describe("steps of a recorded output", () => {
  it("are the recorded passes where the limit cuts nothing", () => {
    expect(totalSteps([edit(passes)], 127)).toEqual({ steps: 3, drafted: 7, written: 8 });
  });

  it("are one per token without drafts", () => {
    expect(totalSteps([edit(passes)], 0)).toEqual({ steps: 8, drafted: 0, written: 8 });
  });

  it("go on with a draft that was cut", () => {
    // 1, then 2 + 2 + 1 of the five, then both of the last.
    expect(totalSteps([edit(passes)], 1)).toEqual({ steps: 5, drafted: 3, written: 8 });
    expect(outputStep(passes, { pass: 1, offset: 2 }, 1)).toEqual({
      drafted: 1,
      written: 2,
      next: { pass: 1, offset: 4 },
    });
    expect(outputStep(passes, { pass: 1, offset: 4 }, 1).next).toEqual({ pass: 2, offset: 0 });
    expect(outputStep(passes, startOfOutput, 9)).toEqual({
      drafted: 0,
      written: 1,
      next: { pass: 1, offset: 0 },
    });
  });

  it("write the output whatever the limit, and never in more steps than a smaller limit", () => {
    const pass = fc
      .tuple(fc.nat(127), fc.nat(127))
      .map(([drafted, right]) => ({ drafted, written: Math.min(drafted, right) + 1 }));
    fc.assert(
      fc.property(fc.array(pass, { minLength: 1, maxLength: 12 }), fc.nat(130), (all, limit) => {
        const work = edit(all);
        const { steps, written } = totalSteps([work], limit);
        expect(written).toBe(work.output);
        expect(steps).toBeGreaterThanOrEqual(all.length);
        expect(steps).toBeGreaterThanOrEqual(totalSteps([work], limit + 1).steps);
      }),
    );
  });
});

describe("passes of a replay", () => {
  it("write what the pass after them finds", () => {
    const replayed = [
      { committed: 50, nodes: 0 },
      { committed: 1, nodes: 4 },
      { committed: 5, nodes: 3 },
    ];
    expect(cutPasses(replayed, 8)).toEqual(passes);
  });

  it("draft at most 127 tokens", () => {
    const replayed = [
      { committed: 50, nodes: 0 },
      { committed: 1, nodes: 300 },
    ];
    expect(cutPasses(replayed, 201)).toEqual([
      { drafted: 0, written: 1 },
      { drafted: 127, written: 128 },
      { drafted: 127, written: 72 },
    ]);
  });
});
