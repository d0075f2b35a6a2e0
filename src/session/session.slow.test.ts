import { afterAll, describe, expect, it } from "vitest";
import { hasEngine } from "../../test/support/native.ts";
import { randomEdits, randomFrom } from "../../test/support/text-walk.ts";
import { modelFolder } from "../../test/support/tiny-models.ts";
import { llamaTarget } from "../engines/llama/target.ts";
import { decode } from "../verify/decode.ts";
import { createSessions } from "./sessions.ts";

const models = modelFolder();
afterAll(models.remove);
const exact = { threads: 1, flashAttention: "off" } as const;
const text = `def add(a, b):\n    return a + b\n\n\ndef subtract(a, b):\n    return a - b\n`.repeat(
  4,
);

describe.skipIf(!hasEngine)("sessions on llama.cpp", () => {
  it("answers on one layer as after full evaluation, through random changes, forks and undo", async () => {
    const model = models.file("one", { layers: 1 });
    const target = await llamaTarget({ model, ...exact, contextSize: 4096, cacheType: "f32" });
    const sessions = createSessions({ target, decode });
    const random = randomFrom(3);
    const prefix = "You are a careful assistant that edits files. ";
    const session = await sessions.open({ text, before: prefix, policy: "splice", probeEvery: 0 });
    await session.next();
    const used = new Set<string>();
    for (let i = 0; i < 30; i++) {
      used.add((await session.change({ edits: randomEdits(random, session.text, 400) })).policy);
      if (i % 7 === 3) await session.undo();
      const row = await session.next();
      if (i % 6 !== 0) continue;
      const fork = await session.fork();
      await fork.change({ edits: [{ start: 9, end: 12, text: "" }] });
      for (const one of [session, fork]) {
        expect(one.tokens).toEqual(await target.tokenize(one.text));
        const whole = await sessions.open({ text: one.text, before: prefix });
        const wanted = await whole.next();
        const found = await one.next();
        expect(Math.abs(found.logits[0]! - wanted.logits[0]!)).toBeLessThan(1e-3);
        await whole.close();
      }
      await fork.close();
      expect((await session.next()).ids[0]).toBe(row.ids[0]);
    }
    expect(used).toContain("splice");
    await target.dispose();
  });

  it("goes on after a change that was cancelled while the cache was edited", async () => {
    const model = models.file("two");
    const target = await llamaTarget({ model, ...exact, contextSize: 8192 });
    const session = await createSessions({ target, decode }).open({ text, policy: "splice" });
    await session.next();
    const controller = new AbortController();
    const long = "return x + y\n".repeat(300);
    const change = session.change({ edits: [{ start: 9, end: 9, text: long }] }, controller.signal);
    setTimeout(() => controller.abort(), 40);
    await expect(change).rejects.toMatchObject({ code: "cancelled" });
    expect(session.text).toContain(long);
    const whole = await createSessions({ target, decode }).open({ text: session.text });
    const [found, wanted] = [await session.next(), await whole.next()];
    expect(Math.abs(found.logits[0]! - wanted.logits[0]!)).toBeLessThan(5e-3);
    await target.dispose();
  });

  it("evaluates from the change on where the positions are scaled or the state is recurrent", async () => {
    for (const [name, options] of [
      ["yarn", { ropeScaling: "yarn" }],
      ["mamba", { architecture: "mamba" }],
    ] as const) {
      const target = await llamaTarget({ model: models.file(name, options), ...exact });
      const session = await createSessions({ target, decode }).open({ text });
      await session.next();
      const report = await session.change({ edits: [{ start: 40, end: 43, text: "xy" }] });
      expect(report.policy, name).toBe("full");
      expect(report.reason, name).toMatch(name === "yarn" ? /cannot be moved/ : /recurrent/);
      const found = await session.ask({ maxTokens: 3 });
      const whole = await createSessions({ target, decode }).open({ text: session.text });
      expect(found.tokens, name).toEqual((await whole.ask({ maxTokens: 3 })).tokens);
      await target.dispose();
    }
  });
});
