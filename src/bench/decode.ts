import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { DraftRequest } from "../core/target.ts";
import { costCurve } from "../engines/llama/cost.ts";
import { costKey, readCost, writeCost } from "../engines/llama/cost-store.ts";
import { calibrate, type LlamaTarget } from "../engines/llama/target.ts";
import { engines } from "../engines/registry.ts";
import { modelPath } from "../engines/store/store.ts";
import { count } from "./calibrate.ts";
import { type Region, readRegions } from "./decode/regions.ts";
import { type DecodeRow, type Measured, rowOf } from "./decode/rows.ts";
import { type ClockKind, generate, type Run } from "./decode/run.ts";
import { plainName, type Strategy, strategiesFor } from "./decode/strategies.ts";
import { compareOutputs } from "./decode/ties.ts";
import { timelineSvg } from "./decode/timeline.ts";
import { markdownTable, textTable } from "./table.ts";

interface Options {
  readonly model: string;
  readonly draft?: string;
  readonly data: string;
  readonly strategy?: string[];
  readonly runs: number;
  readonly limit: number;
  readonly length: number;
  readonly threads?: number;
  readonly tie?: number;
  readonly clock: ClockKind;
  readonly svg?: string;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

/** `redraft bench decode`: strategies on real weights, interleaved, beside plain decoding twice. */
export function decodeCommand(): Command {
  return new Command("decode")
    .description("decodes edits on real weights by every strategy, interleaved with plain decoding")
    .requiredOption("--model <gguf>", "the target: an apply model")
    .option(
      "--draft <gguf>",
      "a small model with the same vocabulary, for the strategies with +draft",
    )
    .requiredOption("--data <path>", "regions or edits as JSONL, or a folder with cases*.jsonl")
    .option("--strategy <name...>", "only these (default: all)")
    .option("--runs <n>", "interleaved runs; medians are reported", count, 5)
    .option("--limit <n>", "regions", count, 200)
    .option("--length <n>", "longest region: tokens of prompt and expected output", count, 1280)
    .option("--threads <n>", "threads (default: cores - 1)", count)
    .option(
      "--tie <logits>",
      "two logits this close are a near-tie (default: 0.1, or as far as passes of 1 and of 64 tokens disagree on the same output)",
      Number,
    )
    .addOption(
      new Option("--clock <kind>", "wall clock, or processor time of both processes")
        .choices(["wall", "cpu"])
        .default("wall"),
    )
    .option("--svg <file>", "draw how the last strategy wrote the first region")
    .option("--markdown", "print the table as Markdown")
    .option("--json", "print JSON, one object per row")
    .action(run);
}

/** A line of a region takes about so many tokens: as original, in the sketch where it changes, and as output. */
const tokensPerLine = 16;

/** A region in the target's tokens. */
interface Case {
  readonly region: Region;
  readonly request: DraftRequest;
}

async function run(options: Options): Promise<void> {
  const target = await engines.gguf.openTokens(await modelPath(options.model), {
    contextSize: 2 * options.length + 256,
    ...(options.threads && { threads: options.threads }),
  });
  const draft =
    options.draft === undefined
      ? undefined
      : await engines.gguf.openTokens(await modelPath(options.draft), {
          contextSize: 2 * options.length + 256,
          // It is fed a token or two at a time, for which llama.cpp's flash attention is the slower kernel on CPUs.
          flashAttention: "off",
          ...(options.threads && { threads: options.threads }),
        });
  const note = process.stderr.isTTY ? (text: string) => void process.stderr.write(text) : () => {};
  try {
    const cases = await casesFrom(target, options);
    const curve = await measuredCurve(target, note);
    const cost = (positions: number): number => curve.at(positions);
    const drafts = draft && {
      draft,
      draftCost: (await calibrate(draft))[0]!.ms / curve.points[0]!.ms,
    };
    const strategies = chosen(strategiesFor({ target, cost, ...drafts }), options.strategy);
    const measured = await measure(target, strategies, cases, options, note);
    const plain = measured.get(plainName)!;
    const rows: DecodeRow[] = [];
    for (const strategy of strategies) {
      rows.push(
        await rowOf({
          strategy,
          measured: measured.get(strategy.name)!,
          plain,
          requests: cases.map((one) => requestFor(strategy, one.request)),
          tasks: cases.map(({ region }) => region.task),
          maxTokens: options.length,
          endToken: target.info.endTokens[0]!,
          cost,
          clock: options.clock,
        }),
      );
    }
    print(rows, target, options);
    if (options.svg) await draw(options.svg, target, strategies.at(-1)!, cases[0]!, options);
    const diverged = rows.reduce((sum, row) => sum + row.diverged, 0);
    if (diverged > 0) {
      throw new RedraftError(
        "check-failed",
        `${diverged} outputs differ from plain decoding where plain decoding has no near-tie`,
      );
    }
  } finally {
    await target.dispose();
    await draft?.dispose();
  }
}

/** The named strategies; plain decoding comes first, and again last but under its own name, as the control. */
function chosen(all: readonly Strategy[], names: readonly string[] | undefined): Strategy[] {
  const unknown = names?.find((name) => !all.some((strategy) => strategy.name === name));
  if (unknown !== undefined) {
    throw new RedraftError(
      "usage",
      `no strategy "${unknown}"; known: ${all.map(({ name }) => name).join(", ")}`,
    );
  }
  const plain = all.find(({ name }) => name === plainName)!;
  const others = all.filter(({ name }) => name !== plainName && (names?.includes(name) ?? true));
  return [plain, { ...plain, name: "ar-control" }, ...others];
}

async function casesFrom(target: LlamaTarget, options: Options): Promise<Case[]> {
  const cases: Case[] = [];
  for (const region of readRegions(options.data, Math.floor(options.length / tokensPerLine))) {
    if (cases.length === options.limit) break;
    const original = await target.tokenize(region.original);
    const sketch = await target.tokenize(region.sketch);
    const [file, sketchMark, apply] = await roles(target);
    const prompt = [file, ...original, sketchMark, ...sketch, apply];
    const output = region.expected
      ? (await target.tokenize(region.expected)).length
      : original.length;
    if (prompt.length + output > options.length) continue;
    cases.push({ region, request: { prompt, source: original, sketch } });
  }
  if (cases.length === 0) {
    throw new RedraftError(
      "usage",
      `no region of ${options.data} fits into ${options.length} tokens`,
    );
  }
  return cases;
}

/** The role tokens of the apply models' prompt form. */
async function roles(target: LlamaTarget): Promise<[number, number, number]> {
  const marks = await target.tokenize("<|file|><|sketch|><|apply|>", { special: true });
  if (marks.length !== 3) {
    throw new RedraftError(
      "usage",
      `${target.name} is not an apply model: its vocabulary lacks <|file|>, <|sketch|>, <|apply|>`,
    );
  }
  return [marks[0]!, marks[1]!, marks[2]!];
}

async function measuredCurve(target: LlamaTarget, note: (text: string) => void) {
  const key = await costKey(target.info);
  const stored = await readCost(key);
  if (stored) return stored;
  note("measuring the cost of passes\n");
  const points = await calibrate(target);
  await writeCost(key, points);
  return costCurve(points);
}

function requestFor(strategy: Strategy, request: DraftRequest): DraftRequest {
  if (strategy.sketch) return request;
  const { sketch: _, ...rest } = request;
  return rest;
}

/** All strategies on one region, then the next; their order turns from run to run, so that none is always first. */
async function measure(
  target: LlamaTarget,
  strategies: readonly Strategy[],
  cases: readonly Case[],
  options: Options,
  note: (text: string) => void,
): Promise<Map<string, Measured[]>> {
  const runs = new Map(strategies.map(({ name }) => [name, cases.map((): Run[] => [])]));
  const total = options.runs * cases.length * strategies.length;
  let done = 0;
  await generate(target, cases[0]!.request, undefined, 64, options.clock); // warm-up
  for (let round = 0; round < options.runs; round++) {
    for (const [i, { request, region }] of cases.entries()) {
      for (let s = 0; s < strategies.length; s++) {
        const strategy = strategies[(s + round + i) % strategies.length]!;
        const own = requestFor(strategy, request);
        const planner = strategy.planner(region.task);
        const written = await generate(target, own, planner, options.length, options.clock);
        runs.get(strategy.name)![i]!.push(written);
        note(`\r${bar(++done / total)} ${done} of ${total}\u001b[K`);
      }
    }
  }
  note("\r\u001b[K");
  const plain = runs.get(plainName)!;
  const measured = new Map<string, Measured[]>();
  for (const [name, all] of runs) {
    const list: Measured[] = [];
    for (const [i, own] of all.entries()) {
      const { prompt } = cases[i]!.request;
      const comparison = await compareOutputs(
        target,
        prompt,
        plain[i]![0]!.output,
        own[0]!.output,
        options.tie,
      );
      list.push({ runs: own, comparison });
    }
    measured.set(name, list);
  }
  return measured;
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

function print(rows: readonly DecodeRow[], target: LlamaTarget, options: Options): void {
  if (options.json) {
    const { threads, engine } = target.info.context!;
    const more = { model: target.name, threads, engine };
    for (const row of rows) process.stdout.write(`${JSON.stringify({ ...row, ...more })}\n`);
    return;
  }
  const cells = rows.map((row) => columns.map((column) => row[column]));
  const table = options.markdown ? markdownTable : textTable;
  process.stdout.write(table(columns, cells));
  process.stderr.write(
    `${target.name}, ${target.info.context!.threads} thread(s), median of ${options.runs} interleaved runs, ${options.clock === "cpu" ? "processor time of both processes" : "wall clock"}\n`,
  );
}

async function draw(
  file: string,
  target: LlamaTarget,
  strategy: Strategy,
  { region, request }: Case,
  options: Options,
): Promise<void> {
  const own = requestFor(strategy, request);
  const shown = await generate(
    target,
    own,
    strategy.planner(region.task),
    options.length,
    options.clock,
    true,
  );
  await writeFile(file, timelineSvg(`${region.id} by ${strategy.name}`, shown));
}
