import { describe, expect, it } from "vitest";
import type { Capabilities, Token } from "../core/target.ts";
import { type FakeTarget, fakeTarget } from "../engines/fake.ts";
import { acceptSampling } from "../verify/accept.ts";
import { decode } from "../verify/decode.ts";
import { promptEdits } from "./follow-prompt.ts";
import { createServedModel, type ServedModel } from "./served-model.ts";
import { splicedTokens } from "./token-text.ts";

const signal = new AbortController().signal;
const prompt = (length: number, changed?: number): Token[] =>
  Array.from({ length }, (_, i) => (i === changed ? 20 : 1 + (i % 17)));

function served(capabilities: Partial<Capabilities> = {}): {
  target: FakeTarget;
  model: ServedModel;
} {
  const target = fakeTarget({
    vocabSize: 64,
    capabilities: {
      kvEdit: "splice",
      contextSize: 4000,
      cost: (n) => 1 + n / 8,
      ...capabilities,
    },
  });
  const model = createServedModel(
    { target, contextSize: 1000 },
    { decode, sampled: acceptSampling },
  );
  return { target, model };
}

async function answer(model: ServedModel, tokens: readonly Token[], session?: string) {
  const steps = model.generate({
    prompt: tokens,
    maxTokens: 3,
    signal,
    ...(session && { session }),
  });
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value.tokens;
  }
}

/** Positions that the target was fed while something ran. */
async function fedBy(target: FakeTarget, work: () => Promise<unknown>): Promise<number> {
  const before = target.passes.length;
  await work();
  return target.passes.slice(before).reduce((sum, fed) => sum + fed, 0);
}

describe("a served session", () => {
  it("evaluates what changed, and answers as before", async () => {
    const { target, model } = served();
    await answer(model, prompt(400), "a");
    const changed = prompt(400, 50);
    let found: readonly Token[] = [];
    const fed = await fedBy(target, async () => {
      found = await answer(model, changed, "a");
    });
    expect(fed).toBeLessThan(40);
    expect(found).toEqual(await answer(served().model, changed));
    const whole = await fedBy(target, () => answer(model, prompt(400, 60)));
    expect(whole).toBeGreaterThanOrEqual(400 - 60);
  });

  it("lends nobody else what a splice left behind the change", async () => {
    const { target, model } = served({ contextSize: 1000 });
    await answer(model, prompt(400), "a");
    await answer(model, prompt(400, 50), "a");
    // There is one sequence: the request takes it, and shares only what lies before the change.
    const fed = await fedBy(target, () => answer(model, prompt(400, 50)));
    expect(fed).toBeGreaterThanOrEqual(350);
    const again = await fedBy(target, () => answer(model, prompt(400, 50)));
    expect(again).toBeLessThan(10);
  });

  it("keeps two sessions apart where there is room", async () => {
    const { target, model } = served();
    await answer(model, prompt(400), "a");
    const other = prompt(300).map((token) => token + 20);
    await answer(model, other, "b");
    expect(await fedBy(target, () => answer(model, prompt(400, 90), "a"))).toBeLessThan(40);
    expect(await fedBy(target, () => answer(model, other.with(99, 1), "b"))).toBeLessThan(40);
  });

  it("evaluates all behind the change where keys cannot move or most is new", async () => {
    const none = served({ kvEdit: "none" });
    await answer(none.model, prompt(400), "a");
    const fed = await fedBy(none.target, () => answer(none.model, prompt(400, 50), "a"));
    expect(fed).toBeGreaterThanOrEqual(350);
    const { target, model } = served();
    await answer(model, prompt(400), "a");
    const other = prompt(400).map((token, i) => (i > 30 ? (token * 7 + i) % 60 : token));
    const whole = await fedBy(target, () => answer(model, other, "a"));
    expect(whole).toBeGreaterThanOrEqual(369);
  });

  it("finds token edits that give the prompt", () => {
    const after = [...prompt(30, 4), 5, 6].toSpliced(12, 3).toSpliced(20, 0, 33, 34);
    expect(splicedTokens(prompt(30), promptEdits(prompt(30), after))).toEqual(after);
  });

  it("evaluates everything where moving the keys costs more", async () => {
    const fed: number[] = [];
    for (const steps of [1, 1000]) {
      const { target, model } = served({ shiftCost: () => steps });
      await answer(model, prompt(400), "a");
      fed.push(await fedBy(target, () => answer(model, prompt(400, 50), "a")));
    }
    expect(fed[0]).toBeLessThan(40);
    expect(fed[1]).toBeGreaterThanOrEqual(350);
  });
});
