import { Command } from "commander";
import { RedraftError } from "../../core/errors.ts";
import { seededDraws } from "../../orchestrate/select/draws.ts";
import { count } from "../calibrate.ts";
import { markdownTable, textTable } from "../table.ts";
import { checkRows, readCheck } from "./check.ts";
import { adaptiveDrafts, bestDraftLength, noDrafts } from "./draft-policy.ts";
import { recordedWork } from "./recorded-work.ts";
import { prefixAware } from "./router.ts";
import { type FleetReport, simulateFleet } from "./simulate.ts";
import { type StepCost, statedCosts } from "./step-cost.ts";
import type { EditWork } from "./work.ts";
import { readWork, writeWork } from "./work-file.ts";

interface FleetCommandOptions {
  readonly data?: string;
  readonly vocab?: string;
  readonly work?: string;
  readonly limit?: number;
  readonly cost: string;
  readonly hourly?: number;
  readonly replicas: number;
  readonly clients: readonly number[];
  readonly edits: number;
  readonly proved?: number;
  readonly mergeCores: number;
  readonly rate?: number;
  readonly seed: number;
  readonly check?: string;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

/** `redraft bench fleet`: how many edits a second a fleet answers, and when speculation is to be switched off. */
export function fleetCommand(): Command {
  return new Command("fleet")
    .description(
      "a simulated fleet of engines with recorded edits: edits per second, latency, cost; with the merge first, with predictions, with both",
    )
    .option("--data <path>", "recorded edits as JSONL, or a folder of such files")
    .option("--vocab <gguf>", "the vocabulary whose tokens are counted (byte-level BPE)")
    .option("--work <file>", "what --data comes to: read if it exists, written otherwise")
    .option("--limit <n>", "only the first edits of each file", count)
    .option("--cost <name>", `time of a step: ${Object.keys(statedCosts).join(", ")}`, "h100-7b")
    .option("--hourly <dollars>", "price of a replica per hour (default: as stated)", Number)
    .option("--replicas <n>", "engines behind a prefix-aware router", count, 1)
    .option("--clients <n,...>", "edits under way at once", clientCounts, [1, 4, 16, 64, 128])
    .option("--rate <n>", "edits per second that arrive (Poisson), instead of --clients", Number)
    .option("--edits <n>", "edits per run", count, 2000)
    .option(
      "--proved <share>",
      "share of edits that the merge proves (default: as it does)",
      parsedShare,
    )
    .option("--merge-cores <n>", "cores of the merge", count, 2)
    .option("--seed <n>", "seed of the draws", Number, 1)
    .option("--check <file>", "compare with what fleet_check.py measured on an engine, and end")
    .option("--markdown", "print the tables as Markdown")
    .option("--json", "print JSON, one object per row")
    .action(async (options: FleetCommandOptions) => {
      if (options.check !== undefined) {
        print(checkRows(readCheck(options.check)), options);
        return;
      }
      const stated = statedCosts[options.cost];
      if (stated === undefined) {
        throw new RedraftError(
          "usage",
          `no cost "${options.cost}"; known: ${Object.keys(statedCosts).join(", ")}`,
        );
      }
      const work = withShare(await workOf(options), options);
      const hourly = options.hourly ?? stated.hourly;
      print(arrangementRows(work, stated.cost, hourly, options), options);
      print(lengthRows(work, stated.cost), options);
      const left = work.filter((edit) => edit.proved === false);
      if (left.length > 0) print(lengthRows(left, stated.cost, "left by the merge"), options);
    });
}

async function workOf({ data, vocab, work, limit }: FleetCommandOptions): Promise<EditWork[]> {
  const known = work === undefined ? undefined : readWork(work);
  if (known !== undefined) return known;
  if (data === undefined || vocab === undefined) {
    throw new RedraftError("usage", "--data and --vocab are needed, or --work with a file");
  }
  const tty = process.stderr.isTTY;
  const note = (text: string): void => void (tty && process.stderr.write(text));
  const made = await recordedWork({ data, vocab, ...(limit !== undefined && { limit }) }, note);
  if (work !== undefined) writeWork(work, made);
  return made;
}

function withShare(
  work: readonly EditWork[],
  { proved, seed }: Pick<FleetCommandOptions, "proved" | "seed">,
): readonly EditWork[] {
  if (proved === undefined) return work;
  const draws = seededDraws(seed);
  return work.map((edit) =>
    edit.proved === undefined ? edit : { ...edit, proved: draws.uniform() < proved },
  );
}

type Row = Readonly<Record<string, string | number>>;

const arrangements: readonly {
  readonly name: string;
  readonly merge: boolean;
  readonly predicts: boolean;
}[] = [
  { name: "plain", merge: false, predicts: false },
  { name: "prediction", merge: false, predicts: true },
  { name: "merge first", merge: true, predicts: false },
  { name: "both", merge: true, predicts: true },
];

function arrangementRows(
  work: readonly EditWork[],
  cost: StepCost,
  hourly: number,
  options: FleetCommandOptions,
): Row[] {
  const { replicas, edits, seed, mergeCores, rate } = options;
  // What the merge leaves over is harder to predict than the rest.
  const left = work.filter((edit) => edit.proved !== true);
  const [adaptive, adaptiveLeft] = [adaptiveDrafts(work, cost), adaptiveDrafts(left, cost)];
  const loads = rate === undefined ? options.clients : [rate];
  return arrangements.flatMap(({ name, merge, predicts }) =>
    loads.map((load) => {
      const report = simulateFleet(work, {
        replicas,
        replica: {
          cost,
          policy: predicts ? (merge ? adaptiveLeft : adaptive) : noDrafts,
          mostRequests: 256,
          stepTokens: 8192,
          prefixes: 256,
        },
        router: prefixAware(4),
        arrivals:
          rate === undefined
            ? { kind: "closed", clients: load }
            : { kind: "open", perSecond: load },
        edits,
        seed,
        ...(merge && { mergeCores }),
      });
      return rowOf(name, rate === undefined ? "clients" : "rate", load, report, replicas, hourly);
    }),
  );
}

function rowOf(
  arrangement: string,
  column: string,
  load: number,
  report: FleetReport,
  replicas: number,
  hourly: number,
): Row {
  const dollars = ((hourly / 3600) * replicas * 1000) / report.steadyPerSecond;
  return {
    arrangement,
    [column]: load,
    "edits/s per engine": digits3(report.steadyPerSecond / replicas),
    "p50 s": digits3(report.p50),
    "p95 s": digits3(report.p95),
    "$ per 1,000": digits3(dollars),
    "merged %": digits3((100 * report.merged) / report.edits),
    "busy %": digits3(100 * report.busy),
  };
}

function lengthRows(work: readonly EditWork[], cost: StepCost, of = "all edits"): Row[] {
  return [1, 2, 4, 8, 16, 32, 64, 128, 256].map((requests) => {
    const { length, gain, always } = bestDraftLength(work, cost, requests);
    return {
      edits: of,
      "requests in a step": requests,
      "best length": length === 0 ? "off" : String(length),
      "tokens/s, of plain": digits3(gain),
      "always 127": digits3(always),
    };
  });
}

function print(rows: readonly Row[], { json, markdown }: FleetCommandOptions): void {
  if (json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify({ suite: "fleet", ...row })}\n`);
    return;
  }
  const head = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => head.map((name) => row[name] ?? ""));
  process.stdout.write(`${(markdown ? markdownTable : textTable)(head, cells)}\n`);
}

/** Three significant digits. */
function digits3(value: number): number {
  return Number(value.toPrecision(3));
}

function clientCounts(value: string): number[] {
  return value.split(",").map(count);
}

function parsedShare(value: string): number {
  const number = Number(value);
  if (!(number >= 0 && number <= 1)) {
    throw new RedraftError("usage", `a share is a number from 0 to 1, not ${value}`);
  }
  return number;
}
