import { standInCost } from "../baselines/stand-in.ts";
import { curves, passCost, timeOf } from "./pricing.ts";
import type { TraceRun } from "./run.ts";

/** What a strategy did on a suite: per trace one replay under free verification, and one per cost curve. */
export interface StrategyRuns {
  readonly free: readonly TraceRun[];
  /** By m0. Strategies that do not look at the curve have the same runs here. */
  readonly priced: ReadonlyMap<number, readonly TraceRun[]>;
  /** Per trace: share of the edited lines that occur in the original. */
  readonly reuse: readonly number[];
}

export interface TracesRow {
  readonly suite: string;
  readonly strategy: string;
  readonly traces: number;
  /** Output tokens, all traces. */
  readonly tokens: number;
  /** Per trace, the pass that reads the prompt included; verification counted as free. */
  readonly forwards: number;
  readonly draftForwards: number;
  /** All tokens / all forwards. */
  readonly tokensPerForward: number;
  /** Mean over traces of tokens / forwards: the metric of the EfficientEdit paper. */
  readonly macro: number;
  /** Nodes verified per forward. */
  readonly positions: number;
  /** Total time of plain decoding / total time, when a pass over n tokens costs max(1, n / m0) plain steps. */
  readonly speedup: Readonly<Record<string, number>>;
  /** Lowest speed-up of a single trace of at least 64 tokens, over all these curves. */
  readonly worst: number;
  /** Tokens per forward by share of reused lines (per cent): Fig. 3 of the EfficientEdit paper. */
  readonly byReuse: Readonly<Record<string, number>>;
}

const shortest = 64;
const reuseBins = [0, 20, 40, 60, 80] as const;

export function rowOf(
  suite: string,
  strategy: string,
  { free, priced, reuse }: StrategyRuns,
): TracesRow {
  const tokens = sum(free.map((run) => run.tokens));
  const forwards = sum(free.map((run) => run.passes.length));
  const speedup: Record<string, number> = {};
  let worst = Number.POSITIVE_INFINITY;
  for (const m0 of curves) {
    const runs = priced.get(m0) ?? free;
    const times = runs.map((run) => timeOf(run, passCost(m0), standInCost));
    speedup[m0] = round(tokens / sum(times));
    runs.forEach((run, i) => {
      if (run.tokens >= shortest) worst = Math.min(worst, run.tokens / times[i]!);
    });
  }
  const byReuse: Record<string, number> = {};
  for (const from of reuseBins) {
    const within = free.filter((_, i) => binOf(reuse[i]!) === from);
    if (within.length === 0) continue;
    byReuse[`${from}-${from + 20}`] = round(
      sum(within.map((run) => run.tokens)) / sum(within.map((run) => run.passes.length)),
    );
  }
  const count = free.length;
  return {
    suite,
    strategy,
    traces: count,
    tokens,
    forwards: round(forwards / count),
    draftForwards: round(sum(free.map((run) => run.draftForwards)) / count),
    tokensPerForward: round(tokens / forwards),
    macro: round(sum(free.map((run) => run.tokens / run.passes.length)) / count),
    positions: round(sum(free.flatMap((run) => run.passes.map(({ nodes }) => nodes))) / forwards),
    speedup,
    worst: worst === Number.POSITIVE_INFINITY ? 0 : round(worst),
    byReuse,
  };
}

function binOf(share: number): number {
  return reuseBins.findLast((from) => share * 100 >= from) ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
