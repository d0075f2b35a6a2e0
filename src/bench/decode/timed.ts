import type { DecodeCase } from "./cases.ts";
import type { Measured } from "./rows.ts";
import { type ClockKind, generate, type Run, type TimedTarget } from "./run.ts";
import { plainName, requestFor, type Strategy } from "./strategies.ts";
import { type KernelNoise, tieJudge } from "./ties.ts";

export interface TimedOptions {
  readonly runs: number;
  readonly clock: ClockKind;
  /** Two logits this close are a near-tie; absent = measured on the output. */
  readonly tie?: number;
}

export interface Timed {
  /** By strategy, in the order of the cases. */
  readonly measured: ReadonlyMap<string, readonly Measured[]>;
  /** How near two logits may be that change places. */
  readonly noise: KernelNoise;
}

/** Plain outputs of which the noise is measured, besides those that another output differs from. */
const noiseCases = 3;

/** All strategies on one case, then the next; their order turns from run to run, so that none is always first. */
export async function timeStrategies(
  target: TimedTarget,
  strategies: readonly Strategy[],
  cases: readonly DecodeCase[],
  { runs: rounds, clock, tie }: TimedOptions,
  progress: (done: number, of: number) => void,
): Promise<Timed> {
  const runs = new Map(strategies.map(({ name }) => [name, cases.map((): Run[] => [])]));
  const total = rounds * cases.length * strategies.length;
  let done = 0;
  const warmUp = { ...cases[0]!, maxTokens: Math.min(64, cases[0]!.maxTokens) };
  await generate(target, warmUp, { clock });
  for (let round = 0; round < rounds; round++) {
    for (const [i, one] of cases.entries()) {
      for (let s = 0; s < strategies.length; s++) {
        const strategy = strategies[(s + round + i) % strategies.length]!;
        const planner = strategy.planner(one.task);
        const request = requestFor(strategy, one.request);
        const written = await generate(
          target,
          { ...one, request },
          { clock, ...(planner && { planner }), ...(strategy.loop && { loop: strategy.loop }) },
        );
        runs.get(strategy.name)![i]!.push(written);
        progress(++done, total);
      }
    }
  }
  const judge = tieJudge(target, tie);
  const plain = runs.get(plainName)!.map(([first], i) => ({
    prompt: cases[i]!.request.prompt,
    output: first!.output,
  }));
  for (const some of plain.slice(0, noiseCases)) await judge.measure(some);
  const measured = new Map<string, Measured[]>();
  for (const [name, all] of runs) {
    const list: Measured[] = [];
    for (const [i, own] of all.entries()) {
      list.push({ runs: own, comparison: await judge.compare(plain[i]!, own[0]!.output) });
    }
    measured.set(name, list);
  }
  return { measured, noise: judge.noise()! };
}
