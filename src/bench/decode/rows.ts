import type { DecodeCase } from "./cases.ts";
import type { CopyOracle } from "./oracle.ts";
import type { Run } from "./run.ts";
import { requestFor, type Strategy } from "./strategies.ts";
import type { Comparison } from "./ties.ts";

/** Everything measured for one case and one strategy. */
export interface Measured {
  readonly runs: readonly Run[];
  readonly comparison: Comparison;
}

/** One row of the table; times are medians over the runs. */
export interface DecodeRow {
  readonly suite: "decode";
  /** The case set. */
  readonly set: string;
  readonly strategy: string;
  readonly cases: number;
  /** Outputs token for token equal to plain decoding's. */
  readonly identical: number;
  /** Outputs that differ first where plain decoding's own logits for both choices are nearly equal. */
  readonly nearTies: number;
  /** Outputs that differ elsewhere: defects. */
  readonly diverged: number;
  /** Largest difference of logits among the near-ties. */
  readonly largestTie: number;
  /** Mean tokens per output and passes per output. */
  readonly tokens: number;
  readonly forwards: number;
  readonly tokensPerSecond: number;
  readonly charactersPerSecond: number;
  /** Total time of plain decoding / total time. */
  readonly speedup: number;
  /** Tokens x cost(1) / sum of cost(m) over the passes; 1 = plain decoding. */
  readonly efficiency: number;
  /**
   * Share of the oracle's efficiency: of one who drafts by our copies, knows every acceptance and chooses lengths best on
   * the same curve. The same for all strategies that may draft from the same texts.
   */
  readonly ofOracle: number;
  /** Lowest speed-up of a case, medians over its runs. */
  readonly worst: number;
  readonly runs: number;
  readonly clock: "wall" | "cpu";
}

export interface RowInput {
  readonly strategy: Strategy;
  readonly measured: readonly Measured[];
  readonly plain: readonly Measured[];
  readonly set: string;
  readonly cases: readonly DecodeCase[];
  readonly endToken: number;
  readonly oracle: CopyOracle;
  readonly cost: (positions: number) => number;
  readonly clock: "wall" | "cpu";
}

export async function rowOf(input: RowInput): Promise<DecodeRow> {
  const { strategy, measured, plain, cost, clock } = input;
  const times = measured.map(({ runs }) => median(runs.map(({ ms }) => ms)));
  const plainTimes = plain.map(({ runs }) => median(runs.map(({ ms }) => ms)));
  const total = sum(times);
  let written = 0;
  let spent = 0;
  let least = 0;
  let forwards = 0;
  for (const [i, { runs }] of measured.entries()) {
    const { output, passes, finish } = runs[0]!;
    const one = input.cases[i]!;
    // The end token is written too, by a pass that plain decoding needs as well.
    const ended = finish === "end";
    written += output.length + (ended ? 1 : 0);
    forwards += passes.length;
    for (const { positions } of passes) spent += cost(positions);
    const target = ended ? [...output, input.endToken] : output;
    const own = { ...one, request: requestFor(strategy, one.request) };
    least += (await input.oracle(own, target)).cost;
  }
  const kinds = measured.map(({ comparison }) => comparison.kind);
  const outputs = measured.map(({ runs }) => runs[0]!);
  return {
    suite: "decode",
    set: input.set,
    strategy: strategy.name,
    cases: measured.length,
    identical: kinds.filter((kind) => kind === "identical").length,
    nearTies: kinds.filter((kind) => kind === "near-tie").length,
    diverged: kinds.filter((kind) => kind === "diverged").length,
    largestTie: round(Math.max(0, ...measured.map(({ comparison }) => tieOf(comparison)))),
    tokens: round(sum(outputs.map(({ output }) => output.length)) / measured.length),
    forwards: round(forwards / measured.length),
    tokensPerSecond: round((1000 * sum(outputs.map(({ output }) => output.length))) / total),
    charactersPerSecond: round((1000 * sum(outputs.map(({ text }) => text.length))) / total),
    speedup: round(sum(plainTimes) / total),
    efficiency: round((written * cost(1)) / spent),
    ofOracle: round(least / spent),
    worst: round(Math.min(...times.map((ms, i) => plainTimes[i]! / ms))),
    runs: measured[0]?.runs.length ?? 0,
    clock,
  };
}

function tieOf({ kind, gap }: Comparison): number {
  return kind === "near-tie" ? (gap ?? 0) : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
