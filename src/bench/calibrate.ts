import { readFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { CostPoint } from "../engines/llama/cost.ts";
import { costKey, costSubject, writeCost } from "../engines/llama/cost-store.ts";
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
  readonly model: string;
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
    .requiredOption("--model <gguf>", "model file, or the name of an installed one")
    .option("--threads <n>", "threads (default: cores - 1)", count)
    .option("--rounds <n>", "rounds; the median is reported", count, 7)
    .option("--context <n>", "tokens that every pass attends to", count, 512)
    .option("--gpu", "run on the GPU")
    .option("--json", "print JSON, one object per row")
    .action(run);
}

async function run(options: Options): Promise<void> {
  const model = await modelPath(options.model);
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
    const file = await writeCost(await costKey(costSubject(target.info, options.gpu)), points);
    const rows: CalibrateRow[] = points.map(({ tokens, ms }) => ({
      tokens,
      ms: round(ms),
      cost: round(ms / points[0]!.ms),
      ceiling: round((tokens * points[0]!.ms) / ms),
    }));
    if (options.json) {
      const { threads } = target.info.context!;
      const more = {
        suite: "calibrate",
        model: target.name,
        threads,
        metric: threads === 1 ? "cpu" : "wall",
      };
      for (const row of rows) process.stdout.write(`${JSON.stringify({ ...more, ...row })}\n`);
      return;
    }
    process.stdout.write(textTable(["tokens", "ms", "cost", "ceiling"], rows.map(Object.values)));
    process.stdout.write(
      `${target.name}, ${target.info.context!.threads} thread(s), ${target.info.context!.engine}; ms are ${target.info.context!.threads === 1 ? "processor time" : "wall clock"}\n`,
    );
    process.stderr.write(
      file ? `stored in ${file}\n` : "the cache folder is not writable: the result is not stored\n",
    );
  } finally {
    await target.dispose();
  }
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
