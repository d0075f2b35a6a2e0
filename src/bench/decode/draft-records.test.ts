import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scriptedEnd, scriptedTarget } from "../../../test/support/scripted-target.ts";
import { type TokenPredictor, targetPredictor } from "../../draft/draft-model.ts";
import { fixedPlanner } from "../../draft/fixed-planner.ts";
import { speculativeDrafter } from "../baselines/speculative.ts";
import {
  draftRecordFile,
  draftRecordOf,
  draftRecordWriter,
  readDraftRecords,
  recordDraft,
  recordedPredictor,
} from "./draft-records.ts";
import { generate } from "./run.ts";

const prompt = [5, 6, 7];
const source = [...Buffer.from("def f(x):\n    return x\n")];
const written = `${"def f(x, y):\n    return x * y\n".repeat(4)}\`\`\``;
const output = [...Buffer.from(written)];
/** The same, with wrong tokens here and there. */
const guessed = [...written].map((c, i) => (i % 11 === 4 ? "?" : c)).join("");
const one = {
  id: "one",
  set: "l1",
  task: "t",
  request: { prompt, source },
  maxTokens: 500,
  fenced: true,
};
const model = { name: "small", hash: "small 1" };
const target = { name: "large", hash: "large 1" };

const record = () => recordDraft(scriptedTarget(3, guessed), one, output, model.hash);

describe("recordDraft", () => {
  it("says the draft model's token at every place of an output longer than one pass", async () => {
    expect(output.length).toBeGreaterThan(64);
    const { tokens, probabilities } = await record();
    expect(Buffer.from(tokens).toString()).toBe(guessed);
    expect(probabilities).toHaveLength(output.length);
    // It leads by 5 logits over the second, and 126 others lie one below that.
    const likeliest = Math.exp(6) / (Math.exp(6) + Math.E + 126);
    for (const p of probabilities) expect(p).toBeCloseTo(likeliest, 3);
  });
});

describe("recordedPredictor", () => {
  const counted = (predictor: TokenPredictor) => {
    const counter = { asked: 0 };
    const next: TokenPredictor["next"] = (...args) => {
      counter.asked++;
      return predictor.next(...args);
    };
    return { counter, predictor: { ...predictor, next } };
  };
  const passesBy = async (how: "sd" | "ee", predictor: TokenPredictor) => {
    const { counter, predictor: model } = counted(predictor);
    const run = await generate(scriptedTarget(3, written), one, {
      clock: "cpu",
      ...(how === "ee"
        ? { loop: { model } }
        : { planner: fixedPlanner([speculativeDrafter(model, 7)], { budget: 7 }) }),
    });
    expect(Buffer.from(run.output).toString()).toBe(written);
    return { asked: counter.asked, passes: run.passes.map((p) => [p.positions, p.accepted]) };
  };

  it.each(["sd", "ee"] as const)("drafts as the model itself does: %s", async (how) => {
    const real = targetPredictor(scriptedTarget(3, guessed));
    const replayed = recordedPredictor(await record(), scriptedEnd);
    const passes = await passesBy(how, replayed);
    expect(passes).toEqual(await passesBy(how, real));
    expect(passes.asked).toBeGreaterThan(20);
  });
});

describe("draft records", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "redraft-drafts-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("come back for the same output only, and are of one draft model", async () => {
    const file = draftRecordFile(folder, target, model, "l1");
    expect((await readDraftRecords(file, model)).size).toBe(0);
    const first = await record();
    await (await draftRecordWriter(folder, file))(first);
    const records = await readDraftRecords(file, model);
    expect(draftRecordOf(records, one, output)).toEqual(first);
    expect(draftRecordOf(records, one, output.slice(1))).toBeUndefined();
    expect(draftRecordOf(records, { ...one, id: "two" }, output)).toBeUndefined();
    await expect(readDraftRecords(file, target)).rejects.toThrow(/other weights than large/);
  });
});
