/**
 * Learns the acceptance statistics of copied drafts from recorded edits, and from what apply models wrote
 * (scripts/record-apply.ts):
 *
 *     node --import tsx scripts/learn-acceptance.ts --data <traces> --vocab <gguf> [--vocab <gguf>] [--recorded <jsonl>]
 *
 * Writes src/draft/acceptance-weights.ts (learnt from everything) and src/bench/traces/acceptance-folds.ts (per
 * fold, learnt from the tasks of the other folds: what the bench uses for traces of known tasks).
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { acceptanceFolds } from "../src/bench/traces/acceptance-folds.ts";
import { readTraces, tokenizeTrace } from "../src/bench/traces/data.ts";
import { foldCount, foldOf } from "../src/bench/traces/folds.ts";
import type { DraftRequest } from "../src/core/target.ts";
import { decodeNetwork, encodeNetwork, type Network } from "../src/draft/acceptance-model.ts";
import { featureCount } from "../src/draft/copy-features.ts";
import { createSpelling } from "../src/draft/spelling.ts";
import { loadTokenizer } from "../src/target/bpe.ts";
import { collect } from "./learn/collect.ts";
import { type Example, firstTokenLoss, lcg, trainNetwork } from "./learn/network.ts";
import { readRecordings } from "./learn/recordings.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    vocab: { type: "string", multiple: true, default: [] },
    recorded: { type: "string", multiple: true, default: [] },
    /** Share of the traces, for trying things. */
    share: { type: "string", default: "1" },
    hidden: { type: "string", default: "24" },
    epochs: { type: "string", default: "3" },
    rounds: { type: "string", default: "2" },
    /** Begin with the choices of the present weights instead of a rule of thumb. */
    "from-present": { type: "boolean", default: false },
  },
});
const log = (text: string): void => void process.stderr.write(`${text}\n`);
if (values.data === undefined && values.recorded.length === 0) {
  log(
    "usage: learn-acceptance --data <traces> --vocab <gguf> [--vocab <gguf>] [--recorded <jsonl>]",
  );
  process.exit(2);
}

const random = lcg(7);
const options = {
  inputs: featureCount,
  hidden: Number(values.hidden),
  epochs: Number(values.epochs),
};
let folds: Network[] | undefined = values["from-present"]
  ? acceptanceFolds.map(decodeNetwork)
  : undefined;
let everything: Network | undefined;
for (let round = 0; round < Number(values.rounds); round++) {
  const perFold: Example[][] = Array.from({ length: foldCount }, () => []);
  for (const [v, vocab] of values.vocab.entries()) await fromTraces(vocab, v, perFold, round);
  for (const file of values.recorded) fromRecordings(file, perFold, round);
  log(`${perFold.reduce((sum, { length }) => sum + length, 0)} examples`);
  folds = perFold.map((held, fold) => {
    const network = trainNetwork(
      perFold.flatMap((examples, other) => (other === fold ? [] : examples)),
      { ...options, seed: fold + 1 },
    );
    log(
      `fold ${fold}: first-token loss on its own traces ${firstTokenLoss(network, held).toFixed(4)}`,
    );
    return network;
  });
  if (round + 1 === Number(values.rounds))
    everything = trainNetwork(perFold.flat(), { ...options, seed: 99 });
}

/** Examples of every recorded edit, and of every other one with its sketch as a text to copy from. */
async function fromTraces(vocab: string, v: number, perFold: Example[][], round: number) {
  const tokenizer = await loadTokenizer(vocab);
  const spelling = createSpelling((tokens) =>
    tokens.map((token) => Buffer.from(tokenizer.detokenize([token])).toString()),
  );
  for (const suite of readTraces(values.data!)) {
    let passes = 0;
    let count = 0;
    for (const [i, record] of suite.records.entries()) {
      if (random() > Number(values.share)) continue;
      count++;
      const { prompt, source, context, sketch, output, task } = tokenizeTrace(record, tokenizer);
      const fold = foldOf(task);
      const request = { prompt, source, ...(context.length > 0 && { context: [context] }) };
      const add = (more: Partial<DraftRequest>): void => {
        const found = collect({ ...request, ...more }, output, spelling, folds?.[fold], random);
        passes += found.passes;
        for (const example of found.examples) perFold[fold]!.push(example);
      };
      for (const text of [prompt, source, context, sketch, output]) spelling.learn(text);
      add({});
      if (i % 3 === v % 3 && sketch.length > 0) add({ sketch });
    }
    log(`round ${round} ${suite.name}: ${(passes / count).toFixed(2)} passes`);
  }
}

/** Examples of what an apply model wrote: from the source alone, with the sketch, and with the merge's text as well. */
function fromRecordings(file: string, perFold: Example[][], round: number): void {
  const { pieces, recordings } = readRecordings(file);
  const spelling = createSpelling((tokens) => tokens.map((token) => pieces[token] ?? ""));
  let passes = 0;
  for (const { task, prompt, source, sketch, expected, output } of recordings) {
    const fold = foldOf(task);
    for (const text of [prompt, source, sketch, expected, output]) spelling.learn(text);
    const requests: DraftRequest[] = [
      { prompt, source },
      { prompt, source, sketch },
    ];
    if (expected.length > 0) requests.push({ prompt, source, sketch, candidates: [expected] });
    for (const request of requests) {
      const found = collect(request, output, spelling, folds?.[fold], random);
      passes += found.passes;
      for (const example of found.examples) perFold[fold]!.push(example);
    }
  }
  log(`round ${round} ${file}: ${(passes / recordings.length).toFixed(2)} passes`);
}

const header = "// Made by scripts/learn-acceptance.ts; do not edit.\n";
writeFileSync(
  "src/draft/acceptance-weights.ts",
  `${header}import type { EncodedNetwork } from "./acceptance-model.ts";

export const acceptanceWeights: EncodedNetwork = ${JSON.stringify(encodeNetwork(everything!))};
`,
);
writeFileSync(
  "src/bench/traces/acceptance-folds.ts",
  `${header}import type { EncodedNetwork } from "../../draft/acceptance-model.ts";

export const acceptanceFolds: readonly EncodedNetwork[] = ${JSON.stringify(folds!.map(encodeNetwork))};
`,
);
