import { RedraftError } from "../../core/errors.ts";
import type { Planner } from "../../core/plan.ts";
import type { Drafter, DraftRequest, Token } from "../../core/target.ts";
import type { AcceptanceWeights } from "../../draft/acceptance-model.ts";
import { createController } from "../../draft/controller.ts";
import { fixedPlanner } from "../../draft/fixed-planner.ts";
import { drafters } from "../../draft/registry.ts";
import { classOfToken, newlineClass, type Speller } from "../../draft/spelling.ts";
import { fastFixerDrafter } from "../baselines/fastfixer.ts";
import { ouroborosDrafter } from "../baselines/ouroboros.ts";
import { speculativeDrafter } from "../baselines/speculative.ts";
import { type StandIn, standInCost, standInPredictor } from "../baselines/stand-in.ts";
import { vllmNgram, vllmSuffix } from "../baselines/vllm.ts";
import type { Trace } from "./data.ts";

/** What a strategy is made of, for one trace. */
export interface StrategyContext {
  readonly speller: Speller;
  readonly weights: AcceptanceWeights;
  readonly cost: (n: number) => number;
  readonly standIn: StandIn;
}

export interface Strategy {
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  /** Whether the sketch of the edit is a source too. */
  readonly sketch?: boolean;
  /** Whether it drafts by a model, for which traces have a stand-in. */
  readonly draftModel?: boolean;
  /** Whether its drafts depend on the cost curve; else one replay is priced under all of them. */
  readonly adaptive?: boolean;
  /** Absent = plain decoding, or EfficientEdit's own loop. */
  readonly planner?: (context: StrategyContext) => Planner;
  readonly loop?: "efficient-edit" | "efficient-edit-reuse";
}

const uncapped = { budget: Number.MAX_SAFE_INTEGER };

function copies({ speller, weights }: StrategyContext): Drafter {
  return drafters.copy({ speller, weights });
}

function withModel(context: StrategyContext): Drafter {
  const { standIn, ...setting } = context;
  const predictor = standInPredictor(standIn);
  return drafters["draft-model"]({ ...setting, predictor, passCost: standInCost });
}

export function isNewlineOf(speller: Speller): (token: Token) => boolean {
  const known = new Map<Token, boolean>();
  return (token) => {
    let answer = known.get(token);
    if (answer === undefined) {
      answer = classOfToken((speller([token]) as readonly string[])[0]!) === newlineClass;
      known.set(token, answer);
    }
    return answer;
  };
}

export const strategies: readonly Strategy[] = [
  { name: "ar", summary: "plain decoding" },
  {
    name: "sd-7",
    summary: "speculative decoding, 7 tokens of a stand-in draft model",
    draftModel: true,
    planner: ({ standIn }) =>
      fixedPlanner([speculativeDrafter(standInPredictor(standIn), 7)], uncapped),
  },
  {
    name: "pld-3-10",
    summary: "prompt lookup, first match of 3 to 1 tokens, 10 drafted",
    planner: ({ speller }) =>
      fixedPlanner([drafters.lookup({ speller, size: 3, length: 10 })], uncapped),
  },
  {
    name: "pld-5-64",
    summary: "prompt lookup, most recent match of 5 to 1 tokens, 64 drafted",
    planner: ({ speller }) =>
      fixedPlanner([drafters.lookup({ speller, size: 5, length: 64, recent: true })], uncapped),
  },
  {
    name: "ngram-2-5-64",
    summary: "vLLM's ngram, tuned: first match of 5 to 2 tokens, 64 drafted",
    planner: ({ speller }) => fixedPlanner([vllmNgram(speller)], { budget: 64 }),
  },
  {
    name: "suffix-64-8",
    summary: "vLLM's suffix decoding, tuned: depth 64, factor 8, 127 drafted",
    planner: ({ speller }) => fixedPlanner([vllmSuffix(speller)], { budget: 127 }),
  },
  {
    name: "suffix-1",
    summary: "suffix decoding, alpha 1",
    planner: ({ speller }) => fixedPlanner([drafters.suffix({ speller, alpha: 1 })], uncapped),
  },
  {
    name: "suffix-4",
    summary: "suffix decoding, alpha 4",
    planner: ({ speller }) => fixedPlanner([drafters.suffix({ speller, alpha: 4 })], uncapped),
  },
  {
    name: "fastfixer",
    summary: "FastFixer as published",
    planner: ({ speller }) => fixedPlanner([fastFixerDrafter(isNewlineOf(speller))], uncapped),
  },
  { name: "ee-reuse", summary: "EfficientEdit's Reuse as coded", loop: "efficient-edit-reuse" },
  {
    name: "ee-full",
    summary: "EfficientEdit as coded, stand-in draft model",
    draftModel: true,
    loop: "efficient-edit",
  },
  {
    name: "ouroboros",
    summary: "Ouroboros, stand-in draft model",
    draftModel: true,
    planner: ({ standIn }) =>
      fixedPlanner([ouroborosDrafter(standInPredictor(standIn))], { ...uncapped, tree: true }),
  },
  {
    name: "redraft-line",
    summary: "copies, one line per pass",
    adaptive: true,
    planner: (context) =>
      createController({ drafters: [copies(context)], cost: context.cost, tree: false }),
  },
  {
    name: "redraft-tree",
    summary: "copies as token trees",
    adaptive: true,
    planner: (context) => createController({ drafters: [copies(context)], cost: context.cost }),
  },
  {
    name: "redraft-line+draft",
    summary: "copies and a stand-in draft model, one line per pass",
    draftModel: true,
    adaptive: true,
    planner: (context) =>
      createController({ drafters: [withModel(context)], cost: context.cost, tree: false }),
  },
  {
    name: "redraft-tree+draft",
    summary: "copies and a stand-in draft model, token trees",
    draftModel: true,
    adaptive: true,
    planner: (context) => createController({ drafters: [withModel(context)], cost: context.cost }),
  },
  {
    name: "redraft-sketch",
    summary: "copies with the sketch of the edit as a source too, one line per pass",
    adaptive: true,
    sketch: true,
    planner: (context) =>
      createController({ drafters: [copies(context)], cost: context.cost, tree: false }),
  },
];

/** What the drafters may copy from. For the published methods the class or file around is part of the text they search. */
export function requestOf(strategy: Strategy, trace: Trace): DraftRequest {
  const { prompt, source, context, sketch } = trace;
  return {
    prompt,
    source,
    ...(context.length > 0 && { context: [context] }),
    ...(strategy.sketch && sketch.length > 0 && { sketch }),
  };
}

/** The strategies of these names, in the order of the list; all where none is named. */
export function namedStrategies<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[] | undefined,
): T[] {
  const unknown = names?.find((name) => !all.some((strategy) => strategy.name === name));
  if (unknown !== undefined) {
    throw new RedraftError(
      "usage",
      `no strategy "${unknown}"; known: ${all.map(({ name }) => name).join(", ")}`,
    );
  }
  return all.filter(({ name }) => names?.includes(name) ?? true);
}
