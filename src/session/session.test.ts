import { describe, expect, it } from "vitest";
import { randomEdits, randomFrom } from "../../test/support/text-walk.ts";
import type { Capabilities, Token } from "../core/target.ts";
import { type FakeTarget, type FakeTargetOptions, fakeTarget } from "../engines/fake.ts";
import { decode } from "../verify/decode.ts";
import { syntaxFor } from "../workspace/syntax.ts";
import { createDrift } from "./drift.ts";
import { addedRanges, withRepair } from "./kv-plan.ts";
import { createProbe } from "./probe.ts";
import { chooseRepair } from "./repair.ts";
import { createSessions, type SessionsOptions } from "./sessions.ts";
import { editsOf } from "./text-edits.ts";
import { createTokenText, splicedTokens } from "./token-text.ts";

const splicing: Partial<Capabilities> = { kvEdit: "splice", contextSize: 20_000 };

function bytes(options: FakeTargetOptions = {}): FakeTarget {
  return fakeTarget({
    vocabSize: 256,
    ...options,
    capabilities: { ...splicing, ...options.capabilities },
  });
}

const sessionsOf = (target: FakeTarget, options: Partial<SessionsOptions> = {}) =>
  createSessions({ target, decode, ...options });

const lines = (count: number): string =>
  Array.from({ length: count }, (_, i) => `  const value${i} = call (${i} );\n`).join("");

describe("a session", () => {
  it("answers after changes as a new one answers for the same text, by every policy", async () => {
    for (const policy of ["full", "splice", "splice+repair", "auto"] as const) {
      const random = randomFrom(5);
      const target = bytes();
      const sessions = sessionsOf(target);
      const session = await sessions.open({
        text: lines(20),
        before: "prefix of the prompt: ",
        policy,
      });
      const other = sessionsOf(target);
      for (let i = 0; i < 40; i++) {
        const before = session.text;
        const edits = randomEdits(random, before, 600);
        const report = await session.change({ edits });
        expect(session.tokens).toEqual(await target.tokenize(session.text));
        if (i % 5 === 4) {
          await session.undo();
          expect(session.text).toBe(before);
        }
        const answer = await session.ask({ after: "?", maxTokens: 5 });
        const whole = await other.open({ text: session.text, before: "prefix of the prompt: " });
        expect(answer.tokens).toEqual((await whole.ask({ after: "?", maxTokens: 5 })).tokens);
        await whole.close();
        expect(
          report.policy === "none" ||
            policy === "auto" ||
            report.policy === policy ||
            report.reason,
        ).toBeTruthy();
      }
      await sessions.dispose();
    }
  });

  it("evaluates the new tokens of a splice, and all behind the change with full", async () => {
    const edit = (text: string) => ({ edits: [{ start: 40, end: 43, text: "12" }], text });
    const measured = async (policy: "full" | "splice") => {
      const target = bytes();
      const session = await sessionsOf(target).open({ text: lines(50), policy });
      await session.next();
      const before = target.passes.length;
      const report = await session.change({ edits: edit("").edits });
      await session.next();
      return { report, fed: target.passes.slice(before).reduce((sum, fed) => sum + fed, 0) };
    };
    const full = await measured("full");
    const splice = await measured("splice");
    const length = lines(50).length - 1;
    expect(full.report).toMatchObject({
      policy: "full",
      recomputed: length - 40,
      kept: 0,
      savedOfSuffix: 0,
    });
    expect(full.fed).toBe(length - 40);
    expect(splice.report).toMatchObject({ policy: "splice", recomputed: 2, added: 2, removed: 3 });
    expect(splice.report.savedOfSuffix).toBeCloseTo(1 - 2 / (length - 40));
    expect(splice.fed).toBeLessThanOrEqual(3);
  });

  it("falls back to full where keys cannot move, and says why", async () => {
    const reasons: string[] = [];
    for (const capabilities of [{ kvEdit: "none" }, { kvEdit: "none", rewind: false }] as const) {
      const target = bytes({ capabilities });
      const session = await sessionsOf(target).open({ text: lines(20) });
      await session.next();
      const report = await session.change({ text: `x${session.text}` });
      expect(report.policy).toBe("full");
      reasons.push(report.reason);
      const answer = await session.ask({ maxTokens: 3 });
      const whole = await sessionsOf(target).open({ text: session.text });
      expect(answer.tokens).toEqual((await whole.ask({ maxTokens: 3 })).tokens);
    }
    expect(reasons[0]).toMatch(/cannot be moved/);
    expect(reasons[1]).toMatch(/recurrent state/);
  });

  it("evaluates tokens again that many changes passed by", async () => {
    const session = await sessionsOf(bytes()).open({
      text: lines(30),
      policy: "splice",
      renewAfter: { changes: 4, share: 9 },
      probeEvery: 0,
    });
    await session.next();
    const policies: string[] = [];
    for (let i = 0; i < 8; i++) {
      policies.push((await session.change({ edits: [{ start: 5, end: 5, text: "x" }] })).policy);
      await session.next();
    }
    expect(policies).toEqual([
      "splice",
      "splice",
      "splice",
      "full",
      "splice",
      "splice",
      "splice",
      "full",
    ]);
  });

  it("compares with full evaluation now and then, and keeps what that gave", async () => {
    const session = await sessionsOf(bytes()).open({
      text: lines(30),
      policy: "splice",
      probeEvery: 2,
    });
    await session.next();
    for (let i = 0; i < 2; i++) {
      expect(session.lastProbe).toBeUndefined();
      await session.change({ edits: [{ start: 5, end: 5, text: "x" }] });
      await session.next();
    }
    expect(session.lastProbe).toMatchObject({ top1: true });
    expect(session.lastProbe!.kl).toBeCloseTo(0, 6);
  });

  it("is usable after a change that was cancelled in the middle", async () => {
    let hold: ((signal?: AbortSignal) => Promise<void>) | undefined;
    const target = bytes({ onPass: (_, signal) => hold?.(signal) });
    const session = await sessionsOf(target).open({ text: lines(20), policy: "splice" });
    await session.next();
    const controller = new AbortController();
    hold = async () => controller.abort();
    const change = session.change(
      { edits: [{ start: 3, end: 9, text: "other" }] },
      controller.signal,
    );
    await expect(change).rejects.toThrow();
    hold = undefined;
    expect(session.text).toContain("other");
    const answer = await session.ask({ maxTokens: 4 });
    const whole = await sessionsOf(target).open({ text: session.text });
    expect(answer.tokens).toEqual((await whole.ask({ maxTokens: 4 })).tokens);
  });

  it("forks: both go their own way", async () => {
    const target = bytes();
    const session = await sessionsOf(target).open({ text: lines(20), policy: "splice" });
    await session.next();
    const fork = await session.fork();
    await fork.change({ edits: [{ start: 0, end: 2, text: "" }] });
    await session.change({ edits: [{ start: 10, end: 10, text: "yy" }] });
    expect(fork.text).toBe(lines(20).slice(2));
    for (const one of [session, fork]) {
      const whole = await sessionsOf(target).open({ text: one.text });
      expect((await one.ask({ maxTokens: 4 })).tokens).toEqual(
        (await whole.ask({ maxTokens: 4 })).tokens,
      );
    }
  });

  it("scores what may come next", async () => {
    const session = await sessionsOf(bytes()).open({ text: "some text" });
    const { tokens } = await session.score(" ab");
    expect(tokens.filter((score) => score !== null)).toHaveLength(3);
    const rows = await session.next({ topK: 2 });
    expect(tokens.at(-3)!.logprob).toBeLessThanOrEqual(
      rows.logits[0]! - rows.logsumexp![0]! + 1e-6,
    );
  });

  it("refuses calls after close, and a document larger than the budget", async () => {
    const sessions = sessionsOf(bytes(), { budget: 100 });
    const large = await sessions.open({ text: lines(20) });
    await expect(large.next()).rejects.toMatchObject({ code: "usage", details: { budget: 100 } });
    const small = await sessions.open({ text: "x" });
    await small.close();
    await small.close();
    await expect(small.next()).rejects.toThrow(/closed/);
  });
});

describe("many sessions", () => {
  it("hold the budget with 200 documents, and give up those used least recently", async () => {
    const target = bytes();
    const sessions = sessionsOf(target, { budget: 3000, resident: 8 });
    const random = randomFrom(2);
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, i) => sessions.open({ text: `${i} ${lines(10)}` })),
    );
    for (let i = 0; i < 400; i++) {
      const session = all[Math.floor(random() * random() * all.length)]!;
      await session.change({ edits: [{ start: 1, end: 1, text: "a" }] });
      await session.next();
      expect(sessions.usage.tokens).toBeLessThanOrEqual(3000);
      expect(sessions.usage.resident).toBeLessThanOrEqual(8);
      expect(session.tokens).toEqual(await target.tokenize(session.text));
    }
    expect(sessions.usage.open).toBe(200);
    await all[0]!.next();
    const passes = target.passes.length;
    await all[0]!.next();
    expect(target.passes.slice(passes)).toEqual([0]);
    await sessions.dispose();
    expect(sessions.usage).toEqual({ open: 0, resident: 0, tokens: 0 });
  });
});

describe("drift", () => {
  it("counts the changes that each token missed", () => {
    const drift = createDrift(6);
    drift.splice([{ start: 2, end: 3, tokens: [1, 1] }]);
    expect([drift.largest, drift.firstStale]).toEqual([1, 4]);
    drift.splice([{ start: 0, end: 0, tokens: [1] }]);
    expect([drift.largest, drift.firstStale, drift.dueAfter([], { changes: 2, share: 9 })]).toEqual(
      [2, 1, [{ start: 5, end: 8 }]],
    );
    drift.renew(5, 8);
    expect([drift.largest, drift.firstStale]).toEqual([1, 1]);
  });

  it("counts how much of what a token saw is other text now", () => {
    const drift = createDrift(100);
    const due = (share: number) => drift.dueAfter([], { changes: 99, share });
    drift.splice([{ start: 0, end: 10, tokens: [1, 2] }]);
    // Ten of the tokens before it are others: all for the next one, a third for the 30th.
    expect(due(0.33)).toEqual([{ start: 2, end: 23 }]);
    drift.splice([], [{ start: 2, end: 12 }]);
    expect(due(0.33)).toEqual([{ start: 12, end: 23 }]);
    drift.renew(2, 92);
    expect(due(0.01)).toEqual([]);
    // It is asked before a change is made, too.
    const edit = { start: 10, end: 20, tokens: [] };
    expect(drift.dueAfter([edit], { changes: 99, share: 0.4 })).toEqual([{ start: 10, end: 16 }]);
    expect(due(0.01)).toEqual([]);
    const behindPrompt = createDrift(100, 1000);
    behindPrompt.splice([{ start: 0, end: 10, tokens: [] }]);
    expect(behindPrompt.dueAfter([], { changes: 99, share: 0.1 })).toEqual([]);
  });

  it("is probed more often where splices differ, and stops splicing where they differ much", () => {
    const probe = createProbe(4);
    const splices = (count: number) => {
      for (let i = 0; i < count; i++) probe.count();
      return probe.isDue;
    };
    expect([splices(3), splices(1)]).toEqual([false, true]);
    probe.learn({ kl: 0.01, top1: true });
    expect([splices(7), splices(1)]).toEqual([false, true]);
    probe.learn({ kl: 2, top1: false });
    expect(Array.from({ length: 5 }, () => probe.trusts())).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(splices(4)).toBe(true);
  });
});

describe("repair", () => {
  const source = `const limit = 3;
const other = 5;

function first(a: number): number {
  const doubled = limit * 2;
  return a + doubled;
}

function second(limit2: number): number {
  return limit2 + other;
}

const limits = first(limit);
`;
  const edited = async (text: string, change: { text: string }) => {
    const document = await createTokenText(bytes(), text);
    const edits = editsOf(text, change);
    const kv = await document.change(edits);
    return { before: text, edits, document, kv };
  };
  const shown = (text: string, ranges: readonly { start: number; end: number }[]): string[] =>
    ranges.map(({ start, end }) => text.slice(start, end).trim());

  it("finds the uses of what changed, in its scope, and what depends on those", async () => {
    const checker = await syntaxFor("a.ts");
    const { kv, ...change } = await edited(source, { text: source.replace("= 3", "= 30") });
    const { ranges, selector } = chooseRepair({
      ...change,
      selector: "dependents",
      budget: 400,
      added: [],
      tree: (text) => checker?.tree?.(text),
    });
    expect(selector).toBe("dependents");
    const lines = shown(change.document.text, ranges);
    expect(lines.some((line) => line.includes("doubled = limit * 2"))).toBe(true);
    expect(lines.some((line) => line.includes("first(limit)"))).toBe(true);
    expect(lines.some((line) => line.includes("a + doubled"))).toBe(true);
    expect(lines.some((line) => line.includes("limit2 + other"))).toBe(false);
    expect(kv).toHaveLength(1);
  });

  it("keeps to the budget, and to words where there is no grammar", async () => {
    const { kv, ...change } = await edited(source, { text: source.replace("= 3", "= 30") });
    const { ranges, selector, note } = chooseRepair({
      ...change,
      selector: "dependents",
      budget: 30,
      added: [],
    });
    expect([selector, note]).toEqual(["mentions", expect.stringMatching(/no grammar/)]);
    expect(ranges.reduce((sum, { start, end }) => sum + end - start, 0)).toBeLessThanOrEqual(30);
    expect(shown(change.document.text, ranges)[0]).toContain("doubled = limit");
    expect(chooseRepair({ ...change, selector: "keys", budget: 9, added: [] }).note).toMatch(
      /keys/,
    );
    expect(kv).toHaveLength(1);
  });

  it("takes the tokens behind each place", async () => {
    const text = source.replace("= 3", "= 30").replace("a + d", "a * d");
    const { kv, ...change } = await edited(source, { text });
    const added = addedRanges(kv);
    expect(added).toHaveLength(2);
    const { ranges } = chooseRepair({ ...change, selector: "seams", budget: 10, added });
    expect(ranges).toEqual(added.map(({ end }) => ({ start: end, end: end + 5 })));
  });

  it("takes the end of the document, or some of each: seams, mentions, and the end", async () => {
    const { kv, ...change } = await edited(source, { text: source.replace("= 3", "= 30") });
    const { document } = change;
    const added = addedRanges(kv);
    const length = document.tokens.length;
    const request = { ...change, budget: 40, added };
    expect(chooseRepair({ ...request, selector: "tail" }).ranges).toEqual([
      { start: length - 40, end: length },
    ]);
    const { ranges } = chooseRepair({ ...request, selector: "combined" });
    const seam = added[0]!.end;
    expect(ranges[0]).toEqual({ start: seam, end: seam + 20 });
    expect(ranges.at(-1)!.end).toBe(length);
    expect(ranges.length).toBeGreaterThan(2);
    expect(ranges.reduce((sum, { start, end }) => sum + end - start, 0)).toBeLessThanOrEqual(40);
    expect(shown(document.text, ranges.slice(1, -1))).toEqual(["const do"]);
    // Where little is behind the change, nothing is evaluated twice.
    const all = chooseRepair({ ...request, selector: "tail", budget: 10 * length }).ranges;
    expect(all).toEqual([{ start: seam, end: length }]);
  });

  it("is part of the splice: any ranges together with the edits give the new tokens", () => {
    const random = randomFrom(9);
    for (let i = 0; i < 500; i++) {
      const tokens: Token[] = Array.from({ length: 60 }, (_, at) => at);
      const edits = randomEdits(random, "x".repeat(60), 1).map(({ start, end, text }) => ({
        start,
        end,
        tokens: Array.from(text.slice(0, 4), () => 100 + Math.floor(random() * 9)),
      }));
      const after = splicedTokens(tokens, edits);
      const ranges = Array.from({ length: 3 }, () => {
        const start = Math.floor(random() * after.length);
        return { start, end: Math.min(after.length, start + Math.floor(random() * 9)) };
      });
      expect(splicedTokens(tokens, withRepair(edits, after, ranges))).toEqual(after);
    }
  });
});
