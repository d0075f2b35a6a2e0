/** What tokens cost, in money or in time; each may be absent. */
export interface Costs {
  readonly large?: ModelCosts;
  readonly small?: ModelCosts;
  /** How often a sketch is refused and comes again (0 to 1). Default .06. */
  readonly refusalRate?: number;
}

export interface ModelCosts {
  /** Per million tokens, in any currency. */
  readonly promptPrice?: number;
  readonly outputPrice?: number;
  /** Tokens per second. */
  readonly promptSpeed?: number;
  readonly outputSpeed?: number;
  /** Of output that a prediction holds already. Default: `outputSpeed`. */
  readonly predictedSpeed?: number;
}

export type CostUnit = "price" | "seconds" | "tokens";

/** What one way of editing takes, of the large model unless said otherwise. */
export interface Estimate {
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Of the output, what the source predicts. */
  readonly predictedTokens: number;
  /** In the unit that `unitOf` names. */
  readonly cost: number;
}

export interface Forecast {
  /** The cheaper one. */
  readonly via: "rewrite" | "cascade";
  readonly why: string;
  readonly unit: CostUnit;
  readonly rewrite: Estimate;
  readonly cascade: Estimate;
}

/** Characters of code per token: with Qwen2's vocabulary 4.0 in functions and 4.6 in files (recorded edits). */
const charactersPerToken = 4.1;

export function tokensOf(text: string | number): number {
  const length = typeof text === "number" ? text : text.length;
  return Math.ceil(length / charactersPerToken);
}

/** Rules of the prompt, tags around file and instruction, and around each block of the answer, in tokens. */
const rulesTokens = { sketch: 390, rewrite: 130 } as const;
const perBlock = { sketch: 45, rewrite: 16 } as const;

/**
 * How long the sketch of an edit is, in characters, before anybody has written it. The traces say: three quarters
 * of the file as long as that is short, and some 650 characters whatever the file's length: an edit does not
 * grow with its file (medians .67 of 1,400 characters, .12 of 5,800, .03 of 17,000).
 */
export function expectedSketch(fileLength: number): number {
  return Math.min(0.75 * fileLength, 620 + 0.005 * fileLength);
}

export const usualRefusalRate = 0.06;
/** The output's price for one of the prompt's, where no prices are known: 4 at most hosted services. */
const outputWeight = 4;

export function unitOf(costs: Costs): CostUnit {
  const { outputPrice, outputSpeed } = costs.large ?? {};
  if (outputPrice !== undefined) return "price";
  return outputSpeed === undefined ? "tokens" : "seconds";
}

/** What the large model's tokens cost; in the unit of `unitOf(costs)`. */
export function costOf(
  tokens: Pick<Estimate, "promptTokens" | "outputTokens" | "predictedTokens">,
  costs: Costs,
): number {
  const { promptTokens, outputTokens, predictedTokens } = tokens;
  const large = costs.large ?? {};
  switch (unitOf(costs)) {
    case "price":
      return (promptTokens * (large.promptPrice ?? 0) + outputTokens * large.outputPrice!) / 1e6;
    case "seconds": {
      const speed = large.outputSpeed!;
      const reading = large.promptSpeed ? promptTokens / large.promptSpeed : 0;
      const copied = predictedTokens / (large.predictedSpeed ?? speed);
      return reading + copied + (outputTokens - predictedTokens) / speed;
    }
    default:
      return promptTokens + outputWeight * outputTokens;
  }
}

/** What the small model adds to a sketch, where it has a price or a speed: the files once more. */
function smallCost(outputTokens: number, costs: Costs): number {
  const { outputPrice = 0, outputSpeed } = costs.small ?? {};
  if (unitOf(costs) === "price") return (outputTokens * outputPrice) / 1e6;
  if (unitOf(costs) === "seconds") return outputSpeed ? outputTokens / outputSpeed : 0;
  return 0;
}

/** Expects what both ways take, and chooses the cheaper one. */
export function forecast(
  files: readonly { readonly text: string }[],
  instruction: string,
  costs: Costs = {},
): Forecast {
  const sources = files.reduce((sum, { text }) => sum + tokensOf(text), 0);
  const asked = sources + tokensOf(instruction);
  const sketches = files.reduce((sum, { text }) => sum + tokensOf(expectedSketch(text.length)), 0);
  const rewrite = estimate(costs, {
    promptTokens: asked + rulesTokens.rewrite,
    outputTokens: sources + files.length * perBlock.rewrite,
    // The changed lines are new; a sketch is about half changed lines.
    predictedTokens: Math.max(0, sources - sketches / 2),
  });
  const once = estimate(costs, {
    promptTokens: asked + rulesTokens.sketch,
    outputTokens: sketches + files.length * perBlock.sketch,
    predictedTokens: 0,
  });
  // A refused sketch is written again, and one refused twice is rewritten.
  const rate = costs.refusalRate ?? usualRefusalRate;
  const cascade = {
    ...once,
    cost: once.cost * (1 + rate) + rate * rate * rewrite.cost + smallCost(rate * sources, costs),
  };
  const unit = unitOf(costs);
  const via = cascade.cost < rewrite.cost ? "cascade" : "rewrite";
  const refusals =
    costs.refusalRate === undefined
      ? ""
      : `, if ${Math.round(100 * rate)} % of sketches are refused`;
  const why = `expected ${unit}: ${shortCost(cascade.cost)} by sketch, ${shortCost(rewrite.cost)} by rewriting${refusals}`;
  return { via, why, unit, rewrite, cascade };
}

function estimate(costs: Costs, tokens: Omit<Estimate, "cost">): Estimate {
  return { ...tokens, cost: costOf(tokens, costs) };
}

export function shortCost(cost: number): string {
  return cost >= 100 ? String(Math.round(cost)) : String(Number(cost.toPrecision(3)));
}
