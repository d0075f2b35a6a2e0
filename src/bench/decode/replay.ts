import type { DraftRequest, Token, TokenTarget } from "../../core/target.ts";
import { spellerOf } from "../../draft/spelling.ts";
import type { StandIn } from "../baselines/stand-in.ts";
import type { Trace } from "../traces/data.ts";
import { replayTrace, type TraceRun } from "../traces/run.ts";
import type { Strategy } from "../traces/strategies.ts";
import { weightsFor } from "../traces/weights.ts";
import type { DecodeCase } from "./cases.ts";
import { copyOracle, type OraclePlan } from "./oracle.ts";
import { round } from "./rows.ts";

/** A recorded output and what it was asked for. */
export interface RecordedCase {
  readonly one: DecodeCase;
  /** The end token included. */
  readonly output: readonly Token[];
  /** The output as a text, where it is known. */
  readonly text?: string;
}

/** What one strategy does with the recorded outputs of a set. No weights run: costs are read from a curve. */
export interface ReplayRow {
  readonly suite: "decode-replay";
  readonly set: string;
  readonly strategy: string;
  readonly cases: number;
  /** Output tokens and forward passes, means per case; the pass that reads the prompt is one of them. */
  readonly tokens: number;
  readonly forwards: number;
  readonly tokensPerForward: number;
  /** Mean over cases of tokens / forwards: the metric of the EfficientEdit paper. */
  readonly macro: number;
  /** Share of the verified nodes that are accepted, and nodes per forward pass. */
  readonly acceptance: number;
  readonly positions: number;
  /** Tokens x cost(1) / sum of cost(m) over the passes; 1 = plain decoding. */
  readonly efficiency: number;
  /** Share of the oracle's efficiency on the same outputs. */
  readonly ofOracle: number;
  /** Lowest efficiency of a case. */
  readonly worst: number;
}

const noModel: StandIn = {
  next: () => {
    throw new Error("replays of recorded outputs have no draft model");
  },
};

/** The row of one who knows every acceptance. */
export const oracleName = "oracle";

export interface ReplayOptions {
  readonly set: string;
  readonly strategies: readonly Strategy[];
  readonly cases: readonly RecordedCase[];
  readonly vocabulary: Pick<TokenTarget, "detokenize">;
  readonly vocabSize: number;
  /** Of a pass over n tokens, in plain steps. */
  readonly cost: (positions: number) => number;
  readonly progress: (done: number, of: number) => void;
}

/** Replays every output by every strategy, each anew, and by the oracle of our copies. */
export async function replayRows(options: ReplayOptions): Promise<ReplayRow[]> {
  const { set, strategies, cases, vocabSize, cost, progress } = options;
  const speller = await learnedSpeller(options);
  const total = cases.length * (strategies.length + 1);
  let done = 0;
  const oracle = copyOracle(speller, cost);
  const best: OraclePlan[] = [];
  for (const { one, output } of cases) {
    best.push(await oracle(one, output));
    progress(++done, total);
  }
  const rows: ReplayRow[] = [];
  for (const strategy of strategies) {
    const runs: TraceRun[] = [];
    for (const recorded of cases) {
      const trace = traceOf(recorded);
      const weights = weightsFor(trace.task);
      const context = { speller, weights, cost, standIn: noModel };
      runs.push(await replayTrace(strategy, trace, context, vocabSize));
      progress(++done, total);
    }
    rows.push(replayRow(set, strategy.name, runs, best, cost));
  }
  return [...rows, oracleRow(set, cases, best, cost)];
}

/** All texts are spelled beforehand: replaying asks for tokens a million times. */
async function learnedSpeller({
  cases,
  vocabulary,
}: ReplayOptions): Promise<(tokens: readonly Token[]) => readonly string[]> {
  const used = new Set<Token>();
  for (const { one, output } of cases) {
    const { prompt, source = [], context = [] } = one.request;
    for (const text of [prompt, source, output, ...context]) {
      for (const token of text) used.add(token);
    }
  }
  const tokens = [...used];
  const texts = await spellerOf(vocabulary)(tokens);
  const known = new Map(tokens.map((token, i) => [token, texts[i]!]));
  return (asked) => asked.map((token) => known.get(token) ?? "");
}

function traceOf({ one, output }: RecordedCase): Trace {
  const { prompt, source = [], context = [] }: DraftRequest = one.request;
  return {
    id: one.id,
    task: one.task,
    prompt,
    source,
    output,
    context: context[0] ?? [],
    sketch: [],
    reuse: 0,
  };
}

function replayRow(
  set: string,
  strategy: string,
  runs: readonly TraceRun[],
  best: readonly OraclePlan[],
  cost: (positions: number) => number,
): ReplayRow {
  const spent = runs.map(({ passes }) => sum(passes.map(({ nodes }) => cost(1 + nodes))));
  const tokens = sum(runs.map((run) => run.tokens));
  const forwards = sum(runs.map(({ passes }) => passes.length));
  const nodes = sum(runs.flatMap(({ passes }) => passes.map((pass) => pass.nodes)));
  return {
    suite: "decode-replay",
    set,
    strategy,
    cases: runs.length,
    tokens: round(tokens / runs.length),
    forwards: round(forwards / runs.length),
    tokensPerForward: round(tokens / forwards),
    macro: round(sum(runs.map((run) => run.tokens / run.passes.length)) / runs.length),
    acceptance: nodes === 0 ? 0 : round((tokens - forwards) / nodes),
    positions: round(nodes / forwards),
    efficiency: round((tokens * cost(1)) / sum(spent)),
    ofOracle: round(sum(best.map((plan) => plan.cost)) / sum(spent)),
    worst: round(Math.min(...runs.map((run, i) => (run.tokens * cost(1)) / spent[i]!))),
  };
}

function oracleRow(
  set: string,
  cases: readonly RecordedCase[],
  best: readonly OraclePlan[],
  cost: (positions: number) => number,
): ReplayRow {
  const tokens = sum(cases.map(({ output }) => output.length));
  const forwards = sum(best.map(({ passes }) => passes));
  const least = best.map((plan) => plan.cost);
  return {
    suite: "decode-replay",
    set,
    strategy: oracleName,
    cases: cases.length,
    tokens: round(tokens / cases.length),
    forwards: round(forwards / cases.length),
    tokensPerForward: round(tokens / forwards),
    macro: round(sum(cases.map(({ output }, i) => output.length / best[i]!.passes)) / cases.length),
    acceptance: 1,
    positions: round((tokens - forwards) / forwards),
    efficiency: round((tokens * cost(1)) / sum(least)),
    ofOracle: 1,
    worst: round(Math.min(...cases.map(({ output }, i) => (output.length * cost(1)) / least[i]!))),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
