import { describe, expect, it } from "vitest";
import type { Draft, Drafter, Token } from "../core/target.ts";
import { fakeTarget } from "../engines/fake.ts";
import { replayTarget } from "../engines/replay.ts";
import { decode } from "../verify/decode.ts";
import { createController } from "./controller.ts";
import { copyDrafter } from "./copy.ts";
import { costFollower } from "./cost-follower.ts";
import { draftModelDrafter, targetPredictor } from "./draft-model.ts";

const speller = (tokens: readonly Token[]): string[] =>
  tokens.map((token) => (token === 1 ? "\n" : `w${token}`));
const source = Array.from({ length: 60 }, (_, i) => (i % 6 === 5 ? 1 : 10 + ((i * 31) % 67)));
const output = [...source.slice(0, 18), 90, 91, 92, 1, ...source.slice(24)];

async function replay(drafter: Drafter, cost: (n: number) => number, tree = true) {
  const target = replayTarget({
    recording: { prompt: [2, ...source, 3], output },
    vocabSize: 200,
    end: 199,
  });
  const written: Token[] = [];
  const steps = decode(await target.open(), {
    request: { prompt: [2, ...source, 3], source },
    planner: createController({ drafters: [drafter], cost, tree }),
    capabilities: target.capabilities,
    maxTokens: 500,
    isEnd: target.isEnd,
  });
  const origins: string[] = [];
  for await (const step of steps) {
    written.push(...step.tokens);
    origins.push(...step.origins);
  }
  return { written, origins, passes: target.passes };
}

describe("controller", () => {
  it("writes an edit in a few passes, and says what came from the source", async () => {
    const { written, origins, passes } = await replay(copyDrafter({ speller }), () => 1);
    expect(written).toEqual(output);
    expect(passes.length).toBeLessThan(9);
    expect(origins.filter((origin) => origin === "source").length).toBeGreaterThan(45);
  });

  it("writes a whole candidate of the merge in two passes, also where the source differs", async () => {
    const target = replayTarget({
      recording: { prompt: [2, ...source, 3], output },
      vocabSize: 200,
      end: 199,
    });
    const wrong = [...source.slice(0, 40), 95, 96, 97, 1, ...source.slice(40)];
    const steps = decode(await target.open(), {
      request: { prompt: [2, ...source, 3], source, candidates: [output, wrong] },
      planner: createController({ drafters: [copyDrafter({ speller })], cost: () => 1 }),
      capabilities: target.capabilities,
      maxTokens: 500,
      isEnd: target.isEnd,
    });
    for await (const _ of steps);
    expect(target.passes.length).toBeLessThanOrEqual(2);
  });

  it("keeps passes as short as the cost curve asks", async () => {
    const { passes } = await replay(copyDrafter({ speller }), (n) => Math.max(1, n / 4));
    expect(Math.max(...passes.map(({ nodes }) => nodes))).toBeLessThanOrEqual(3);
  });

  it("sends lines where it may send no trees", async () => {
    const { passes } = await replay(copyDrafter({ speller }), () => 1, false);
    expect(Math.max(...passes.map(({ nodes }) => nodes))).toBeLessThanOrEqual(source.length);
  });

  it("falls back to plain decoding where drafts do not pay", async () => {
    const { passes } = await replay(copyDrafter({ speller }), (n) => n * 1.1);
    expect(passes.every(({ nodes }) => nodes === 0)).toBe(true);
  });

  it("gives a drafter without estimates up when it is always wrong", async () => {
    const wrong: Drafter = {
      name: "wrong",
      begin() {},
      draft: (): Draft[] => [{ tokens: [150], drafter: "wrong", origin: "suffix" }],
    };
    const { passes, written } = await replay(wrong, (n) => (n === 1 ? 1 : 1.3));
    expect(written).toEqual(output);
    expect(passes.slice(20).every(({ nodes }) => nodes === 0)).toBe(true);
  });
});

describe("a draft model behind a target", () => {
  it("follows the output with its own cache and is always right when it is the target itself", async () => {
    const target = fakeTarget({ vocabSize: 12, seed: 5 });
    const run = async (drafter?: Drafter) => {
      const steps = decode(await target.open(), {
        request: { prompt: [1, 2, 3] },
        ...(drafter && { planner: createController({ drafters: [drafter], cost: () => 1 }) }),
        capabilities: target.capabilities,
        maxTokens: 40,
        isEnd: () => false,
      });
      const tokens: Token[] = [];
      let passes = 0;
      let result = await steps.next();
      while (!result.done) {
        tokens.push(...result.value.tokens);
        passes++;
        result = await steps.next();
      }
      return { tokens, passes, stats: result.value.stats };
    };
    const plain = await run();
    const copy = copyDrafter({ speller: (tokens) => tokens.map(String) });
    const drafted = await run(
      draftModelDrafter({
        predictor: targetPredictor(target),
        copy,
        minChance: 0,
        below: 99,
        reanchorAt: 99,
      }),
    );
    expect(drafted.tokens).toEqual(plain.tokens);
    expect(drafted.passes).toBeLessThan(plain.passes / 2);
    expect(drafted.stats.draftForwards).toBeGreaterThan(0);
    expect(drafted.stats.acceptedTokens).toBe(40 - drafted.passes);
  });
});

describe("following the cost of passes", () => {
  it("keeps the measured curve while passes take what it says", () => {
    let drifted = 0;
    const follower = costFollower((n) => Math.max(1, n / 8), { onDrift: () => drifted++ });
    for (let i = 0; i < 100; i++)
      follower.observe(1 + (i % 32), 2 * Math.max(1, (1 + (i % 32)) / 8));
    expect(follower.cost(32)).toBeCloseTo(4, 5);
    expect(drifted).toBe(0);
  });

  it("follows passes that became dearer, and asks once to measure again", () => {
    let drifted = 0;
    const follower = costFollower((n) => Math.max(1, n / 8), { onDrift: () => drifted++ });
    for (let i = 0; i < 60; i++) {
      follower.observe(1, 2);
      follower.observe(16, 12);
    }
    expect(follower.cost(16)).toBeGreaterThan(4);
    expect(follower.cost(1)).toBeCloseTo(1, 5);
    expect(drifted).toBe(1);
  });
});
