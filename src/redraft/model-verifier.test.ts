import { describe, expect, it } from "vitest";
import { fakeTarget } from "../engines/fake.ts";
import type { EditCandidate } from "../orchestrate/speculator.ts";
import { type EditThresholds, editThresholds, thresholdsFor } from "./edit-thresholds.ts";
import { openModelVerifier } from "./model-verifier.ts";

const before = "def add(a, b):\n    return a - b\n";
const made = (operator: string, more: Partial<EditCandidate> = {}): EditCandidate => ({
  by: "fix",
  title: operator,
  why: "w",
  confidence: 0.5,
  files: [{ path: "a.py", before, after: before.replace("-", operator) }],
  notes: [],
  ...more,
});

/** A target that finds a plus likely everywhere. */
const target = fakeTarget({
  vocabSize: 128,
  logits: () => Float32Array.from({ length: 128 }, (_, token) => (token === 43 ? 8 : 0)),
  capabilities: { maxVerify: 512 },
});
const { signal } = new AbortController();

describe("a target of the caller's as the verifier", () => {
  it("ranks all candidates of a place in one pass, and accepts by thresholds", async () => {
    const verifier = await openModelVerifier({ model: target, thresholds: { fix: 4 } });
    const passes = target.passes.length;
    const verdicts = await verifier.verify([made("*"), made("+"), made("/")], {}, signal);
    expect(verdicts.map(({ accepted }) => accepted)).toEqual([false, true, false]);
    expect(verdicts[1]!.score).toBeCloseTo(8, 3);
    expect(target.passes.length - passes).toBe(1);
    const other = [made("+", { type: "writer docs" })];
    expect((await verifier.verify(other, {}, signal))[0]!.accepted).toBe(false);
    await verifier.dispose();
  });

  it("only ranks where nothing was measured", async () => {
    const verifier = await openModelVerifier({ model: target });
    const [verdict] = await verifier.verify([made("+")], {}, signal);
    expect(verdict).toMatchObject({ accepted: false });
    expect(verdict!.why).toContain("nothing says from which score");
  });

  it("refuses a place that the context cannot hold", async () => {
    const small = fakeTarget({ vocabSize: 128, capabilities: { contextSize: 100 } });
    const verifier = await openModelVerifier({ model: small });
    await expect(verifier.verify([made("+")], {}, signal)).rejects.toThrow(/context of fake/u);
    await expect(openModelVerifier({ model: "no such thing" })).rejects.toThrow(/neither/u);
  });
});

describe("models/edit-verifier.json", () => {
  it("is read, and has thresholds only of measured models and types", () => {
    expect(editThresholds().wanted).toBeGreaterThan(0.9);
    const measured = { edits: 9, taken: 3, wrong: 0, bound: 0.4 };
    const table: EditThresholds = {
      wanted: 0.98,
      models: {
        a: { fix: { threshold: 1.5, measured }, "writer docs": { threshold: null, measured } },
      },
    };
    expect(thresholdsFor("a", table)).toEqual({ fix: 1.5 });
    expect(thresholdsFor("constructor", table)).toEqual({});
  });
});
