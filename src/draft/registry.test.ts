import { describe, expect, it } from "vitest";
import type { Drafter, Token } from "../core/target.ts";
import { drafterConformance } from "../testing/drafter-conformance.ts";
import { draftModelDrafter } from "./draft-model.ts";
import { drafters, type MakeDrafter } from "./registry.ts";
import type { Speller } from "./spelling.ts";

const speller: Speller = (tokens) => tokens.map((token) => (token === 1 ? "\n" : `w${token}`));
const slowSpeller: Speller = async (tokens) => speller(tokens);

/** Knows that lines begin with 10 and end with 1, and nothing else. */
const predictor = {
  name: "tiny",
  begin() {},
  next: async (output: readonly Token[], drafted: readonly Token[]) => ({
    token: (drafted.at(-1) ?? output.at(-1)) === 1 ? 10 : 1,
    probability: 0.6,
  }),
};

const registered: readonly (readonly [string, MakeDrafter])[] = Object.entries(drafters);

/** Every registered drafter, and some with other options. */
const cases: readonly (readonly [string, () => Drafter])[] = [
  ...registered.map(([name, make]) => [name, () => make({ speller, predictor })] as const),
  ["lookup, most recent", () => drafters.lookup({ speller, size: 5, length: 64, recent: true })],
  ["suffix, long", () => drafters.suffix({ speller, alpha: 4 })],
  ["copy with a speller that waits", () => drafters.copy({ speller: slowSpeller })],
];

/** Registered drafters that copy nothing from the request. */
const copyless: readonly string[] = [];

describe.each(cases)("%s drafter", (drafter, make) => {
  const copies = !copyless.includes(drafter);
  for (const { name, run, skip } of drafterConformance(make, { copies }))
    it.skipIf(skip)(name, run);
});

it("says what a draft model needs", () => {
  expect(() => drafters["draft-model"]({ speller })).toThrow(/needs a predictor/);
});

describe("a draft model alone", () => {
  const make = (): Drafter => draftModelDrafter({ predictor });
  for (const { name, run } of drafterConformance(make, { copies: false })) it(name, run);
});

/** Counts how often elements of the array are read. */
function counted(tokens: readonly Token[]): { tokens: readonly Token[]; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(tokens, {
    get(target, key, receiver) {
      if (typeof key === "string" && /^\d+$/.test(key)) reads++;
      return Reflect.get(target, key, receiver);
    },
  });
  return { tokens: proxy, reads: () => reads };
}

describe("with a prompt of 100,000 tokens", () => {
  const long = Array.from({ length: 100_000 }, (_, i) =>
    i % 12 === 11 ? 1 : 2 + ((i * 7919) % 800),
  );

  // What a step may cost: reads of the output beyond its new tokens, and of the request at all.
  it.each(cases.filter(([name]) => name !== "copy with a speller that waits"))(
    "%s looks at new tokens and a bounded number of places",
    async (_, make) => {
      const prompt = counted(long);
      const source = counted(long.slice(500, 20_500));
      const drafter = make();
      await drafter.begin({ prompt: prompt.tokens, source: source.tokens });
      const before = prompt.reads() + source.reads();
      const written: Token[] = [];
      const output = counted(written);
      const steps = 200;
      for (let step = 0; step < steps; step++) {
        const [draft] = await drafter.draft({ output: output.tokens }, 16);
        const token = step % 9 === 8 ? 900 : long[600 + step]!;
        written.push(token);
        drafter.accept?.({ committed: [token], ...(draft && { used: draft }), accepted: 0 });
      }
      expect(prompt.reads() + source.reads() - before).toBe(0);
      expect(output.reads()).toBeLessThanOrEqual(20 * steps);
    },
  );
});
