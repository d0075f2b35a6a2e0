import assert from "node:assert/strict";
import fc from "fast-check";
import type { Plan, Planner } from "../../src/core/plan.ts";
import type { Token, TokenTarget } from "../../src/core/target.ts";
import { fakeTarget } from "../../src/engines/fake.ts";
import type * as loop from "../../src/verify/decode.ts";

const vocabSize = 6;
const end = vocabSize - 1;

/** What a drafter may do to the loop: right and wrong tokens, lines, trees, nonsense. */
interface Scenario {
  readonly seed: number;
  readonly prompt: readonly Token[];
  readonly before: readonly Token[];
  readonly maxTokens: number;
  readonly contextSize: number;
  readonly maxVerify: number;
  readonly trees: boolean;
  readonly rewind: boolean;
  /** Per step: how many true tokens lead, then arbitrary nodes with parents relative to the last. */
  readonly steps: readonly {
    readonly truth: number;
    readonly nodes: readonly { readonly token: number; readonly parent: number }[];
  }[];
  readonly stopAfter: number;
  readonly abortAt: number;
  readonly stop: readonly string[];
}

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(1_000_000),
  prompt: fc.array(fc.nat(vocabSize - 2), { minLength: 1, maxLength: 8 }),
  before: fc.array(fc.nat(vocabSize - 2), { maxLength: 3 }),
  maxTokens: fc.integer({ min: 0, max: 24 }),
  contextSize: fc.oneof(fc.constant(400), fc.integer({ min: 11, max: 30 })),
  maxVerify: fc.integer({ min: 0, max: 12 }),
  trees: fc.boolean(),
  rewind: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.boolean()),
  steps: fc.array(
    fc.record({
      truth: fc.integer({ min: 0, max: 6 }),
      nodes: fc.array(
        fc.record({
          token: fc.integer({ min: -1, max: vocabSize }),
          parent: fc.integer({ min: -3, max: 8 }),
        }),
        { maxLength: 8 },
      ),
    }),
    { maxLength: 8 },
  ),
  stopAfter: fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 6 })),
  abortAt: fc.oneof(fc.constant(1000), fc.nat(40)),
  stop: fc.oneof(
    fc.constant([]),
    fc.array(
      fc.string({
        unit: fc.constantFrom("\0", "\x01", "\x02", "\x03"),
        minLength: 1,
        maxLength: 3,
      }),
      {
        maxLength: 2,
      },
    ),
  ),
});

/** Fails when decoding with any drafts at all differs from plain decoding, or leaves the sequence wrong. */
export async function checkLossless(
  decode: typeof loop.decode,
  runs: number,
  { shrink = true }: { readonly shrink?: boolean } = {},
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(scenarios, (scenario) => check(decode, scenario)),
    { numRuns: runs, seed: 20261120, endOnFailure: !shrink },
  );
}

async function check(decode: typeof loop.decode, scenario: Scenario): Promise<void> {
  const plain = await run(decode, { ...scenario, stopAfter: 1000, abortAt: 1000 }, undefined);
  assert.deepEqual(
    plain.tokens,
    await reference(scenario),
    "plain decoding is not the target's own choice",
  );
  const drafted = await run(decode, scenario, scriptedPlanner(scenario, plain.truth));
  if (drafted.complete) {
    assert.deepEqual(drafted.tokens, plain.tokens, "the output differs from plain decoding");
    assert.equal(drafted.text, plain.text, "the text differs from plain decoding");
    assert.equal(drafted.finish, plain.finish);
    assert.ok(drafted.passes <= plain.passes, "more passes than plain decoding");
  } else {
    assert.deepEqual(drafted.tokens, plain.tokens.slice(0, drafted.tokens.length));
    assert.ok(plain.text.startsWith(drafted.text));
  }
}

/** What the target writes, found without the loop. */
async function reference(scenario: Scenario): Promise<readonly Token[]> {
  const sequence = await targetOf(scenario).open();
  await sequence.append([...scenario.before, ...scenario.prompt]);
  const output: Token[] = [];
  while (output.length < scenario.maxTokens && sequence.length < scenario.contextSize) {
    const next = (await sequence.verify([])).ids[0]!;
    if (next === end) break;
    output.push(next);
    const text = Buffer.from(output).toString("latin1");
    const cut = Math.min(
      ...scenario.stop.map((stop) => text.indexOf(stop)).filter((at) => at >= 0),
    );
    if (cut !== Number.POSITIVE_INFINITY) return output.slice(0, cut);
    await sequence.commit([]);
    await sequence.append([next]);
  }
  return output;
}

async function run(decode: typeof loop.decode, scenario: Scenario, planner: Planner | undefined) {
  const abort = new AbortController();
  let calls = 0;
  const tick = (): void => {
    if (++calls > scenario.abortAt) abort.abort();
  };
  const target = targetOf(scenario, tick);
  const sequence = await target.open();
  await sequence.append(scenario.before);
  const generation = decode(sequence, {
    request: { prompt: scenario.prompt },
    capabilities: target.capabilities,
    maxTokens: scenario.maxTokens,
    isEnd: target.isEnd,
    stop: scenario.stop,
    detokenize(tokens) {
      tick();
      return target.detokenize(tokens);
    },
    signal: abort.signal,
    ...(planner && { planner }),
  });
  const tokens: Token[] = [];
  let text = "";
  let passes = 0;
  let finish: string | undefined;
  try {
    for (;;) {
      const step = await generation.next();
      if (step.done) {
        finish = step.value.finish;
        assert.deepEqual(step.value.tokens, tokens, "the result is not what was released");
        break;
      }
      assert.equal(step.value.tokens.length, step.value.origins.length);
      tokens.push(...step.value.tokens);
      text += step.value.text;
      if (++passes >= scenario.stopAfter) {
        await generation.return(undefined as never);
        break;
      }
    }
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  }
  await checkSequence(target, sequence, scenario, tokens, finish !== undefined);
  const truth = await reference({ ...scenario, stop: [] });
  return { tokens, text, passes, finish, complete: finish !== undefined, truth };
}

/** The sequence must hold what came before, the prompt and the output (or a beginning of them), and go on from there. */
async function checkSequence(
  target: TokenTarget,
  sequence: Awaited<ReturnType<TokenTarget["open"]>>,
  scenario: Scenario,
  tokens: readonly Token[],
  complete: boolean,
): Promise<void> {
  if (!scenario.rewind) return;
  const truth = await reference({ ...scenario, stop: [] });
  const whole = [...scenario.before, ...scenario.prompt, ...truth];
  const least =
    complete || tokens.length > 0
      ? scenario.before.length + scenario.prompt.length + tokens.length
      : scenario.before.length;
  assert.ok(sequence.length >= least, "the sequence lost tokens");
  if (complete) assert.equal(sequence.length, least, "the sequence holds more than the output");
  assert.ok(sequence.length <= whole.length, "the sequence holds drafted tokens");
  if (sequence.length === 0) return;
  const fresh = await targetOf(scenario).open();
  await fresh.append(whole.slice(0, sequence.length));
  const expected = await fresh.verify([], { topK: 3 });
  const rows = await sequence.verify([], { topK: 3 });
  assert.deepEqual(rows.logits, expected.logits, "the sequence holds other tokens than the output");
  await sequence.commit([]);
  assert.ok(target.capabilities.rewind);
}

function targetOf(scenario: Scenario, tick?: () => void): TokenTarget {
  return fakeTarget({
    vocabSize,
    end,
    seed: scenario.seed,
    capabilities: {
      contextSize: scenario.contextSize,
      maxVerify: scenario.maxVerify,
      trees: scenario.trees,
      rewind: scenario.rewind,
    },
    ...(tick && { onPass: tick }),
  });
}

function scriptedPlanner(scenario: Scenario, truth: readonly Token[]): Planner {
  let step = 0;
  let written = 0;
  return {
    name: "scripted",
    begin() {},
    plan(state): Plan {
      assert.equal(state.output.length, written, "the planner was not told of all tokens");
      const { truth: right, nodes } = scenario.steps[
        step++ % Math.max(1, scenario.steps.length)
      ] ?? {
        truth: 0,
        nodes: [],
      };
      const trunk = truth
        .slice(written, written + right)
        .map((token, i) => ({ token, parent: i - 1 }));
      const all = [
        ...trunk,
        ...nodes.map(({ token, parent }) => ({ token, parent: trunk.length - 1 + parent })),
      ];
      return { nodes: all, origins: all.map(() => "source"), draftForwards: 0 };
    },
    observe({ committed, path, plan }) {
      assert.deepEqual(
        committed.slice(0, -1),
        path.map((index) => plan.nodes[index]!.token),
      );
      written += committed.length;
    },
  };
}
