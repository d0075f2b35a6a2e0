import { afterAll, describe, expect, it } from "vitest";
import { hasEngine } from "../../test/support/native.ts";
import { modelFolder } from "../../test/support/tiny-models.ts";
import type { EditCandidate } from "../orchestrate/speculator.ts";
import { openModelVerifier } from "./model-verifier.ts";

const models = modelFolder();
afterAll(models.remove);

const before = "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))\n";
const made = (after: string): EditCandidate => ({
  by: "fix",
  title: "t",
  why: "w",
  confidence: 0.5,
  files: [{ path: "a.py", before, after }],
  notes: [],
});

describe.skipIf(!hasEngine)("openModelVerifier", () => {
  it("scores candidates the same whatever else is judged with them", async () => {
    const verifier = await openModelVerifier({ model: models.file("tiny"), threads: 1 });
    const { signal } = new AbortController();
    const candidates = ["a - b", "a * b", "sum([a, b])"].map((text) =>
      made(before.replace("a + b", text)),
    );
    const task = { instruction: "subtract" };
    const together = await verifier.verify(candidates, task, signal);
    // Kernels for one token and for several differ in the last bits.
    for (const [i, one] of candidates.entries()) {
      const [alone] = await verifier.verify([one], task, signal);
      expect(together[i]!.score).toBeCloseTo(alone!.score, 0);
    }
    expect(new Set(together.map(({ score }) => score)).size).toBe(3);
    expect((await verifier.verify([made(before)], task, signal))[0]!.score).toBe(0);
    await verifier.dispose();
  });
});
