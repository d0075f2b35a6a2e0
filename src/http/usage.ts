import type { UsageJson } from "./answer-shape.ts";

export interface CountedTokens {
  readonly tokens: readonly number[];
  /** How they were counted, as answers say it. */
  readonly by: "tokenizer" | "characters/4";
}

/** Counts the tokens of texts. */
export type TokenCounter = (texts: readonly string[]) => Promise<CountedTokens>;

/** The usual estimate for code, where there is no model, or where its tokenizer has no time. */
export const estimateTokens: TokenCounter = async (texts) => ({
  tokens: texts.map((text) => Math.ceil(text.length / 4)),
  by: "characters/4",
});

/** Texts that are longer together are estimated: they fit no model's context. In characters. */
const longestCounted = 1024 * 1024;

/** Merges do not wait for the model: a tokenizer that has not answered after this time, in ms, is not waited for. */
const longestWaitMs = 250;

/** Counts by a model's tokenizer, if it answers in time. */
export function countByTokenizer(
  tokenize: (text: string) => Promise<{ readonly length: number }>,
): TokenCounter {
  return async (texts) => {
    const length = texts.reduce((sum, text) => sum + text.length, 0);
    if (length > longestCounted) return estimateTokens(texts);
    const counted = Promise.all(texts.map(tokenize)).then(
      (found): CountedTokens => ({ tokens: found.map((one) => one.length), by: "tokenizer" }),
      () => estimateTokens(texts),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<CountedTokens>((resolve) => {
      timer = setTimeout(() => resolve(estimateTokens(texts)), longestWaitMs);
    });
    return Promise.race([counted, late]).finally(() => clearTimeout(timer));
  };
}

/** The usage of an answer, by the tokens of its prompt and of its text. */
export function usageOfTexts(prompt: number, answer: number): UsageJson {
  return { prompt_tokens: prompt, completion_tokens: answer, total_tokens: prompt + answer };
}
