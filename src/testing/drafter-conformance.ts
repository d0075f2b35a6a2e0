import assert from "node:assert/strict";
import type { Draft, Drafter, DraftRequest, Token } from "../core/target.ts";
import type { ConformanceCase } from "./conformance.ts";

export interface DrafterConformanceOptions {
  /** A request that the drafter can work with, and the output that follows; default: an edit in made-up tokens. */
  readonly request?: DraftRequest;
  readonly output?: readonly Token[];
  /** Tokens are below this (default 1000). */
  readonly vocabSize?: number;
  /**
   * Whether it copies from the request, so that it must have something right to say for the default output.
   * Default true.
   */
  readonly copies?: boolean;
}

/** Lines of made-up tokens; 1 ends a line. */
const source: readonly Token[] = Array.from({ length: 12 }, (_, line) => [
  10,
  20 + line,
  50 + ((line * 7) % 11),
  51 + ((line * 5) % 13),
  1,
]).flat();

/** The source with one line replaced and one inserted. */
const edited: readonly Token[] = [
  ...source.slice(0, 20),
  10,
  90,
  91,
  1,
  ...source.slice(25, 40),
  10,
  92,
  1,
  ...source.slice(40),
];

const example: DraftRequest = { prompt: [2, 3, ...source, 4, 5], source };

interface WrittenOutput {
  readonly drafts: readonly (readonly Draft[])[];
  readonly steps: number;
}

/** Feeds the output as a loop would that accepts what is right; returns all drafts and the number of steps. */
async function writeOutput(
  drafter: Drafter,
  request: DraftRequest,
  output: readonly Token[],
  budget: number,
  withFeedback: boolean,
): Promise<WrittenOutput> {
  await drafter.begin(request);
  const all: (readonly Draft[])[] = [];
  const written: Token[] = [];
  while (written.length < output.length) {
    const drafts = await drafter.draft({ output: written }, budget);
    all.push(drafts);
    const used = drafts[0];
    let accepted = 0;
    while (
      used !== undefined &&
      accepted < used.tokens.length &&
      used.tokens[accepted] === output[written.length + accepted]
    )
      accepted++;
    const committed = output.slice(written.length, written.length + accepted + 1);
    written.push(...committed);
    if (withFeedback) drafter.accept?.({ committed, ...(used && { used }), accepted });
  }
  return { drafts: all, steps: all.length };
}

/** What every drafter must do, whatever it drafts from. `make` creates one for each case. */
export function drafterConformance(
  make: () => Drafter,
  options: DrafterConformanceOptions = {},
): ConformanceCase[] {
  const { request = example, output = edited, vocabSize = 1000, copies = true } = options;

  const write = (drafter: Drafter, budget: number, withFeedback = true): Promise<WrittenOutput> =>
    writeOutput(drafter, request, output, budget, withFeedback);

  return [
    {
      name: "drafts within the budget, in tokens of the vocabulary, under its name",
      async run() {
        for (const budget of [1, 3, 16]) {
          for (const drafts of (await write(make(), budget)).drafts) {
            for (const draft of drafts) {
              assert.ok(draft.tokens.length > 0, "an empty draft");
              assert.ok(
                draft.tokens.length <= budget,
                `${draft.tokens.length} tokens, budget ${budget}`,
              );
              for (const token of draft.tokens) {
                assert.ok(
                  Number.isInteger(token) && token >= 0 && token < vocabSize,
                  `token ${token}`,
                );
              }
              assert.ok(draft.drafter.length > 0);
            }
          }
        }
      },
    },
    {
      name: "gives survival curves that fall and are probabilities",
      async run() {
        for (const drafts of (await write(make(), 16)).drafts) {
          for (const { survival, tokens } of drafts) {
            if (survival === undefined) continue;
            assert.ok(survival.length >= tokens.length);
            let before = 1;
            for (const p of survival.slice(0, tokens.length)) {
              assert.ok(p >= 0 && p <= before + 1e-9, `${p} after ${before}`);
              before = p;
            }
          }
        }
      },
    },
    {
      name: "says nothing for an empty budget",
      async run() {
        const drafter = make();
        await drafter.begin(request);
        assert.deepEqual(await drafter.draft({ output: [] }, 0), []);
      },
    },
    {
      name: "drafts the same again after begin() is called again",
      async run() {
        const drafter = make();
        const first = await write(drafter, 16);
        const tokens = (drafts: readonly Draft[]) => drafts.map((draft) => draft.tokens);
        const again = await write(make(), 16);
        assert.deepEqual(again.drafts.map(tokens), first.drafts.map(tokens));
        await drafter.begin({ prompt: [7] });
        for (const draft of await drafter.draft({ output: [] }, 16)) {
          assert.ok(!draft.tokens.includes(20), "a token of the request before");
        }
      },
    },
    {
      name: "works without feedback, and without a source",
      async run() {
        await write(make(), 8, false);
        const drafter = make();
        await drafter.begin({ prompt: [1, 2, 3] });
        const output: Token[] = [];
        for (const token of [4, 1, 2, 3, 4, 1, 2]) {
          await drafter.draft({ output }, 8);
          output.push(token);
          drafter.accept?.({ committed: [token], accepted: 0 });
        }
      },
    },
    {
      name: "changes neither the request nor the output",
      async run() {
        const frozen = Object.freeze({ ...request, prompt: Object.freeze([...request.prompt]) });
        const drafter = make();
        await drafter.begin(frozen as DraftRequest);
        const written = Object.freeze(output.slice(0, 6)) as readonly Token[];
        await drafter.draft({ output: written }, 8);
      },
    },
    {
      name: "needs fewer steps than tokens where the output is mostly known",
      ...(copies ? {} : { skip: "it does not copy" }),
      async run() {
        if (!copies) return;
        const { steps } = await write(make(), 32);
        assert.ok(steps < output.length * 0.75, `${steps} steps for ${output.length} tokens`);
      },
    },
  ];
}
