import { describe, expect, it } from "vitest";
import { memoryRepository } from "../../../test/support/memory-repository.ts";
import { parserFor } from "../../workspace/syntax.ts";
import { createRepositoryIndex } from "../index/repository-index.ts";
import { nameViewOf } from "../names/view.ts";
import { type OrchestrateEvent, type OrchestrateOptions, orchestrate } from "../orchestrate.ts";
import type { EditCandidate, Speculator } from "../speculator.ts";
import type { CandidateVerifier } from "../verifier.ts";
import { orderArms } from "./order-arms.ts";
import { recordsOf } from "./records.ts";
import type { ArmSelection } from "./selection.ts";

const candidate = (by: string, confidence: number): EditCandidate => ({
  by,
  title: `by ${by}`,
  why: "",
  confidence,
  files: [{ path: "a.ts", before: "a\n", after: `${by}\n` }],
  notes: [],
});

/** Proposes one edit after some ms. */
const working = (name: string, confidence: number, ms = 1): Speculator => ({
  name,
  recognise: () => ({ confidence: 0.5, why: "" }),
  async *speculate() {
    await new Promise((resolve) => setTimeout(resolve, ms));
    yield candidate(name, confidence);
  },
});

/** `best` is known to be right; the other names are known to be wrong. */
const knowing = (best: string, others: readonly string[], seconds = 5): ArmSelection => {
  const decisions = Array.from({ length: 9 }, () => ({
    type: "instruction",
    tried: [
      { name: best, seconds, right: true },
      ...others.map((name) => ({ name, seconds, right: false })),
    ],
  }));
  return { order: (type, offers) => orderArms(type, offers, recordsOf(decisions)) };
};

async function events(options: OrchestrateOptions): Promise<OrchestrateEvent[]> {
  const index = createRepositoryIndex(memoryRepository(new Map([["a.ts", "a\n"]])), parserFor);
  await index.update();
  const context = { index, parserFor, names: () => nameViewOf(index, parserFor) };
  const found: OrchestrateEvent[] = [];
  for await (const event of orchestrate({ instruction: "x" }, context, options)) found.push(event);
  return found;
}

const started = (all: readonly OrchestrateEvent[]): string[] =>
  all.flatMap((event) => (event.type === "speculator-started" ? [event.name] : []));
const titles = (all: readonly OrchestrateEvent[]): string[] =>
  all.flatMap((event) =>
    event.type === "result" ? event.judged.map((one) => one.candidate.title) : [],
  );

describe("specialists in a learnt order", () => {
  it("starts the best first, and leaves the others out once it proves an edit", async () => {
    const all = await events({
      speculators: [working("a", 1), working("b", 1), working("c", 1)],
      select: knowing("c", ["a", "b"]),
    });
    expect(started(all)).toEqual(["c"]);
    expect(titles(all)).toEqual(["by c"]);
    const left = all.filter(({ type }) => type === "speculator-left-out");
    expect(left).toEqual([
      { type: "speculator-left-out", name: "a", why: "c proves an edit" },
      { type: "speculator-left-out", name: "b", why: "c proves an edit" },
    ]);
    expect(all.find(({ type }) => type === "specialists-ordered")).toMatchObject({
      order: { type: "instruction", isCold: false, why: expect.stringContaining("c ") },
    });
    const tried = all.find((event) => event.type === "specialists-tried");
    expect(tried?.tried.map(({ name, right, confidence }) => [name, right, confidence])).toEqual([
      ["c", true, 1],
    ]);
  });

  it("judges all candidates together where the first ones are not proved", async () => {
    const ranks: CandidateVerifier = {
      name: "ranks",
      verify: async (candidates) =>
        candidates.map(({ by }) => ({ accepted: by === "a", score: by === "a" ? 2 : 1, why: "" })),
    };
    const speculators = [working("a", 0.9), working("b", 0.9)];
    const [plain, chosen] = await Promise.all([
      events({ speculators, verifier: ranks }),
      events({ speculators, verifier: ranks, select: knowing("b", ["a"]) }),
    ]);
    expect(started(chosen)).toEqual(["b", "a"]);
    expect(titles(chosen)).toEqual(titles(plain));
    const tried = chosen.find((event) => event.type === "specialists-tried");
    expect(tried?.tried.map(({ name, right }) => [name, right])).toEqual([
      ["b", false],
      ["a", true],
    ]);
  });

  it("goes on where the verifier does not accept what is proved", async () => {
    const strict: CandidateVerifier = {
      name: "strict",
      verify: async (candidates) =>
        candidates.map(({ by }) => ({ accepted: by === "a", score: 0, why: "" })),
    };
    const all = await events({
      speculators: [working("a", 1), working("b", 1)],
      verifier: strict,
      select: knowing("b", ["a"]),
    });
    expect(titles(all)[0]).toBe("by a");
  });

  it("starts the next one when the first one has had its head start", async () => {
    const slow = working("slow", 1, 10_000);
    const begin = performance.now();
    const all = await events({
      speculators: [working("quick", 1), slow],
      select: knowing("slow", ["quick"], 0.01),
      limitMs: 300,
    });
    expect(started(all)).toEqual(["slow", "quick"]);
    expect(titles(all)).toEqual(["by quick"]);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  it("starts all at once while nothing is known", async () => {
    const all = await events({
      speculators: [working("a", 1), working("b", 1)],
      select: { order: (type, offers) => orderArms(type, offers, new Map()) },
    });
    expect(started(all)).toEqual(["a", "b"]);
    expect(titles(all)).toHaveLength(2);
    const tried = all.find((event) => event.type === "specialists-tried");
    expect(tried?.tried.map(({ name, right }) => [name, right])).toEqual([
      ["a", true],
      ["b", false],
    ]);
  });

  it("does not let a specialist that fails keep the others waiting", async () => {
    const broken: Speculator = {
      name: "broken",
      recognise: () => ({ confidence: 0.5, why: "" }),
      // biome-ignore lint/correctness/useYield: it fails before it could
      async *speculate() {
        throw new Error("no");
      },
    };
    const all = await events({
      speculators: [working("a", 1), broken],
      select: knowing("broken", ["a"], 1000),
    });
    expect(started(all)).toEqual(["broken", "a"]);
    expect(titles(all)).toEqual(["by a"]);
  });
});
