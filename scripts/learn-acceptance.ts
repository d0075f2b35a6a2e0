/**
 * Learns the acceptance statistics of copied drafts from recorded edits:
 *
 *     npx tsx scripts/learn-acceptance.ts --data <traces> --vocab <gguf> [--vocab <gguf>]
 *
 * Writes src/draft/acceptance-weights.ts (learnt from everything) and src/bench/traces/acceptance-folds.ts (per
 * fold, learnt from the tasks of the other folds: what the bench uses for traces of known tasks).
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { acceptanceFolds } from "../src/bench/traces/acceptance-folds.ts";
import { readTraces, tokenizeTrace } from "../src/bench/traces/data.ts";
import { foldCount, foldOf } from "../src/bench/traces/folds.ts";
import { decodeNetwork, encodeNetwork, type Network } from "../src/draft/acceptance-model.ts";
import { featureCount } from "../src/draft/copy-features.ts";
import { createSpelling } from "../src/draft/spelling.ts";
import { loadTokenizer } from "../src/target/bpe.ts";
import { collect } from "./learn/collect.ts";
import { type Example, firstTokenLoss, trainNetwork } from "./learn/network.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    vocab: { type: "string", multiple: true },
    hidden: { type: "string", default: "24" },
    epochs: { type: "string", default: "3" },
    rounds: { type: "string", default: "2" },
    /** Begin with the choices of the present weights instead of a rule of thumb. */
    "from-present": { type: "boolean", default: false },
  },
});
const log = (text: string): void => void process.stderr.write(`${text}\n`);
if (values.data === undefined || values.vocab === undefined) {
  log("usage: learn-acceptance --data <traces> --vocab <gguf> [--vocab <gguf>]");
  process.exit(2);
}

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
  for (const [v, vocab] of values.vocab.entries()) {
    const tokenizer = await loadTokenizer(vocab);
    const spelling = createSpelling((tokens) =>
      tokens.map((token) => Buffer.from(tokenizer.detokenize([token])).toString()),
    );
    for (const suite of readTraces(values.data)) {
      let forwards = 0;
      for (const [i, record] of suite.records.entries()) {
        const trace = tokenizeTrace(record, tokenizer);
        for (const text of [trace.prompt, trace.source, trace.context, trace.sketch, trace.output])
          spelling.learn(text);
        const fold = foldOf(trace.task);
        const plain = collect(trace, { sketch: false, candidates: [] }, spelling, folds?.[fold]);
        forwards += plain.forwards;
        perFold[fold]!.push(...plain.examples);
        if (i % 3 !== v % 3) continue;
        perFold[fold]!.push(
          ...collect(trace, { sketch: true, candidates: [] }, spelling, folds?.[fold]).examples,
        );
      }
      log(`round ${round} ${suite.name}: ${(forwards / suite.records.length).toFixed(2)} forwards`);
    }
  }
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
