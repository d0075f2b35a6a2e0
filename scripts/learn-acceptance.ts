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
import {
  type AcceptanceWeights,
  decodeNetwork,
  encodeNetwork,
  type Network,
} from "../src/draft/acceptance-model.ts";
import { acceptanceWeights } from "../src/draft/acceptance-weights.ts";
import { featureCount } from "../src/draft/copy-features.ts";
import { riskFeatureCount } from "../src/draft/risk-features.ts";
import { createSpelling } from "../src/draft/spelling.ts";
import { loadTokenizer } from "../src/engines/bpe.ts";
import { type Collected, collect } from "./learn/collect.ts";
import {
  type DraftExample,
  type Example,
  firstTokenLoss,
  lcg,
  trainNetwork,
  trainRisk,
} from "./learn/network.ts";
import { readRecordings } from "./learn/recordings.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    vocab: { type: "string", multiple: true, default: [] },
    recorded: { type: "string", multiple: true, default: [] },
    /** Share of the traces, for trying things. */
    share: { type: "string", default: "1" },
    hidden: { type: "string", default: "24" },
    "risk-hidden": { type: "string", default: "16" },
    epochs: { type: "string", default: "3" },
    /** Keeps the present survival networks and learns only which tokens break a draft. */
    "risk-only": { type: "boolean", default: false },
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
const riskInputs = riskFeatureCount + 1;
const options = {
  hidden: Number(values.hidden),
  epochs: Number(values.epochs),
};
/** What was seen in the tasks of one fold. */
interface Seen {
  readonly examples: Example[];
  readonly drafts: DraftExample[];
}

interface Learnt {
  readonly survival: Network;
  readonly risk: Network;
}

function learn(seen: readonly Seen[], seed: number, present: AcceptanceWeights): Learnt {
  const survival = values["risk-only"]
    ? decodeNetwork(present.survival)
    : trainNetwork(
        seen.flatMap(({ examples }) => examples),
        { ...options, inputs: featureCount, seed },
      );
  const drafts = seen.flatMap((fold) => fold.drafts);
  const hidden = Number(values["risk-hidden"]);
  const risk = trainRisk(drafts, survival, { ...options, inputs: riskInputs, hidden, seed });
  return { survival, risk };
}

let folds: Network[] | undefined = values["from-present"]
  ? acceptanceFolds.map(({ survival }) => decodeNetwork(survival))
  : undefined;
let learnt: Learnt[] = [];
let everything: Learnt | undefined;
const rounds = Number(values.rounds);
for (let round = 0; round < rounds; round++) {
  const perFold: Seen[] = Array.from({ length: foldCount }, () => ({ examples: [], drafts: [] }));
  const last = round === rounds - 1;
  for (const [v, vocab] of values.vocab.entries()) await fromTraces(vocab, v, perFold, round);
  for (const file of values.recorded) fromRecordings(file, perFold, round);
  log(`${perFold.reduce((sum, { examples }) => sum + examples.length, 0)} examples`);
  const others = (fold: number): Seen[] => perFold.filter((_, other) => other !== fold);
  const note = (fold: number, network: Network): void => {
    const loss = firstTokenLoss(network, perFold[fold]!.examples);
    log(`fold ${fold}: first-token loss on its own traces ${loss.toFixed(4)}`);
  };
  if (last) {
    learnt = perFold.map((_, fold) => learn(others(fold), fold + 1, acceptanceFolds[fold]!));
    everything = learn(perFold, 99, acceptanceWeights);
    learnt.forEach(({ survival }, fold) => {
      note(fold, survival);
    });
  } else {
    folds = perFold.map((_, fold) =>
      trainNetwork(
        others(fold).flatMap(({ examples }) => examples),
        { ...options, inputs: featureCount, seed: fold + 1 },
      ),
    );
    folds.forEach((network, fold) => {
      note(fold, network);
    });
  }
}

function keep({ examples, drafts }: Collected, { examples: all, drafts: allDrafts }: Seen): void {
  for (const example of examples) all.push(example);
  for (const draft of drafts) allDrafts.push(draft);
}

/** Examples of every recorded edit, and of every other one with its sketch as a text to copy from. */
async function fromTraces(vocab: string, v: number, perFold: Seen[], round: number) {
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
        keep(found, perFold[fold]!);
      };
      for (const text of [prompt, source, context, sketch, output]) spelling.learn(text);
      add({});
      if (i % 3 === v % 3 && sketch.length > 0) add({ sketch });
    }
    log(`round ${round} ${suite.name}: ${(passes / count).toFixed(2)} passes`);
  }
}

/** Examples of what an apply model wrote: from the source alone, with the sketch, and with the merge's text as well. */
function fromRecordings(file: string, perFold: Seen[], round: number): void {
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
      keep(found, perFold[fold]!);
    }
  }
  log(`round ${round} ${file}: ${(passes / recordings.length).toFixed(2)} passes`);
}

const header = "// Made by scripts/learn-acceptance.ts; do not edit.\n";
const encode = ({ survival, risk }: Learnt): AcceptanceWeights => ({
  survival: encodeNetwork(survival),
  risk: encodeNetwork(risk),
});
writeFileSync(
  "src/draft/acceptance-weights.ts",
  `${header}import type { AcceptanceWeights } from "./acceptance-model.ts";

export const acceptanceWeights: AcceptanceWeights = ${JSON.stringify(encode(everything!))};
`,
);
writeFileSync(
  "src/bench/traces/acceptance-folds.ts",
  `${header}import type { AcceptanceWeights } from "../../draft/acceptance-model.ts";

export const acceptanceFolds: readonly AcceptanceWeights[] = ${JSON.stringify(learnt.map(encode))};
`,
);
