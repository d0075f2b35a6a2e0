import { describe, expect, it } from "vitest";
import type { Entry, NativeBatch } from "./native-batch.ts";
import { createPasses } from "./native-passes.ts";

const vocabSize = 2;
const entries = (owner: number, count: number, output = true): Entry[] =>
  Array.from({ length: count }, (_, i) => ({
    token: 100 * owner + i,
    position: i,
    sequences: [owner],
    output,
  }));

/** A batch that answers each row with its token; `fail` says which passes go wrong. */
function fakeBatch(fail: (passed: readonly Entry[]) => boolean = () => false) {
  const passes: (readonly Entry[])[] = [];
  let aborted = false;
  let release: (() => void) | undefined;
  const batch: NativeBatch & { hold: boolean } = {
    tokens: 300,
    outputs: 8,
    hold: false,
    async run(passed) {
      passes.push(passed);
      if (batch.hold) await new Promise<void>((resolve) => (release = resolve));
      if (aborted || fail(passed)) throw new Error(aborted ? "aborted" : "no room");
      const logits = passed.filter(({ output }) => output).flatMap(({ token }) => [token, 0]);
      return { logits: Float32Array.from(logits), wall: 10, cpu: 10 };
    },
    abort: () => {
      aborted = true;
    },
    resume: () => {
      aborted = false;
    },
  };
  return { batch, passes, go: () => release?.() };
}

async function untilDone(passes: ReturnType<typeof createPasses>): Promise<void> {
  while (passes.waiting) {
    await passes.step();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function collect(passes: ReturnType<typeof createPasses>, owner: number, count: number) {
  const rows: number[] = [];
  const over = passes.run({
    owner,
    entries: entries(owner, count),
    done: (_, logits, added) => {
      for (let i = 0; i < added; i++) rows.push(logits[i * vocabSize]!);
    },
  });
  return { rows, over };
}

const expected = (owner: number, count: number) =>
  Array.from({ length: count }, (_, i) => 100 * owner + i);

describe("passes", () => {
  it("evaluates together what fits into one pass, and gives each its rows", async () => {
    const { batch, passes: run } = fakeBatch();
    const passes = createPasses(batch, vocabSize, true);
    const works = [collect(passes, 1, 2), collect(passes, 2, 3), collect(passes, 3, 1)];
    await untilDone(passes);
    expect(run.length).toBe(1);
    expect(works.map(({ rows }) => rows)).toEqual([expected(1, 2), expected(2, 3), expected(3, 1)]);
    expect((await works[1]!.over).passMs).toBeCloseTo(5);
    expect((await works[0]!.over).passWorks).toBeGreaterThan(1);
  });

  it("goes on in further passes, in turns, where rows or tokens do not fit", async () => {
    const { batch, passes: run } = fakeBatch();
    const passes = createPasses(batch, vocabSize, true);
    const works = [collect(passes, 1, 20), collect(passes, 2, 3)];
    await untilDone(passes);
    expect(works.map(({ rows }) => rows)).toEqual([expected(1, 20), expected(2, 3)]);
    expect(run.every((passed) => passed.length <= 8)).toBe(true);
    // The short one had no room in the first pass, and is in the second.
    expect(run[1]!.some(({ sequences }) => sequences[0] === 2)).toBe(true);
  });

  it("keeps a long prompt from filling the passes of others", async () => {
    const { batch, passes: run } = fakeBatch();
    const passes = createPasses(batch, vocabSize, true);
    const long = passes.run({ owner: 1, entries: entries(1, 290, false), done: () => {} });
    const short = collect(passes, 2, 1);
    await untilDone(passes);
    await Promise.all([long, short.over]);
    expect(run[0]!.length).toBe(128 + 1);
    expect(run.length).toBe(2);
  });

  it("finds out whose fault a failed pass was", async () => {
    const { batch } = fakeBatch((passed) => passed.some(({ sequences }) => sequences[0] === 2));
    const passes = createPasses(batch, vocabSize, true);
    const works = [1, 2, 3].map((owner) => collect(passes, owner, 2));
    const outcome = Promise.allSettled(works.map(({ over }) => over));
    await untilDone(passes);
    expect((await outcome).map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(works[2]!.rows).toEqual(expected(3, 2));
  });

  it("stops a pass only if nobody else is in it", async () => {
    const { batch, go } = fakeBatch();
    const passes = createPasses(batch, vocabSize, true);
    batch.hold = true;
    const works = [collect(passes, 1, 2), collect(passes, 2, 2)];
    const outcome = Promise.allSettled(works.map(({ over }) => over));
    const step = passes.step();
    passes.cancel(1);
    go();
    await step;
    expect((await outcome).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(works[1]!.rows).toEqual(expected(2, 2));

    const single = collect(passes, 3, 2);
    const refused = expect(single.over).rejects.toThrowError(/cancelled/);
    const stopped = passes.step();
    passes.cancel(3);
    go();
    await stopped;
    await refused;
    expect(passes.waiting).toBe(false);
  });

  it("shares nothing where it must not", async () => {
    const { batch, passes: run } = fakeBatch();
    const passes = createPasses(batch, vocabSize, false);
    const works = [collect(passes, 1, 2), collect(passes, 2, 2)];
    await untilDone(passes);
    expect(run.map((passed) => passed.length)).toEqual([2, 2]);
    expect(works[1]!.rows).toEqual(expected(2, 2));
  });
});
