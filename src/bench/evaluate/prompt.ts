import type { Token, TokenTarget } from "../../core/target.ts";
import { applyFormats, plainTokens } from "../../settle/model/apply-formats.ts";

/** The prompt of the recipe's models (training/README.md): region and sketch between role tokens. */
export function applyPrompt(
  target: TokenTarget,
  original: readonly string[],
  sketch: readonly string[],
): Promise<Token[]> {
  return applyFormats.redraft.prompt(target, { original, sketch });
}

/** Tokens of a region as the model writes it, without the end token. */
export function regionTokens(
  target: TokenTarget,
  lines: readonly string[],
): Promise<readonly Token[]> {
  return plainTokens(target, lines);
}
