import { fencedCode } from "../decode/fence.ts";
import { round } from "../decode/rows.ts";
import { isVerdict, type Judge } from "./judge.ts";
import { plainMethod, type TableMethod } from "./methods.ts";
import { passAtK } from "./pass-at-k.ts";
import type { MethodRun } from "./runs.ts";

/** Measured here; recorded outputs of this model, time modelled by its curve; recorded edits under a GPU's curve. */
export type RowSource = "measured" | "replayed" | "modelled";

export interface TableRow {
  readonly suite: "efficientedit";
  readonly table: number;
  readonly source: RowSource;
  readonly set: string;
  readonly method: string;
  readonly label: string;
  /** Cases that this method and plain decoding have both written. */
  readonly cases: number;
  /** Means per case. */
  readonly tokens: number;
  readonly passes: number;
  readonly draftPasses: number;
  /** Accepted / drafted tokens, all cases; null where nothing is drafted. */
  readonly acceptance: number | null;
  /** Mean over cases of tokens / s, the metric of the paper; null where time has no unit. */
  readonly tokensPerSecond: number | null;
  /** Ratio of these means to plain decoding's: the paper's speed-up, in which short cases count as much as long ones. */
  readonly macro: number;
  /** Total time of plain decoding / total time. */
  readonly total: number;
  /** Mean over judged cases of the unbiased Pass@1; null where none is judged. */
  readonly passAt1: number | null;
  readonly judged: number;
  /** Share of the outputs that are token for token those of plain decoding. */
  readonly exact: number;
}

export interface TableInput {
  readonly table: number;
  readonly source: RowSource;
  readonly set: string;
  readonly methods: readonly Pick<TableMethod, "name" | "label">[];
  readonly runs: readonly MethodRun[];
  /** Whether times are ms; else they are plain steps. */
  readonly seconds: boolean;
  /** Absent = Pass@1 stays empty. */
  readonly judge?: Judge;
}

export async function tableRows(input: TableInput): Promise<TableRow[]> {
  const { methods, runs, set } = input;
  const byMethod = new Map<string, Map<string, MethodRun>>();
  for (const run of runs) {
    if (run.set !== set) continue;
    const own = byMethod.get(run.method) ?? new Map<string, MethodRun>();
    byMethod.set(run.method, own.set(run.id, run));
  }
  const plain = byMethod.get(plainMethod) ?? new Map<string, MethodRun>();
  const rows: TableRow[] = [];
  for (const method of methods) {
    const own = [...(byMethod.get(method.name)?.values() ?? [])].filter(({ id }) => plain.has(id));
    if (own.length > 0) rows.push(await rowFor(input, method, own, plain));
  }
  return rows;
}

async function rowFor(
  { table, source, set, seconds, judge }: TableInput,
  { name, label }: TableInput["methods"][number],
  own: readonly MethodRun[],
  plain: ReadonlyMap<string, MethodRun>,
): Promise<TableRow> {
  const base = own.map(({ id }) => plain.get(id)!);
  const mean = (value: (run: MethodRun) => number): number => sum(own.map(value)) / own.length;
  const rate = ({ output, ms }: MethodRun): number => output.length / ms;
  const drafted = sum(own.map((run) => run.drafted));
  const verdicts = judge
    ? await Promise.all(own.map(({ id, text }) => judge.judge(id, fencedCode(text))))
    : [];
  const judged = verdicts.filter(isVerdict);
  const passes = sum(judged.map((one) => passAtK(1, one === "passed" ? 1 : 0, 1)));
  return {
    suite: "efficientedit",
    table,
    source,
    set,
    method: name,
    label,
    cases: own.length,
    tokens: round(mean(({ output }) => output.length)),
    passes: round(mean((run) => run.passes)),
    draftPasses: round(mean((run) => run.draftPasses)),
    acceptance: drafted === 0 ? null : round(sum(own.map((run) => run.accepted)) / drafted),
    tokensPerSecond: seconds ? round(1000 * mean(rate)) : null,
    macro: round(mean(rate) / (sum(base.map(rate)) / base.length)),
    total: round(sum(base.map(({ ms }) => ms)) / sum(own.map(({ ms }) => ms))),
    passAt1: judged.length === 0 ? null : round(passes / judged.length),
    judged: judged.length,
    exact: round(own.filter((run, i) => sameOutput(run, base[i]!)).length / own.length),
  };
}

function sameOutput(a: MethodRun, b: MethodRun): boolean {
  return a.output.length === b.output.length && a.output.every((token, i) => token === b.output[i]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
