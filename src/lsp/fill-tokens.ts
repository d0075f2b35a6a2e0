import type { Token, TokenTarget } from "../core/target.ts";

/** The tokens around what a model that was trained to fill a gap reads: prefix, text before, suffix, text behind, middle. */
export interface FillTokens {
  readonly prefix: Token;
  readonly suffix: Token;
  readonly middle: Token;
}

/** As Qwen2.5-Coder, StarCoder and DeepSeek-Coder spell them. */
const spellings = [
  ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
  ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
  ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"],
] as const;

/** Undefined for models without such tokens: they only continue a text. */
export async function fillTokensOf(
  target: Pick<TokenTarget, "tokenize">,
): Promise<FillTokens | undefined> {
  for (const names of spellings) {
    const [prefix, suffix, middle] = await Promise.all(
      names.map(async (name) => onlyOne(await target.tokenize(name, { special: true }))),
    );
    if (prefix !== undefined && suffix !== undefined && middle !== undefined) {
      return { prefix, suffix, middle };
    }
  }
  return undefined;
}

const onlyOne = (tokens: readonly Token[]): Token | undefined =>
  tokens.length === 1 ? tokens[0] : undefined;
