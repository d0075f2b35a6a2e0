import type { Conversation, Spent } from "./conversation.ts";
import {
  type Costs,
  type CostUnit,
  costOf,
  type Estimate,
  type Forecast,
  tokensOf,
} from "./costs.ts";
import { idealSketch } from "./ideal-sketch.ts";
import type { EditedFile, InstructRequest, Way } from "./request.ts";

/** The way that was taken, beside what was expected of two. */
export interface Decision extends Omit<Forecast, "via"> {
  readonly via: Way;
}

/** What an edit took, and what the other way would have. */
export interface CascadeReport {
  readonly via: Way | "orchestrate";
  readonly why: string;
  readonly large: Spent;
  /** The model that applied the sketches; zero where the merge settled everything. */
  readonly small: { readonly tokens: number; readonly forwards: number };
  readonly seconds: number;
  readonly unit: CostUnit;
  /** What the large model's tokens cost. */
  readonly cost: number;
  /** The way not taken, from the files as they came out. */
  readonly other: Estimate & { readonly via: "rewrite" | "cascade" };
}

export function reportOf({
  request,
  decision,
  talk,
  changed,
  costs,
  seconds,
}: {
  readonly request: InstructRequest;
  readonly decision: Decision;
  readonly talk: Conversation;
  readonly changed: readonly EditedFile[];
  readonly costs: Costs;
  readonly seconds: number;
}): CascadeReport {
  const { spent } = talk;
  const predictedTokens = spent.acceptedPredictionTokens ?? 0;
  let tokens = 0;
  let forwards = 0;
  for (const { result } of changed) {
    tokens += result.stats?.tokens ?? 0;
    forwards += result.stats?.forwards ?? 0;
  }
  return {
    via: decision.via,
    why: decision.why,
    large: spent,
    small: { tokens, forwards },
    seconds,
    unit: decision.unit,
    cost: costOf({ ...spent, predictedTokens }, costs),
    other: otherWay(request, decision, changed, costs),
  };
}

/** The prompt as it was forecast, and the output that this very change would have needed. */
function otherWay(
  { files }: InstructRequest,
  decision: Decision,
  changed: readonly EditedFile[],
  costs: Costs,
): CascadeReport["other"] {
  const via = decision.via === "rewrite" ? "cascade" : "rewrite";
  const blocks = 16 * changed.length;
  let outputTokens = blocks;
  let newTokens = blocks;
  for (const { path, result } of changed) {
    const before = files.find((file) => file.path === path)?.text ?? "";
    const sketch = tokensOf(idealSketch(path, before, result.text ?? ""));
    outputTokens += via === "cascade" ? sketch + 30 : tokensOf(result.text ?? "");
    newTokens += sketch / 2;
  }
  const predictedTokens = via === "rewrite" ? Math.max(0, Math.round(outputTokens - newTokens)) : 0;
  const { promptTokens } = decision[via];
  const estimate = { promptTokens, outputTokens, predictedTokens };
  return { via, ...estimate, cost: costOf(estimate, costs) };
}
