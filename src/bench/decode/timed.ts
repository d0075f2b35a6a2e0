import type { LlamaTarget } from "../../engines/llama/target.ts";
import type { DecodeCase } from "./cases.ts";
import type { Measured } from "./rows.ts";
import { type ClockKind, generate, type Run } from "./run.ts";
import { plainName, requestFor, type Strategy } from "./strategies.ts";
import { compareOutputs } from "./ties.ts";

export interface TimedOptions {
  readonly runs: number;
  readonly clock: ClockKind;
  /** Two logits this close are a near-tie; absent = measured on the output. */
  readonly tie?: number;
}

/** All strategies on one case, then the next; their order turns from run to run, so that none is always first. */
export async function timeStrategies(
  target: LlamaTarget,
  strategies: readonly Strategy[],
  cases: readonly DecodeCase[],
  { runs: rounds, clock, tie }: TimedOptions,
  progress: (done: number, of: number) => void,
): Promise<Map<string, Measured[]>> {
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
          { clock, ...(planner && { planner }) },
        );
        runs.get(strategy.name)![i]!.push(written);
        progress(++done, total);
      }
    }
  }
  const plain = runs.get(plainName)!;
  const measured = new Map<string, Measured[]>();
  for (const [name, all] of runs) {
    const list: Measured[] = [];
    for (const [i, own] of all.entries()) {
      const { prompt } = cases[i]!.request;
      const [first, other] = [plain[i]![0]!, own[0]!];
      const comparison = await compareOutputs(target, prompt, first.output, other.output, tie);
      list.push({ runs: own, comparison });
    }
    measured.set(name, list);
  }
  return measured;
}
