import { describe, expect, it } from "vitest";
import type { Token } from "../core/target.ts";
import { replayTarget } from "../engines/replay.ts";
import { decode } from "../verify/decode.ts";
import { createController } from "./controller.ts";
import { draftModelDrafter } from "./draft-model.ts";

const output: readonly Token[] = Array.from({ length: 300 }, (_, i) => (i * i * 7 + i) % 97);
/** Of Qwen2.5-Coder-1.5B on one thread; a pass of the 0.5B costs 0.4 plain steps of it. */
const cost = (n: number): number => (n === 1 ? 1 : 1.3 + 0.13 * n);
const passCost = 0.4;

/** Writes the output with a draft model that is right where `isRight` says so, and sure of itself anyway. */
async function written(isRight: (place: number) => boolean) {
  const target = replayTarget({ recording: { prompt: [1], output }, vocabSize: 100, end: 99 });
  let draftPasses = 0;
  const predictor = {
    name: "small",
    begin() {},
    async next(before: readonly Token[], drafted: readonly Token[]) {
      draftPasses++;
      const place = before.length + drafted.length;
      return { token: isRight(place) ? (output[place] ?? 98) : 98, probability: 0.95 };
    },
  };
  const drafter = draftModelDrafter({ predictor, cost, passCost });
  const steps = decode(await target.open(), {
    request: { prompt: [1] },
    planner: createController({ drafters: [drafter], cost, tree: false }),
    capabilities: target.capabilities,
    maxTokens: output.length,
    isEnd: (token) => token === 99,
  });
  const tokens: Token[] = [];
  for await (const step of steps) tokens.push(...step.tokens);
  expect(tokens).toEqual(output);
  const passes = target.passes.reduce((sum, { nodes }) => sum + cost(1 + nodes), 0);
  return { draftPasses, time: passes + draftPasses * passCost };
}

describe("draftModelDrafter, where a pass of the model costs 0.4 plain steps", () => {
  it("gains by a model that is right", async () => {
    const { draftPasses, time } = await written(() => true);
    expect(draftPasses).toBeGreaterThan(200);
    expect(time).toBeLessThan(0.75 * output.length);
  });

  it("gives a model up that is wrong, after a few passes", async () => {
    const { draftPasses, time } = await written(() => false);
    expect(draftPasses).toBeGreaterThan(0);
    expect(draftPasses).toBeLessThan(20);
    expect(time).toBeLessThan(1.06 * output.length);
  });
});
