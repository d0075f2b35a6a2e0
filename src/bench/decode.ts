import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import { spellerOf } from "../draft/spelling.ts";
import {
  calibrate,
  type LlamaTarget,
  type LlamaVocabulary,
  llamaVocabulary,
} from "../engines/llama/target.ts";
import { engines } from "../engines/registry.ts";
import { modelPath } from "../engines/store/store.ts";
import { count } from "./calibrate.ts";
import { regionSet, setNames } from "./decode/case-sets.ts";
import { type ChosenSet, chooseCases, contextFor } from "./decode/choose.ts";
import { knownCurve, measuredCurve } from "./decode/cost-curves.ts";
import { copyOracle } from "./decode/oracle.ts";
import { recordDrafts, recordSets } from "./decode/record-run.ts";
import { recordedSets } from "./decode/recorded-sets.ts";
import { replayRows } from "./decode/replay.ts";
import { type DecodeRow, rowOf } from "./decode/rows.ts";
import { type ClockKind, generate } from "./decode/run.ts";
import { requireSameVocabulary } from "./decode/same-vocabulary.ts";
import { plainName, requestFor, type Strategy, strategiesFor } from "./decode/strategies.ts";
import type { KernelNoise } from "./decode/ties.ts";
import { timeStrategies } from "./decode/timed.ts";
import { timelineSvg } from "./decode/timeline.ts";
import { markdownTable, textTable } from "./table.ts";
import { namedStrategies, strategies } from "./traces/strategies.ts";

interface Options {
  readonly model: string;
  readonly draft?: string;
  readonly data: string;
  readonly cases: string[];
  readonly sample?: number;
  readonly seed?: number;
  readonly limit?: number;
  readonly length?: number;
  readonly maxTokens?: number;
  readonly strategy?: string[];
  readonly runs?: number;
  readonly threads?: number;
  readonly tie?: number;
  readonly clock?: ClockKind;
  readonly record?: string;
  readonly replay?: string;
  readonly cost?: string;
  readonly svg?: string;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

/** `redraft bench decode`: strategies on real weights, interleaved, beside plain decoding twice. */
export function decodeCommand(): Command {
  return new Command("decode")
    .description("decodes edits on real weights by every strategy, interleaved with plain decoding")
    .requiredOption("--model <gguf>", "the target, or the name of an installed model")
    .option(
      "--draft <gguf>",
      "a small model with the same vocabulary, for the strategies with +draft",
    )
    .requiredOption(
      "--data <path>",
      "the folder of the case sets' JSONL files; for regions a folder with cases*.jsonl, or a file",
    )
    .addOption(
      new Option(
        "--cases <sets>",
        `case sets, in this order: ${setNames.join(", ")}; regions need an apply model`,
      )
        .default([regionSet], regionSet)
        .argParser((text: string) => text.split(",").filter((name) => name !== "")),
    )
    .option("--sample <n>", "of every set but regions, as many as the seed draws first", count)
    .option("--seed <n>", "what draws the order of the cases (default: 1)", count)
    .option("--limit <n>", "regions, in the order of the data (default: 200)", count)
    .option(
      "--length <n>",
      "longest prompt in tokens (default: 4608); of a region, prompt and expected output (1280)",
      count,
    )
    .option(
      "--max-tokens <n>",
      "longest output (default: twice the original and 128 more; of a region, --length)",
      count,
    )
    .option("--strategy <name...>", "only these (default: all)")
    .option("--runs <n>", "interleaved runs; medians are reported (default: 5)", count)
    .option("--threads <n>", "threads (default: cores - 1)", count)
    .option(
      "--tie <logits>",
      "two logits this close are a near-tie (default: 0.1, or as far as passes of 1 and of 64 tokens disagree on the same output)",
      Number,
    )
    .addOption(
      new Option(
        "--clock <kind>",
        "wall clock (default), or processor time of both processes",
      ).choices(["wall", "cpu"]),
    )
    .option(
      "--record <folder>",
      "write the outputs of plain decoding there instead, once per model and case; with --draft, what that model says of the outputs that are there; may be ended and run again",
    )
    .option(
      "--replay <folder>",
      "passes, acceptance and the oracle from the outputs recorded there, without the weights; strategies with a draft model are left out",
    )
    .option(
      "--cost <file>",
      'cost of passes, as "bench calibrate --json" prints it (default: as measured on this machine)',
    )
    .option("--svg <file>", "draw how the last strategy wrote the first case")
    .option("--markdown", "print the table as Markdown")
    .option("--json", "print JSON, one object per row")
    .action(run);
}

/** Options that a way of running has no use for. */
const unusedBy: Readonly<Record<string, readonly (keyof Options)[]>> = {
  record: ["strategy", "runs", "tie", "clock", "replay", "cost", "svg", "markdown"],
  replay: ["draft", "runs", "tie", "clock", "svg"],
};

function requireUsed(options: Options): void {
  const refuse = (flag: string, why: string): never => {
    throw new RedraftError("usage", `--${kebab(flag)} ${why}`);
  };
  for (const [way, unused] of Object.entries(unusedBy)) {
    if (options[way as keyof Options] === undefined) continue;
    const given = unused.find((flag) => options[flag] !== undefined);
    if (given !== undefined) refuse(given, `has no use with --${way}`);
  }
  const regions = options.cases.includes(regionSet);
  const others = options.cases.some((set) => set !== regionSet);
  if (!regions && options.limit !== undefined) refuse("limit", "is for regions; use --sample");
  if (others) return;
  const given = (["sample", "seed", "maxTokens"] as const).find(
    (flag) => options[flag] !== undefined,
  );
  if (given !== undefined)
    refuse(given, `is for other sets than ${regionSet}; name them by --cases`);
}

function kebab(flag: string): string {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

async function run(options: Options): Promise<void> {
  requireUsed(options);
  const model = await modelPath(options.model);
  if (options.replay !== undefined) return runReplay(model, options.replay, options);
  const vocabulary = await llamaVocabulary(model);
  if (options.record !== undefined && options.draft !== undefined) {
    const draft = await modelPath(options.draft);
    return runRecordDrafts(vocabulary, { target: model, draft }, options.record, options);
  }
  const sets = await setsFor(vocabulary, options).finally(vocabulary.dispose);
  const contextSize = contextFor(sets);
  const threads = options.threads && { threads: options.threads };
  const target = await engines.gguf.openTokens(model, { contextSize, ...threads });
  try {
    if (options.record !== undefined) await runRecord(target, model, sets, options.record, options);
    else await runTimed(target, sets, contextSize, options);
  } finally {
    await target.dispose();
  }
}

async function setsFor(vocabulary: LlamaVocabulary, options: Options): Promise<ChosenSet[]> {
  const sets = await chooseCases(vocabulary, {
    ...options,
    sets: options.cases,
    seed: options.seed ?? 1,
    limit: options.limit ?? 200,
  });
  for (const { set, cases, tooLong } of sets) {
    if (tooLong > 0) process.stderr.write(`${set}: ${tooLong} longer than --length, left out\n`);
    if (cases.length === 0) {
      throw new RedraftError("usage", `no case of ${set} in ${options.data} fits into --length`);
    }
  }
  return sets;
}

async function runReplay(model: string, folder: string, options: Options): Promise<void> {
  const vocabulary = await llamaVocabulary(model);
  try {
    const curve = await knownCurve(model, options);
    const replayed = strategies.filter(({ draftModel, sketch }) => !draftModel && !sketch);
    const named = namedStrategies(replayed, options.strategy);
    const sets = await setsFor(vocabulary, options);
    const head = replayColumns;
    for (const recorded of await recordedSets(model, sets, folder)) {
      const rows = await replayRows({
        ...recorded,
        strategies: named,
        vocabulary,
        vocabSize: vocabulary.info.vocabSize,
        cost: (positions) => curve.at(positions),
        progress: showProgress(recorded.set),
      });
      note("\r\u001b[K");
      if (options.json) {
        for (const row of rows) {
          process.stdout.write(`${JSON.stringify({ ...row, model: vocabulary.info.name })}\n`);
        }
        continue;
      }
      const { set, cases, missing, cutOff } = recorded;
      const table = options.markdown ? markdownTable : textTable;
      const cells = rows.map((row) => head.map((column) => row[column]));
      process.stdout.write(
        `${set}: ${cases.length} recorded outputs, ${cutOff} cut off at the limit, ${missing} not recorded yet\n\n${table(head, cells)}\n`,
      );
    }
  } finally {
    await vocabulary.dispose();
  }
}

const replayColumns = [
  "strategy",
  "cases",
  "tokens",
  "forwards",
  "tokensPerForward",
  "macro",
  "acceptance",
  "positions",
  "efficiency",
  "ofOracle",
  "worst",
] as const;

function note(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(text);
}

function showProgress(set: string): (done: number, of: number) => void {
  return (done, of) => note(`\r${bar(done / of)} ${set} ${done} of ${of}\u001b[K`);
}

async function runRecordDrafts(
  vocabulary: LlamaVocabulary,
  path: { readonly target: string; readonly draft: string },
  folder: string,
  options: Options,
): Promise<void> {
  try {
    const sets = await setsFor(vocabulary, options);
    const draft = await engines.gguf.openTokens(path.draft, {
      contextSize: contextFor(sets),
      ...(options.threads && { threads: options.threads }),
    });
    try {
      const { name, vocabSize } = vocabulary.info;
      await requireSameVocabulary({ ...vocabulary, name, capabilities: { vocabSize } }, draft);
      const rows = await recordDrafts(draft, path, sets, folder, lineNote);
      if (process.stderr.isTTY) note("\r\u001b[K");
      printRecorded(rows, ["set", "cases", "written", "file"], options);
    } finally {
      await draft.dispose();
    }
  } finally {
    await vocabulary.dispose();
  }
}

/** A line that the next one replaces, on a terminal. */
function lineNote(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r${text}\u001b[K` : `${text}\n`);
}

function printRecorded<Row extends object>(
  rows: readonly Row[],
  head: readonly (keyof Row & string)[],
  { json }: Options,
): void {
  if (json) {
    for (const row of rows) {
      process.stdout.write(`${JSON.stringify({ suite: "decode-record", ...row })}\n`);
    }
    return;
  }
  const cells = rows.map((row) => head.map((column) => row[column] as string | number));
  process.stdout.write(textTable(head, cells));
}

async function runRecord(
  target: LlamaTarget,
  model: string,
  sets: readonly ChosenSet[],
  folder: string,
  options: Options,
): Promise<void> {
  const rows = await recordSets(target, model, sets, folder, lineNote);
  if (process.stderr.isTTY) note("\r\u001b[K");
  printRecorded(rows, ["set", "cases", "written", "cutOff", "tooLong", "file"], options);
}

async function runTimed(
  target: LlamaTarget,
  sets: readonly ChosenSet[],
  contextSize: number,
  options: Options,
): Promise<void> {
  const { runs = 5, clock = "wall", tie } = options;
  const draft =
    options.draft === undefined
      ? undefined
      : await engines.gguf.openTokens(await modelPath(options.draft), {
          contextSize,
          // It is fed a token or two at a time, for which llama.cpp's flash attention is the slower kernel on CPUs.
          flashAttention: "off",
          ...(options.threads && { threads: options.threads }),
        });
  try {
    if (draft) await requireSameVocabulary(target, draft);
    const curve = await measuredCurve(target, options, note);
    const cost = (positions: number): number => curve.at(positions);
    const drafts = draft && {
      draft,
      draftCost: (await calibrate(draft, { sizes: [1] }))[0]!.ms / curve.points[0]!.ms,
    };
    const oracle = copyOracle(spellerOf(target), cost);
    let diverged = 0;
    for (const { set, cases } of sets) {
      const strategies = chosen(await strategiesFor({ target, cost, ...drafts }), options.strategy);
      const { measured, noise } = await timeStrategies(
        target,
        strategies,
        cases,
        { runs, clock, ...(tie !== undefined && { tie }) },
        showProgress(set),
      );
      note("\r\u001b[K");
      const rows: DecodeRow[] = [];
      for (const strategy of strategies) {
        rows.push(
          await rowOf({
            set,
            strategy,
            measured: measured.get(strategy.name)!,
            plain: measured.get(plainName)!,
            cases,
            endToken: target.info.endTokens[0]!,
            oracle,
            cost,
            clock,
          }),
        );
      }
      print(rows, noise, target, { ...options, runs, clock });
      diverged += rows.reduce((sum, row) => sum + row.diverged, 0);
      if (options.svg && set === sets[0]!.set) {
        await draw(options.svg, target, strategies.at(-1)!, cases[0]!, clock);
      }
    }
    if (diverged > 0) {
      throw new RedraftError(
        "check-failed",
        `${diverged} outputs differ from plain decoding where plain decoding has no near-tie`,
      );
    }
  } finally {
    await draft?.dispose();
  }
}

/** The named strategies; plain decoding comes first, and again last but under its own name, as the control. */
function chosen(all: readonly Strategy[], names: readonly string[] | undefined): Strategy[] {
  const plain = all.find(({ name }) => name === plainName)!;
  const others = namedStrategies(all, names).filter(({ name }) => name !== plainName);
  return [plain, { ...plain, name: "ar-control" }, ...others];
}

function bar(share: number): string {
  const full = Math.round(30 * share);
  return `[${"=".repeat(full)}${" ".repeat(30 - full)}]`;
}

const columns = [
  "strategy",
  "cases",
  "identical",
  "nearTies",
  "largestTie",
  "diverged",
  "tokens",
  "forwards",
  "tokensPerSecond",
  "charactersPerSecond",
  "speedup",
  "efficiency",
  "ofOracle",
  "worst",
] as const;

function print(
  rows: readonly DecodeRow[],
  noise: KernelNoise,
  target: LlamaTarget,
  { json, markdown, runs, clock }: Options,
): void {
  const { threads, engine } = target.info.context!;
  if (json) {
    const more = { model: target.name, threads, engine, noise };
    for (const row of rows) process.stdout.write(`${JSON.stringify({ ...row, ...more })}\n`);
    return;
  }
  const cells = rows.map((row) => columns.map((column) => row[column]));
  const table = markdown ? markdownTable : textTable;
  process.stdout.write(`${rows[0]!.set}\n\n${table(columns, cells)}\n`);
  process.stderr.write(
    `${target.name}, ${threads} thread(s), median of ${runs} interleaved runs, ${clock === "cpu" ? "processor time of both processes" : "wall clock"}\npasses of 1 and of 64 tokens disagree about the margin of the two likeliest tokens by ${logits(noise.median)} (median), ${logits(noise.p99)} (99 %), ${logits(noise.max)} (most) logits over ${noise.places} tokens\n`,
  );
}

function logits(value: number): string {
  return value.toFixed(3);
}

async function draw(
  file: string,
  target: LlamaTarget,
  strategy: Strategy,
  shown: ChosenSet["cases"][number],
  clock: ClockKind,
): Promise<void> {
  const planner = strategy.planner(shown.task);
  const written = await generate(
    target,
    { ...shown, request: requestFor(strategy, shown.request) },
    {
      clock,
      pieces: true,
      ...(planner && { planner }),
      ...(strategy.loop && { loop: strategy.loop }),
    },
  );
  await writeFile(file, timelineSvg(`${shown.id} by ${strategy.name}`, written));
}
