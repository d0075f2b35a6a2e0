import type { Token } from "../../core/target.ts";
import type { Tokenizer } from "../../engines/bpe.ts";

/** The texts of tokens, each asked for once. */
export function spellerOf(tokenizer: Tokenizer): (tokens: readonly Token[]) => readonly string[] {
  const known = new Map<Token, string>();
  return (tokens) =>
    tokens.map((token) => {
      const text = known.get(token) ?? Buffer.from(tokenizer.detokenize([token])).toString("utf8");
      known.set(token, text);
      return text;
    });
}
