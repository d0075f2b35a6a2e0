import { type LanguageModelMiddleware, wrapLanguageModel } from "ai";

type WrappableModel = Parameters<typeof wrapLanguageModel>[0]["model"];
type WrappedModel = ReturnType<typeof wrapLanguageModel>;
type CallParams = Parameters<NonNullable<LanguageModelMiddleware["transformParams"]>>[0]["params"];

/** Returns the text that the answer probably repeats: given, or found in the call. Undefined if there is none. */
export type PredictionSource = string | ((params: CallParams) => string | undefined);

/**
 * Sends `prediction` with every call, for providers that draft from it: Redraft's own server, OpenAI, and
 * others of its API. The answer is the same with and without it; it comes sooner.
 *
 * @param options.provider whose options to write; default: the name of the model's provider
 */
export function predictionMiddleware(
  prediction: PredictionSource,
  options: { readonly provider?: string } = {},
): LanguageModelMiddleware {
  return {
    specificationVersion: "v3",
    async transformParams({ params, model }) {
      const content = typeof prediction === "string" ? prediction : prediction(params);
      if (content === undefined) return params;
      const provider = options.provider ?? model.provider.split(".")[0]!;
      const own = params.providerOptions?.[provider];
      // Whoever sets a prediction on the call itself knows better.
      if (own?.prediction !== undefined) return params;
      return {
        ...params,
        providerOptions: {
          ...params.providerOptions,
          [provider]: { ...own, prediction: { type: "content", content } },
        },
      };
    },
  };
}

/** The model with a prediction in every call. */
export function withPrediction(
  model: WrappableModel,
  prediction: PredictionSource,
  options: { readonly provider?: string } = {},
): WrappedModel {
  return wrapLanguageModel({ model, middleware: predictionMiddleware(prediction, options) });
}
