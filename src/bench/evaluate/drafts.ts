import { Command, InvalidArgumentError } from "commander";
import { type Clock, systemClock } from "../../core/clock.ts";
import type { Drafter, Token } from "../../core/target.ts";
import { type TokenPredictor, targetPredictor } from "../../draft/draft-model.ts";
import { fixedPlanner } from "../../draft/fixed-planner.ts";
import type { LlamaTarget } from "../../engines/llama/target.ts";
import { engines } from "../../engines/registry.ts";
import { modelPath } from "../../engines/store/store.ts";
import { acceptanceNamed } from "../../verify/accept.ts";
import { decode } from "../../verify/decode.ts";
import { textTable } from "../table.ts";
import { applyPrompt, regionTokens } from "./prompt.ts";
import { type RegionQuestion, readQuestions } from "./questions.ts";

/** Tokens that the draft model writes at a time, as in EfficientEdit's Generate phase. */
const gamma = 7;

const rules = [
  "greedy",
  ...[3, 5, 7].flatMap((k) => [`entropy-${k}-floor`, `entropy-${k}-ceil`]),
  "top-3",
  "direct",
];

interface Options {
  readonly model: string;
  readonly draft: readonly string[];
  readonly data: string;
  readonly rule: readonly string[];
  readonly limit: number;
  readonly length: number;
  readonly json?: boolean;
}

/** One draft model under one acceptance rule, over all regions. */
export interface DraftsRow {
  readonly suite: "drafts";
  readonly draft: string;
  readonly rule: string;
  readonly regions: number;
  readonly tokens: number;
  readonly forwards: number;
  readonly draftForwards: number;
  /** Share of drafted tokens that were accepted. */
  readonly acceptance: number;
  /** Accepted tokens per pass of the target that had a draft. */
  readonly accepted: number;
  readonly seconds: number;
  /** Against plain decoding of the target, in seconds of the same run. */
  readonly speedup: number;
  /** Share of regions written as expected. */
  readonly exact: number;
  /** Share of regions written as the target alone writes them. */
  readonly asTarget: number;
}

/** `redraft bench drafts`: draft models against acceptance rules, as in EfficientEdit's Table II, on held-out regions. */
export function draftsCommand(): Command {
  return new Command("drafts")
    .description(
      "draft models under every acceptance rule: accepted tokens, passes, time, exact match",
    )
    .requiredOption("--model <gguf>", "the target")
    .requiredOption("--draft <gguf...>", "draft models with the target's vocabulary")
    .requiredOption("--data <jsonl>", "region questions, as training/questions.py writes them")
    .option("--rule <name...>", "acceptance rules", rules)
    .option("--limit <n>", "regions", count, 24)
    .option("--length <n>", "longest region in tokens", count, 256)
    .option("--json", "print JSON, one object per row")
    .action(run);
}

interface Sum {
  tokens: number;
  forwards: number;
  draftForwards: number;
  drafts: number;
  draftTokens: number;
  acceptedTokens: number;
  seconds: number;
  exact: number;
  asTarget: number;
}

const empty = (): Sum => ({
  tokens: 0,
  forwards: 0,
  draftForwards: 0,
  drafts: 0,
  draftTokens: 0,
  acceptedTokens: 0,
  seconds: 0,
  exact: 0,
  asTarget: 0,
});

async function run(options: Options): Promise<void> {
  const open = async (name: string): Promise<LlamaTarget> =>
    engines.gguf.openTokens(await modelPath(name), { contextSize: 4096 });
  const target = await open(options.model);
  const drafts: { name: string; target: LlamaTarget }[] = [];
  try {
    for (const name of options.draft) drafts.push({ name, target: await open(name) });
    const regions = await regionsFrom(options);
    const plain = empty();
    const sums = new Map<string, Sum>();
    for (const region of regions) {
      // Interleaved: all combinations of one region run one after the other.
      const alone = await write(target, region, undefined, "greedy", plain);
      for (const { name, target: draft } of drafts) {
        for (const rule of options.rule) {
          const key = `${name}\u0000${rule}`;
          const sum = sums.get(key) ?? empty();
          sums.set(key, sum);
          const predictor = targetPredictor(draft);
          const written = await write(target, region, predictor, rule, sum);
          await predictor.dispose();
          sum.asTarget += Number(written.join() === alone.join());
        }
      }
    }
    plain.asTarget = regions.length;
    const rows = [
      rowOf("none", "greedy", plain, plain, regions.length),
      ...[...sums].map(([key, sum]) => {
        const [name, rule] = key.split("\u0000");
        return rowOf(name!, rule!, sum, plain, regions.length);
      }),
    ];
    process.stdout.write(
      options.json ? rows.map((row) => `${JSON.stringify(row)}\n`).join("") : table(rows),
    );
  } finally {
    for (const draft of drafts) await draft.target.dispose();
    await target.dispose();
  }
}

async function regionsFrom(options: Options): Promise<RegionQuestion[]> {
  const regions: RegionQuestion[] = [];
  for await (const question of readQuestions(options.data)) {
    if (regions.length >= options.limit) break;
    if (question.kind === "region" && question.length <= options.length) regions.push(question);
  }
  return regions;
}

async function write(
  target: LlamaTarget,
  region: RegionQuestion,
  predictor: TokenPredictor | undefined,
  rule: string,
  sum: Sum,
  clock: Clock = systemClock,
): Promise<readonly Token[]> {
  const prompt = await applyPrompt(target, region.original, region.sketch);
  const expected = await regionTokens(target, region.expected);
  const sequence = await target.open();
  try {
    const started = clock.now();
    const steps = decode(sequence, {
      request: { prompt },
      ...(predictor && { planner: fixedPlanner([blocks(predictor)], { budget: gamma }) }),
      acceptance: acceptanceNamed(rule),
      capabilities: target.capabilities,
      maxTokens: 2 * expected.length + 64,
      isEnd: (token) => target.isEnd(token),
    });
    for (;;) {
      const step = await steps.next();
      if (!step.done) continue;
      const { tokens, stats } = step.value;
      sum.seconds += (clock.now() - started) / 1000;
      sum.tokens += tokens.length;
      sum.forwards += stats.forwards;
      sum.draftForwards += stats.draftForwards;
      sum.drafts += stats.drafts;
      sum.draftTokens += stats.draftTokens;
      sum.acceptedTokens += stats.acceptedTokens;
      sum.exact += Number(tokens.join() === expected.join());
      return tokens;
    }
  } finally {
    await sequence.dispose();
  }
}

/** The draft model's next tokens, always the same number of them. */
function blocks(predictor: TokenPredictor): Drafter {
  return {
    name: "draft-model",
    begin: (request) => predictor.begin(request),
    async draft({ output }, budget, signal) {
      const tokens: Token[] = [];
      while (tokens.length < budget) {
        tokens.push((await predictor.next(output, tokens, signal)).token);
      }
      return tokens.length === 0
        ? []
        : [{ tokens, drafter: "draft-model", origin: "draft-model", forwards: tokens.length }];
    },
  };
}

function rowOf(draft: string, rule: string, sum: Sum, plain: Sum, regions: number): DraftsRow {
  return {
    suite: "drafts",
    draft,
    rule,
    regions,
    tokens: sum.tokens,
    forwards: sum.forwards,
    draftForwards: sum.draftForwards,
    acceptance: sum.draftTokens === 0 ? 0 : sum.acceptedTokens / sum.draftTokens,
    accepted: sum.drafts === 0 ? 0 : sum.acceptedTokens / sum.drafts,
    seconds: sum.seconds,
    // Per token: lossy rules may write more or fewer tokens.
    speedup: plain.seconds / plain.tokens / (sum.seconds / Math.max(1, sum.tokens)),
    exact: sum.exact / regions,
    asTarget: sum.asTarget / regions,
  };
}

function table(rows: readonly DraftsRow[]): string {
  const round = (value: number, digits: number): number => Number(value.toFixed(digits));
  return textTable(
    [
      "draft",
      "rule",
      "tokens",
      "passes",
      "draft passes",
      "accepted %",
      "per pass",
      "seconds",
      "speed-up",
      "exact %",
      "as target %",
    ],
    rows.map((row) => [
      row.draft,
      row.rule,
      row.tokens,
      row.forwards,
      row.draftForwards,
      round(100 * row.acceptance, 1),
      round(row.accepted, 2),
      round(row.seconds, 2),
      round(row.speedup, 2),
      round(100 * row.exact, 1),
      round(100 * row.asTarget, 1),
    ]),
  );
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("a whole number above 0 is needed");
  return value;
}
