import type { Planner } from "../../core/plan.ts";
import type { Drafter, DraftRequest, Token, TokenTarget } from "../../core/target.ts";
import type { AcceptanceWeights } from "../../draft/acceptance-model.ts";
import { createController } from "../../draft/controller.ts";
import { type TokenPredictor, targetPredictor } from "../../draft/draft-model.ts";
import { fixedPlanner } from "../../draft/fixed-planner.ts";
import { drafters } from "../../draft/registry.ts";
import { classOfToken, newlineClass, spellerOf } from "../../draft/spelling.ts";
import { fastFixerDrafter } from "../baselines/fastfixer.ts";
import { speculativeDrafter } from "../baselines/speculative.ts";
import { vllmNgram, vllmSuffix } from "../baselines/vllm.ts";
import { weightsFor } from "../traces/weights.ts";

/** A way of decoding. */
export interface Strategy {
  readonly name: string;
  /** For the next generation; undefined means plain decoding. Nothing was learned from its own task. */
  planner(task: string): Planner | undefined;
  /** EfficientEdit's own loop, which no planner can be: it throws the target's free token away. */
  readonly loop?: { readonly model?: TokenPredictor };
  /** Whether drafts may copy from the sketch as a text of its own; it is in the prompt in any case. */
  readonly sketch: boolean;
}

export const plainName = "ar";

/** As many nodes as the target takes: the published code has no limit. */
const unlimited = Number.MAX_SAFE_INTEGER;

/** What a strategy may draft from. */
export function requestFor(strategy: Strategy, request: DraftRequest): DraftRequest {
  if (strategy.sketch) return request;
  const { sketch: _, ...rest } = request;
  return rest;
}

export interface StrategyContext {
  readonly target: TokenTarget;
  readonly draft?: TokenTarget;
  /** Cost of a plain step of the draft model, in plain steps of the target (default 0). */
  readonly draftCost?: number;
  /** Measured cost of a pass over n tokens of the target, in plain steps. */
  readonly cost: (n: number) => number;
}

/** Published methods with the lengths they were published with, and ours, which fit theirs to the curve. */
export async function strategiesFor({
  target,
  draft,
  draftCost = 0,
  cost,
}: StrategyContext): Promise<Strategy[]> {
  const speller = spellerOf(target);
  const isNewline = await newlinesOf(target);
  const fixed = (name: string, make: () => Drafter, budget: number): Strategy => ({
    name,
    planner: () => fixedPlanner([make()], { budget }),
    sketch: false,
  });
  type Make = (weights: AcceptanceWeights) => Drafter;
  const ours = (name: string, make: Make, tree: boolean, sketch = false): Strategy => {
    // One for all generations, as in a session of the product: it keeps learning what is accepted.
    const planners = new Map<AcceptanceWeights, Planner>();
    const planner = (task: string): Planner => {
      const weights = weightsFor(task);
      const known = planners.get(weights);
      const made = known ?? createController({ drafters: [make(weights)], cost, tree });
      planners.set(weights, made);
      return made;
    };
    return { name, planner, sketch };
  };
  const copies: Make = (weights) => drafters.copy({ speller, weights });
  const all: Strategy[] = [
    { name: plainName, planner: () => undefined, sketch: false },
    fixed("pld-3-10", () => drafters.lookup({ speller, size: 3, length: 10 }), 10),
    fixed("pld-5-64", () => drafters.lookup({ speller, size: 5, length: 64, recent: true }), 64),
    fixed("ngram-2-5-64", () => vllmNgram(speller), 64),
    fixed("suffix-64-8", () => vllmSuffix(speller), 127),
    fixed("suffix-1", () => drafters.suffix({ speller, alpha: 1 }), 64),
    fixed("suffix-4", () => drafters.suffix({ speller, alpha: 4 }), 64),
    fixed("fastfixer", () => fastFixerDrafter(isNewline), unlimited),
    efficientEditStrategy("ee-reuse"),
    ours("redraft-line", copies, false),
    ours("redraft-tree", copies, true),
    ours("redraft-sketch", copies, false, true),
  ];
  if (draft !== undefined) {
    // One for all: generations come one after another, and each begins it anew.
    const predictor = targetPredictor(draft);
    const model: Make = (weights) =>
      drafters["draft-model"]({ speller, weights, predictor, cost, passCost: draftCost });
    all.push(
      fixed("sd-7", () => speculativeDrafter(predictor, 7), 7),
      efficientEditStrategy("ee-full", predictor),
      ours("redraft-line+draft", model, false),
      ours("redraft-tree+draft", model, true),
    );
  }
  return all;
}

function efficientEditStrategy(name: string, model?: TokenPredictor): Strategy {
  const loop = model === undefined ? {} : { model };
  return { name, planner: () => undefined, loop, sketch: false };
}

export interface NewlineVocabulary extends Pick<TokenTarget, "detokenize"> {
  readonly capabilities: Pick<TokenTarget["capabilities"], "vocabSize">;
}

/** Which tokens hold a line's end: all of the vocabulary is asked once, since drafters cannot wait. */
export async function newlinesOf({
  capabilities,
  detokenize,
}: NewlineVocabulary): Promise<(token: Token) => boolean> {
  const tokens = Array.from({ length: capabilities.vocabSize }, (_, token) => token);
  const texts = await spellerOf({ detokenize })(tokens);
  const newlines = new Set(tokens.filter((token) => classOfToken(texts[token]!) === newlineClass));
  return (token) => newlines.has(token);
}
