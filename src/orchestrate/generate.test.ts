import { describe, expect, it } from "vitest";
import { memoryRepository } from "../../test/support/memory-repository.ts";
import { RedraftError } from "../core/errors.ts";
import { parserFor } from "../workspace/syntax.ts";
import { classify } from "./classify.ts";
import { type GenerateEvent, generateCandidates } from "./generate.ts";
import { createRepositoryIndex } from "./index/repository-index.ts";
import { nameViewOf } from "./names/view.ts";
import { type OrchestrateEvent, type OrchestrateOptions, orchestrate } from "./orchestrate.ts";
import { speculators } from "./registry.ts";
import type { EditCandidate, SpeculationContext, Speculator } from "./speculator.ts";
import type { CandidateVerifier } from "./verifier.ts";

async function contextOf(files: Readonly<Record<string, string>>): Promise<SpeculationContext> {
  const index = createRepositoryIndex(memoryRepository(new Map(Object.entries(files))), parserFor);
  await index.update();
  return { index, parserFor, names: () => nameViewOf(index, parserFor) };
}

const candidate = (title: string, more: Partial<EditCandidate> = {}): EditCandidate => ({
  by: "test",
  title,
  why: "because",
  confidence: 1,
  files: [{ path: "a.ts", before: "a\n", after: "b\n" }],
  notes: [],
  ...more,
});

function speculator(
  name: string,
  speculate: (signal: AbortSignal) => AsyncGenerator<unknown>,
  confidence = 1,
): Speculator {
  return {
    name,
    recognise: () => ({ confidence, why: `${name} takes all` }),
    speculate: (_request, _context, signal) => speculate(signal) as AsyncGenerator<EditCandidate>,
  };
}

function failing(error: Error): () => AsyncGenerator<unknown> {
  // biome-ignore lint/correctness/useYield: it fails before it could
  return async function* () {
    throw error;
  };
}

const good = speculator("good", async function* () {
  yield candidate("one");
  yield candidate("two");
});

async function events(all: readonly Speculator[], limitMs = 5000): Promise<GenerateEvent[]> {
  const context = await contextOf({ "a.ts": "a\n" });
  const found: GenerateEvent[] = [];
  const recognised = classify({}, all);
  for await (const event of generateCandidates({}, recognised, context, { limitMs }))
    found.push(event);
  return found;
}

const titles = (all: readonly GenerateEvent[]): string[] =>
  all.flatMap((event) => (event.type === "candidate" ? event.candidate.title : []));
const failures = (all: readonly GenerateEvent[]): Record<string, string> =>
  Object.fromEntries(
    all.flatMap((event) => (event.type === "speculator-failed" ? [[event.name, event.why]] : [])),
  );

describe("specialists", () => {
  it("are asked the surest first, and one that cannot say is left out", () => {
    const broken: Speculator = {
      ...good,
      name: "broken",
      recognise: () => {
        throw new Error("odd");
      },
    };
    const no: Speculator = { ...good, name: "no", recognise: () => undefined };
    const sure = speculator("sure", async function* () {}, 0.9);
    const unsure = speculator("unsure", async function* () {}, 0.2);
    const failed: string[] = [];
    const found = classify({}, [unsure, broken, no, sure], (name, why) =>
      failed.push(`${name}: ${why}`),
    );
    expect(found.map((one) => one.speculator.name)).toEqual(["sure", "unsure"]);
    expect(failed).toEqual(["broken: odd"]);
  });

  it("fail alone: by an exception, a time limit, or bad output", async () => {
    const all = await events(
      [
        speculator("throws", async function* () {
          yield candidate("before");
          throw new Error("odd");
        }),
        // Deaf to its signal.
        speculator("hangs", async function* () {
          await new Promise(() => {});
        }),
        speculator("nothing", async function* () {
          yield null;
        }),
        speculator("outside", async function* () {
          yield candidate("out", { files: [{ path: "../x", before: "", after: "x" }] });
        }),
        speculator("twice", async function* () {
          const file = { path: "a.ts", before: "a\n", after: "b\n" };
          yield candidate("twice", { files: [file, file] });
        }),
        speculator("endless", async function* () {
          for (;;) yield candidate("again");
        }),
        speculator("proud", async function* () {
          yield candidate("proud", { confidence: 2 });
        }),
        good,
      ],
      300,
    );
    expect(failures(all)).toEqual({
      throws: "odd",
      hangs: "it took more than 300 ms",
      nothing: "bad output: it is no candidate",
      outside: "bad output: ../x is no file of the repository",
      twice: "bad output: a.ts is in it twice",
      endless: "bad output: too many candidates",
      proud: "bad output: its confidence is not a number from 0 to 1",
    });
    expect(
      titles(all)
        .filter((title) => title !== "again")
        .sort(),
    ).toEqual(["before", "one", "two"]);
    expect(all.filter(({ type }) => type === "speculator-ended")).toHaveLength(8);
  });

  it("are stopped when nobody listens any more", async () => {
    const context = await contextOf({ "a.ts": "a\n" });
    let signal: AbortSignal | undefined;
    const waits = speculator("waits", async function* (given) {
      signal = given;
      yield candidate("first");
      await new Promise(() => {});
    });
    for await (const event of generateCandidates({}, classify({}, [waits]), context, {
      limitMs: 5000,
    })) {
      if (event.type === "candidate") break;
    }
    expect(signal?.aborted).toBe(true);
  });
});

describe("the orchestrator", () => {
  async function run(options: OrchestrateOptions): Promise<OrchestrateEvent[]> {
    const context = await contextOf({ "a.ts": "a\n" });
    const found: OrchestrateEvent[] = [];
    for await (const event of orchestrate({}, context, options)) found.push(event);
    return found;
  }
  const resultOf = (all: readonly OrchestrateEvent[]): unknown[] => {
    const last = all.at(-1)!;
    if (last.type !== "result") throw new Error("no result");
    return last.judged.map((one) => [one.candidate.title, one.accepted, one.why]);
  };

  it("puts first what the verifier accepts and scores best", async () => {
    const scores: Record<string, number> = { one: 0.2, two: 0.7, three: 0.9 };
    const verifier: CandidateVerifier = {
      name: "fake",
      verify: async (candidates) =>
        candidates.map(({ title }) => {
          const score = scores[title]!;
          return { score, accepted: score < 0.8, why: `${score}` };
        }),
    };
    const third = speculator("third", async function* () {
      yield candidate("three");
    });
    const all = await run({ speculators: [good, third], verifier });
    expect(resultOf(all)).toEqual([
      ["two", true, "0.7"],
      ["one", true, "0.2"],
      ["three", false, "0.9"],
    ]);
  });

  it("accepts nothing that a verifier does not judge", async () => {
    const verifier: CandidateVerifier = { name: "silent", verify: async () => [] };
    const all = await run({ speculators: [good], verifier });
    expect(resultOf(all)).toEqual([
      ["one", false, "it was not judged"],
      ["two", false, "it was not judged"],
    ]);
  });

  it("takes a specialist's word only where it is a proof, by default", async () => {
    const modest = speculator("modest", async function* () {
      yield candidate("maybe", { confidence: 0.9 });
    });
    expect(resultOf(await run({ speculators: [modest] }))).toEqual([
      ["maybe", false, "the specialist does not prove it"],
    ]);
  });

  it("refuses with what the specialist says", async () => {
    const refuses = speculator("refuses", failing(new RedraftError("ambiguous", "two of them")));
    await expect(run({ speculators: [refuses] })).rejects.toThrow("two of them");
    const breaks = speculator("breaks", failing(new Error("odd")));
    await expect(run({ speculators: [breaks] })).rejects.toThrow("breaks: odd");
    await expect(run({ speculators: [] })).rejects.toThrow("no specialist takes this request");
  });

  it("renames", async () => {
    const context = await contextOf({
      "a.ts": "export const old = 1;\n",
      "b.ts": "import { old } from './a';\n",
    });
    const rename = { from: "old", to: "next" };
    const found: OrchestrateEvent[] = [];
    for await (const event of orchestrate({ rename }, context, { speculators })) found.push(event);
    expect(resultOf(found)).toEqual([
      ["old -> next: 2 places in 2 files", true, "the specialist proves it"],
    ]);
    expect(found[0]).toMatchObject({ type: "speculator-started", name: "rename" });
  });
});
