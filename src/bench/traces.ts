import { Command } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { Token } from "../core/target.ts";
import { loadTokenizer, type Tokenizer } from "../engines/bpe.ts";
import { createStandIn, type StandIn } from "./baselines/stand-in.ts";
import { count } from "./calibrate.ts";
import { markdownTable, textTable } from "./table.ts";
import { ablationSteps } from "./traces/ablation.ts";
import { readTraces, type Trace, tokenizeTrace } from "./traces/data.ts";
import { curves, passCost } from "./traces/pricing.ts";
import { rowOf, type TracesRow } from "./traces/rows.ts";
import { replayTrace, type TraceRun } from "./traces/run.ts";
import { spellerOf } from "./traces/speller.ts";
import { namedStrategies, type Strategy, strategies } from "./traces/strategies.ts";
import { weightsFor } from "./traces/weights.ts";

export interface TracesOptions {
  readonly data: string;
  readonly vocab: string;
  readonly strategy?: readonly string[];
  readonly ablation?: boolean;
  readonly promptAlone?: boolean;
  readonly limit?: number;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** `redraft bench traces`: recorded edits, replayed by every strategy. */
export function tracesCommand(): Command {
  return new Command("traces")
    .description(
      "replays recorded edits by every strategy: forward passes, and time under cost curves",
    )
    .requiredOption("--data <path>", "recorded edits as JSONL, or a folder of such files")
    .requiredOption("--vocab <gguf>", "the vocabulary whose tokens are counted (byte-level BPE)")
    .option(
      "--strategy <name...>",
      `only these: ${strategies.map(({ name }) => name).join(", ")}`,
      namesOf,
    )
    .option("--ablation", "the steps from EfficientEdit's Reuse to ours instead of the strategies")
    .option("--prompt-alone", "no draft in the pass that reads the prompt")
    .option("--limit <n>", "only the first traces of each file", count)
    .option("--markdown", "print the tables as Markdown")
    .option("--json", "print JSON, one object per row")
    .action(async (options: TracesOptions) => {
      const tty = process.stderr.isTTY;
      const note = (text: string): void => void (tty && process.stderr.write(text));
      for await (const row of traceRows(options, note)) print(row, options);
      if (!options.json) printNotes();
    });
}

function namesOf(value: string, before: readonly string[] = []): string[] {
  return [...before, ...value.split(",").filter((name) => name !== "")];
}

/** The rows of a run, a suite (file) after the other. `note` gets the progress bar. */
export async function* traceRows(
  options: TracesOptions,
  note: (text: string) => void = () => {},
): AsyncGenerator<TracesRow[]> {
  const chosen = options.ablation ? ablationSteps : namedStrategies(strategies, options.strategy);
  const suites = readTraces(options.data);
  const tokenizer = await loadTokenizer(options.vocab);
  const spell = spellerOf(tokenizer);
  for (const suite of suites) {
    const traces = suite.records
      .slice(0, options.limit)
      .map((record) => tokenizeTrace(record, tokenizer));
    if (traces.length === 0)
      throw new RedraftError("usage", `${suite.name} contains no recorded edits`);
    const rows: TracesRow[] = [];
    for (const [s, strategy] of chosen.entries()) {
      const priced = new Map<number, TraceRun[]>(curves.map((m0) => [m0, []]));
      const free: TraceRun[] = [];
      for (const [i, trace] of traces.entries()) {
        const run = (cost: (n: number) => number): Promise<TraceRun> =>
          replay(strategy, trace, tokenizer, spell, cost, options);
        free.push(await run(() => 1));
        for (const m0 of curves) {
          priced.get(m0)!.push(strategy.adaptive ? await run(passCost(m0)) : free.at(-1)!);
        }
        const done = (s + (i + 1) / traces.length) / chosen.length;
        note(`\r${bar(done)} ${suite.name} ${strategy.name}\u001b[K`);
      }
      rows.push(
        rowOf(suite.name, strategy.name, { free, priced, reuse: traces.map(({ reuse }) => reuse) }),
      );
    }
    note("\r\u001b[K");
    yield rows;
  }
}

/** Made once per trace: it aligns output and source. */
const standIns = new WeakMap<Trace, StandIn>();

function replay(
  strategy: Strategy,
  trace: Trace,
  tokenizer: Tokenizer,
  speller: (tokens: readonly Token[]) => readonly string[],
  cost: (n: number) => number,
  options: TracesOptions,
): Promise<TraceRun> {
  const weights = weightsFor(trace.task);
  const standIn = standIns.get(trace) ?? createStandIn(trace, tokenizer.vocabSize);
  standIns.set(trace, standIn);
  const context = { speller, weights, cost, standIn };
  return replayTrace(strategy, trace, context, tokenizer.vocabSize, !options.promptAlone);
}

function bar(share: number): string {
  const full = Math.round(30 * share);
  return `[${"=".repeat(full)}${" ".repeat(30 - full)}]`;
}

function print(rows: readonly TracesRow[], options: TracesOptions): void {
  if (options.json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  const { suite, traces, tokens } = rows[0]!;
  const head = [
    "strategy",
    "forwards",
    "draft",
    "tokens/forward",
    "macro",
    "positions",
    "m0=4",
    "m0=8",
    "m0=16",
    "m0=64",
    "worst",
  ];
  const cells = rows.map((row) => [
    row.strategy,
    row.forwards,
    row.draftForwards,
    row.tokensPerForward,
    row.macro,
    row.positions,
    ...curves.map((m0) => row.speedup[m0]!),
    row.worst,
  ]);
  const table = options.markdown ? markdownTable : textTable;
  process.stdout.write(`${suite}: ${traces} traces, ${tokens} tokens\n\n${table(head, cells)}\n`);
  const bins = Object.keys(rows[0]!.byReuse);
  const byReuse = rows.map((row) => [row.strategy, ...bins.map((bin) => row.byReuse[bin]!)]);
  process.stdout.write(
    `tokens per forward by share of reused lines (%)\n\n${table(["strategy", ...bins], byReuse)}\n`,
  );
}

function printNotes(): void {
  process.stderr.write(
    "forwards: means per trace, the pass that reads the prompt included, verification counted as free; m0: speed-up in total time when a pass over n tokens costs max(1, n / m0) plain steps; draft: passes of a stand-in draft model (right with 0.97 on copied and 0.60 on new tokens, 0.22 of a target pass each)\n",
  );
}
