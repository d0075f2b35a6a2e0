import type { Planner } from "../../core/plan.ts";
import type { Token } from "../../core/target.ts";
import type { TokenPredictor } from "../../draft/draft-model.ts";
import type { DecodeCase } from "../decode/cases.ts";
import type { RecordEnd } from "../decode/records.ts";
import { type GenerateOptions, generate, type Run, type TimedTarget } from "../decode/run.ts";
import type { TableMethod } from "./methods.ts";

/** One case by one method: a line of the state file, and what every table and figure is made of. */
export interface MethodRun {
  readonly set: string;
  readonly id: string;
  readonly method: string;
  /** Passes of the target, the one that reads the prompt included, and of the draft model. */
  readonly passes: number;
  readonly draftPasses: number;
  /** Tokens that the target verified, and how many of them it accepted. */
  readonly drafted: number;
  readonly accepted: number;
  /** Wall clock with the prompt's pass, in ms; or modelled time, in which that pass counts like the others. */
  readonly ms: number;
  readonly finish: RecordEnd;
  readonly output: readonly Token[];
  readonly text: string;
}

/** What modelled time is made of, in ms or in plain steps. */
export interface Pricing {
  pass(positions: number): number;
  readonly draftPass: number;
}

/** A generation with what each of its passes did, and the passes of the draft model. */
export interface CountedRun {
  readonly run: Run;
  readonly draftPasses: number;
}

/** Writes a case by a method. */
export async function generateBy(
  target: TimedTarget,
  method: TableMethod,
  one: DecodeCase,
  options: Pick<GenerateOptions, "pieces"> = {},
): Promise<CountedRun> {
  const counter = { passes: 0 };
  const { planner, loop, acceptance } = method.prepare(one.task);
  const run = await generate(target, one, {
    clock: "wall",
    ...options,
    ...(planner && { planner: countingPlanner(planner, counter) }),
    ...(loop && { loop: loop.model ? { model: countingModel(loop.model, counter) } : {} }),
    ...(acceptance && { acceptance }),
  });
  return { run, draftPasses: counter.passes };
}

interface PassCounter {
  passes: number;
}

function countingPlanner(planner: Planner, counter: PassCounter): Planner {
  return {
    name: planner.name,
    begin: (request) => planner.begin(request),
    async plan(state, limits, signal) {
      const plan = await planner.plan(state, limits, signal);
      counter.passes += plan.draftForwards;
      return plan;
    },
    observe: (feedback) => planner.observe?.(feedback),
  };
}

/** EfficientEdit's loop asks its draft model itself: one pass per token. */
function countingModel(model: TokenPredictor, counter: PassCounter): TokenPredictor {
  return {
    name: model.name,
    begin: (request) => model.begin(request),
    next(output, drafted, signal) {
      counter.passes++;
      return model.next(output, drafted, signal);
    },
  };
}

export function timeOfRun({ run, draftPasses }: CountedRun, pricing?: Pricing): number {
  if (pricing === undefined) return run.ms;
  const passes = run.passes.reduce((sum, { positions }) => sum + pricing.pass(positions), 0);
  return passes + draftPasses * pricing.draftPass;
}

/** @param pricing absent = the run's own wall clock */
export function methodRun(
  method: TableMethod,
  { set, id }: DecodeCase,
  counted: CountedRun,
  pricing?: Pricing,
): MethodRun {
  const { run, draftPasses } = counted;
  return {
    set,
    id,
    method: method.name,
    passes: run.passes.length,
    draftPasses,
    drafted: run.passes.reduce((sum, { positions }) => sum + positions - 1, 0),
    accepted: run.passes.reduce((sum, { accepted }) => sum + accepted, 0),
    ms: Math.round(1000 * timeOfRun(counted, pricing)) / 1000,
    finish: run.finish,
    output: run.output,
    text: run.text,
  };
}
