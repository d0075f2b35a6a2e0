import type { Token } from "../core/target.ts";
import { type ChatTemplate, detectChatTemplate } from "../session/chat-template.ts";
import type { ServedModel } from "../session/served-model.ts";
import { produceScored } from "./echo.ts";
import { ApiError } from "./errors.ts";
import type { Measures } from "./measures.ts";
import { type Production, produceText } from "./produce.ts";
import type { GenerationRead } from "./requests.ts";

/** Finds a target's chat template once. */
export function templateOf(
  given: ChatTemplate | undefined,
  served: ServedModel,
): () => Promise<ChatTemplate> {
  let found: Promise<ChatTemplate> | undefined;
  return () => {
    found ??= given ? Promise.resolve(given) : detectChatTemplate(served.target);
    return found;
  };
}

/** Lets the model write, or score. Includes tokenising: the caller has a place in the model's queue. */
export async function* produceGeneration(
  served: ServedModel,
  read: GenerationRead,
  template: () => Promise<ChatTemplate>,
  measures: Measures,
  { signal, client }: { readonly signal: AbortSignal; readonly client: string },
): Production {
  const prompt = await tokensOfPrompt(served, read, template);
  if (prompt.length === 0) {
    throw new ApiError(400, "`prompt` is empty.", { param: "prompt", code: "usage" });
  }
  const { maxTokens, temperature, topP, seed, prediction, stop, scores } = read;
  if (scores !== undefined) {
    const request = { ...scores, max_tokens: maxTokens };
    return yield* produceScored(served, request, prompt, measures, signal);
  }
  return yield* produceText(
    served,
    {
      prompt,
      signal,
      stop,
      // Nobody edits or reads the cache of another client by guessing a name.
      ...(read.session && { session: JSON.stringify([client, read.session]) }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(prediction === undefined ? {} : { prediction: await served.target.tokenize(prediction) }),
      ...(temperature
        ? { sampling: { temperature, topP: topP ?? 1, seed: seed ?? randomSeed() } }
        : {}),
    },
    measures,
  );
}

async function tokensOfPrompt(
  served: ServedModel,
  { prompt }: GenerationRead,
  template: () => Promise<ChatTemplate>,
): Promise<readonly Token[]> {
  const { target } = served;
  if (typeof prompt === "string") return target.tokenize(prompt, { special: true });
  if ("messages" in prompt) {
    return target.tokenize(await (await template())(prompt.messages), { special: true });
  }
  return checkTokens(prompt, served);
}

export function checkTokens(tokens: readonly Token[], model: ServedModel): readonly Token[] {
  const { vocabSize } = model.target.capabilities;
  const wrong = tokens.find((token) => token >= vocabSize);
  if (wrong === undefined) return tokens;
  throw new ApiError(400, `Token ${wrong} is not in the vocabulary of ${vocabSize} tokens.`, {
    param: "prompt",
    code: "usage",
  });
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
