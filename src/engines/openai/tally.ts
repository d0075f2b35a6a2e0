import { asCount, asObject } from "./errors.ts";

/** What a server was asked and what it counts as used. */
export interface UsageTally {
  /** Answered requests; attempts that failed are not among them. */
  readonly requests: number;
  /** Billed tokens read and written, as the server reports them. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the prompt tokens, those that the server had in its prefix cache. */
  readonly cachedTokens: number;
  /** Of the completion tokens, drafted ones that were right; rejected ones are billed on top by some. */
  readonly acceptedPredictionTokens: number;
  readonly rejectedPredictionTokens: number;
}

export const emptyTally: UsageTally = {
  requests: 0,
  promptTokens: 0,
  completionTokens: 0,
  cachedTokens: 0,
  acceptedPredictionTokens: 0,
  rejectedPredictionTokens: 0,
};

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens?: number;
  readonly acceptedPredictionTokens?: number;
  readonly rejectedPredictionTokens?: number;
}

/** Reads the `usage` of an answer; undefined where the server sends none. */
export function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  const promptTokens = asCount(usage?.prompt_tokens);
  const completionTokens = asCount(usage?.completion_tokens);
  if (promptTokens === undefined || completionTokens === undefined) return undefined;
  const details = asObject(usage?.completion_tokens_details);
  const accepted = asCount(details?.accepted_prediction_tokens);
  const rejected = asCount(details?.rejected_prediction_tokens);
  const cached = asCount(asObject(usage?.prompt_tokens_details)?.cached_tokens);
  return {
    promptTokens,
    completionTokens,
    ...(cached !== undefined && { cachedTokens: cached }),
    ...(accepted !== undefined && { acceptedPredictionTokens: accepted }),
    ...(rejected !== undefined && { rejectedPredictionTokens: rejected }),
  };
}

export function addUsage(tally: UsageTally, usage: Usage | undefined): UsageTally {
  return {
    requests: tally.requests + 1,
    promptTokens: tally.promptTokens + (usage?.promptTokens ?? 0),
    completionTokens: tally.completionTokens + (usage?.completionTokens ?? 0),
    cachedTokens: tally.cachedTokens + (usage?.cachedTokens ?? 0),
    acceptedPredictionTokens:
      tally.acceptedPredictionTokens + (usage?.acceptedPredictionTokens ?? 0),
    rejectedPredictionTokens:
      tally.rejectedPredictionTokens + (usage?.rejectedPredictionTokens ?? 0),
  };
}
