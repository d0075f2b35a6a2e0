/**
 * Describes how long copied drafts would have been right in recorded edits, and in what apply models wrote (scripts/record-apply.ts). The data of
 * training/acceptance.py.
 *
 *   node --import tsx scripts/describe-drafts.ts --data <traces> --vocab <gguf> [--vocab <gguf>] [--recorded <jsonl>]
 *     [--folds <asset>] [--share <0 to 1>] [--seed <n>] > drafts.jsonl
 *
 * The first line names the features and the constants of the model. Every other line is an example: a candidate
 * `{ fold, indices, values, accepted, censored }`, or a draft `{ fold, indices, values, tokens }` with tokens
 * `{ at, right, weight, indices, values }`. Features that are 0 are left out.
 */
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { readAsset } from "../src/assets/asset.ts";
import { readTraces, tokenizeTrace } from "../src/bench/traces/data.ts";
import { foldCount, foldOf } from "../src/bench/traces/folds.ts";
import type { DraftRequest, Token } from "../src/core/target.ts";
import { acceptanceFeatures } from "../src/draft/acceptance-asset.ts";
import {
  type AcceptanceWeights,
  decodeNetwork,
  hazardScale,
  leak,
  leastHazard,
  type Network,
  thresholds,
} from "../src/draft/acceptance-model.ts";
import { createSpelling, type TokenSpelling } from "../src/draft/spelling.ts";
import { loadTokenizer } from "../src/engines/bpe.ts";
import { collect } from "./draft-examples/collect.ts";
import { lcg } from "./draft-examples/lcg.ts";
import { readRecordings } from "./draft-examples/recordings.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    vocab: { type: "string", multiple: true, default: [] },
    recorded: { type: "string", multiple: true, default: [] },
    /** Networks per fold that choose what to copy; default: a rule of thumb. */
    folds: { type: "string" },
    /** Share of the traces. */
    share: { type: "string", default: "1" },
    seed: { type: "string", default: "7" },
  },
});
if (values.data === undefined && values.recorded.length === 0) {
  process.stderr.write(
    "usage: describe-drafts --data <traces> --vocab <gguf> [--recorded <jsonl>] > drafts.jsonl\n",
  );
  process.exit(2);
}
const random = lcg(Number(values.seed));
const networks = values.folds === undefined ? undefined : networksOf(values.folds);

function networksOf(file: string): Network[] {
  const expected = { name: "acceptance-folds", version: 1, features: acceptanceFeatures };
  const folds = readAsset(pathToFileURL(file), expected) as readonly AcceptanceWeights[];
  return folds.map(({ survival }) => decodeNetwork(survival));
}

async function print(value: unknown): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(value)}\n`)) await once(process.stdout, "drain");
}

const short = (numbers: Float32Array): number[] =>
  Array.from(numbers, (value) => Number(value.toFixed(5)));

/** Prints the examples of one generation; the number of passes that it took. */
async function describe(
  task: string,
  request: DraftRequest,
  output: readonly Token[],
  spelling: TokenSpelling,
): Promise<number> {
  const fold = foldOf(task);
  const { examples, drafts, passes } = collect(request, output, spelling, networks?.[fold], random);
  for (const { indices, values, accepted, censored } of examples) {
    await print({ fold, indices: [...indices], values: short(values), accepted, censored });
  }
  for (const { indices, values, tokens } of drafts) {
    const described = tokens.map((token) => ({
      ...token,
      indices: [...token.indices],
      values: short(token.values),
    }));
    await print({ fold, indices: [...indices], values: short(values), tokens: described });
  }
  return passes;
}

const note = (what: string, passes: number, count: number): void =>
  void process.stderr.write(`${what}: ${(passes / Math.max(1, count)).toFixed(2)} passes\n`);

/** Every recorded edit, and every third one with its sketch as a text to copy from. */
async function fromTraces(data: string, vocab: string, v: number): Promise<void> {
  const tokenizer = await loadTokenizer(vocab);
  const spelling = createSpelling((tokens) =>
    tokens.map((token) => Buffer.from(tokenizer.detokenize([token])).toString()),
  );
  for (const suite of readTraces(data)) {
    let passes = 0;
    let count = 0;
    for (const [i, record] of suite.records.entries()) {
      if (random() > Number(values.share)) continue;
      count++;
      const { prompt, source, context, sketch, output, task } = tokenizeTrace(record, tokenizer);
      const request = { prompt, source, ...(context.length > 0 && { context: [context] }) };
      for (const text of [prompt, source, context, sketch, output]) spelling.learn(text);
      passes += await describe(task, request, output, spelling);
      if (i % 3 === v % 3 && sketch.length > 0) {
        passes += await describe(task, { ...request, sketch }, output, spelling);
      }
    }
    note(suite.name, passes, count);
  }
}

/** What an apply model wrote: from the source alone, with the sketch, and with the merge's text as well. */
async function fromRecordings(file: string): Promise<void> {
  const { pieces, recordings } = readRecordings(file);
  const spelling = createSpelling((tokens) => tokens.map((token) => pieces[token] ?? ""));
  let passes = 0;
  for (const { task, prompt, source, sketch, expected, output } of recordings) {
    for (const text of [prompt, source, sketch, expected, output]) spelling.learn(text);
    const requests: DraftRequest[] = [
      { prompt, source },
      { prompt, source, sketch },
    ];
    if (expected.length > 0) requests.push({ prompt, source, sketch, candidates: [expected] });
    for (const request of requests) passes += await describe(task, request, output, spelling);
  }
  note(file, passes, recordings.length);
}

await print({
  features: acceptanceFeatures,
  thresholds,
  leak,
  leastHazard,
  hazardScale,
  folds: foldCount,
});
for (const [v, vocab] of values.vocab.entries()) await fromTraces(values.data!, vocab, v);
for (const file of values.recorded) await fromRecordings(file);
