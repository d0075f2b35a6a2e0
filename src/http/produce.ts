import type { SpeculationStats } from "../core/target.ts";
import type { GenerateRequest, ServedModel } from "../session/served-model.ts";
import type { Ending, UsageJson } from "./answer-shape.ts";
import type { Measures } from "./measures.ts";

/** Yields text as it is produced, and returns how it ended. */
export type Production = AsyncGenerator<string, Ending>;

export function usageOf(
  prompt: number,
  stats: SpeculationStats,
  prediction: number | undefined,
): UsageJson {
  const accepted = stats.acceptedByOrigin.source ?? 0;
  return {
    prompt_tokens: prompt,
    completion_tokens: stats.tokens,
    total_tokens: prompt + stats.tokens,
    ...(prediction === undefined
      ? {}
      : {
          completion_tokens_details: {
            accepted_prediction_tokens: Math.min(accepted, prediction),
            rejected_prediction_tokens: Math.max(0, prediction - accepted),
          },
        }),
  };
}

/** Lets the model write. */
export async function* produceText(
  model: ServedModel,
  request: GenerateRequest,
  measures: Measures,
): Production {
  const writing = model.generate(request);
  for (;;) {
    const step = await writing.next();
    if (step.done !== true) {
      yield step.value;
      continue;
    }
    const { finish, stats } = step.value;
    measures.countDecoding(stats);
    return { finish, usage: usageOf(request.prompt.length, stats, request.prediction?.length) };
  }
}
