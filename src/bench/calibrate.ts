import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { CostPoint } from "../engines/llama/cost.ts";
import { costKey, costSubject, writeCost } from "../engines/llama/cost-store.ts";
import type { ModelInfo } from "../engines/llama/model-info.ts";
import { calibrate } from "../engines/llama/target.ts";
import { engines } from "../engines/registry.ts";
import { modelPath } from "../engines/store/store.ts";
import { textTable } from "./table.ts";

export interface CalibrateRow {
  readonly tokens: number;
  /** Median of a pass over so many tokens. */
  readonly ms: number;
  /** In plain decoding steps. */
  readonly cost: number;
  /** Speed-up over plain decoding if every token were accepted. */
  readonly ceiling: number;
}

interface Options {
  readonly model: string[];
  readonly threads?: number;
  readonly rounds: number;
  readonly context: number;
  readonly gpu?: boolean;
  readonly json?: boolean;
}

/** `redraft bench calibrate`: measures cost(1, 2, 4, ..., 128) of a model on this machine and keeps it for later runs. */
export function calibrateCommand(): Command {
  return new Command("calibrate")
    .description(
      "measure and store the cost of a forward pass over 1, 2, 4, ... tokens on this machine",
    )
    .requiredOption(
      "--model <gguf...>",
      "model files, or names of installed ones: several are compared, such as quantisations of one model",
    )
    .option("--threads <n>", "threads (default: cores - 1)", count)
    .option("--rounds <n>", "rounds; the median is reported", count, 7)
    .option("--context <n>", "tokens that every pass attends to", count, 512)
    .option("--gpu", "run on the GPU")
    .option("--json", "print JSON, one object per row")
    .action(run);
}

async function run(options: Options): Promise<void> {
  const all: Calibrated[] = [];
  for (const name of options.model) {
    const calibrated = await calibrateOne(await modelPath(name), options);
    all.push(calibrated);
    if (options.json) printJson(calibrated);
    else printTable(calibrated);
  }
  if (options.json || all.length < 2) return;
  process.stdout.write(`\n${textTable(comparison, all.map(comparisonRow))}`);
}

/** A model and what its passes cost here. */
interface Calibrated {
  readonly file: string;
  readonly info: ModelInfo;
  readonly quantisation: string;
  readonly rows: readonly CalibrateRow[];
  /** Where the points are kept; absent = the cache folder is not writable. */
  readonly stored?: string;
}

async function calibrateOne(model: string, options: Options): Promise<Calibrated> {
  const note = process.stderr.isTTY ? (text: string) => void process.stderr.write(text) : () => {};
  const target = await engines.gguf.openTokens(model, {
    contextSize: Math.max(1024, options.context + 256),
    ...(options.threads && { threads: options.threads }),
    ...(options.gpu && { gpu: true }),
  });
  try {
    const points = await calibrate(target, {
      rounds: options.rounds,
      context: options.context,
      onProgress: (done, of) => note(`\rmeasuring ${done} of ${of}\u001b[K`),
    });
    note("\r\u001b[K");
    const stored = await writeCost(await costKey(costSubject(target.info, options.gpu)), points);
    const { info } = target;
    return {
      file: basename(model),
      info,
      quantisation: quantisationOf(info),
      rows: rowsOf(points),
      ...(stored && { stored }),
    };
  } finally {
    await target.dispose();
  }
}

function rowsOf(points: readonly CostPoint[]): CalibrateRow[] {
  return points.map(({ tokens, ms }) => ({
    tokens,
    ms: round(ms),
    cost: round(ms / points[0]!.ms),
    ceiling: round((tokens * points[0]!.ms) / ms),
  }));
}

/** The most that speculation can gain: the row with the highest speed-up if all tokens were accepted. */
export function ceilingOf(rows: readonly CalibrateRow[]): CalibrateRow {
  return rows.reduce((best, row) => (row.ceiling > best.ceiling ? row : best));
}

/** Names of `llama_ftype`, where models for editing come in them. */
const quantisations: Readonly<Record<string, string>> = {
  "0": "F32",
  "1": "F16",
  "2": "Q4_0",
  "7": "Q8_0",
  "14": "Q4_K_S",
  "15": "Q4_K_M",
  "16": "Q5_K_S",
  "17": "Q5_K_M",
  "18": "Q6_K",
  "32": "BF16",
};

function quantisationOf({ metadata }: ModelInfo): string {
  const type = metadata["general.file_type"];
  return type === undefined ? "unknown" : (quantisations[type] ?? `file type ${type}`);
}

function printJson({ info, file, quantisation, rows }: Calibrated): void {
  const { threads } = info.context!;
  const more = {
    suite: "calibrate",
    model: info.name,
    file,
    quantisation,
    threads,
    metric: threads === 1 ? "cpu" : "wall",
  };
  for (const row of rows) process.stdout.write(`${JSON.stringify({ ...more, ...row })}\n`);
}

function printTable({ info, file, quantisation, rows, stored }: Calibrated): void {
  const { threads, engine } = info.context!;
  const most = ceilingOf(rows);
  process.stdout.write(textTable(["tokens", "ms", "cost", "ceiling"], rows.map(Object.values)));
  process.stdout.write(
    `${info.name} (${file}, ${quantisation}), ${threads} thread(s), ${engine}; ms are ${threads === 1 ? "processor time" : "wall clock"}\n` +
      `ceiling: ${most.ceiling} times plain decoding, if all of ${most.tokens} tokens were accepted in every pass\n`,
  );
  process.stderr.write(
    stored
      ? `stored in ${stored}\n`
      : "the cache folder is not writable: the result is not stored\n",
  );
}

const comparison = ["file", "quantisation", "MiB", "ms", "cost(16)", "cost(64)", "ceiling", "at"];

function comparisonRow({ file, quantisation, info, rows }: Calibrated): (string | number)[] {
  const most = ceilingOf(rows);
  const costAt = (tokens: number): number | string =>
    rows.find((row) => row.tokens === tokens)?.cost ?? "";
  return [
    file,
    quantisation,
    Math.round(info.size / 2 ** 20),
    rows[0]!.ms,
    costAt(16),
    costAt(64),
    most.ceiling,
    most.tokens,
  ];
}

/** The points of a curve from a file that `--json` was written to; throws `usage` where it holds none. */
export async function readCostPoints(file: string): Promise<CostPoint[]> {
  const text = await readFile(file, "utf8").catch((cause: Error) => {
    throw new RedraftError("file-error", `cannot read --cost ${file}: ${cause.message}`, { cause });
  });
  try {
    const points = text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line) as CostPoint)
      .map(({ tokens, ms }) => ({ tokens, ms }));
    if (points.every(({ tokens, ms }) => tokens >= 1 && ms > 0)) {
      if (points.some(({ tokens }) => tokens === 1)) return points;
    }
  } catch {
    // Said below, with the file's name.
  }
  throw new RedraftError(
    "usage",
    `--cost ${file} is not what redraft bench calibrate --json prints: lines with tokens and ms, one of them for 1 token`,
  );
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError("a whole number of at least 1 is needed");
  }
  return value;
}
