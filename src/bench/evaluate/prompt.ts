import type { Token, TokenTarget } from "../../core/target.ts";

/** Ends every line, the last one too. */
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

/** The prompt of the recipe's models (training/README.md): region and sketch between role tokens. */
export async function applyPrompt(
  target: TokenTarget,
  original: readonly string[],
  sketch: readonly string[],
): Promise<Token[]> {
  const roles = await Promise.all(
    ["<|file|>", "<|sketch|>", "<|apply|>"].map((role) => target.tokenize(role, { special: true })),
  );
  const [first, second] = await Promise.all([
    target.tokenize(text(original)),
    target.tokenize(text(sketch)),
  ]);
  return [...roles[0]!, ...first!, ...roles[1]!, ...second!, ...roles[2]!];
}

/** Tokens of a region as the model writes it, without the end token. */
export async function regionTokens(
  target: TokenTarget,
  lines: readonly string[],
): Promise<readonly Token[]> {
  return target.tokenize(text(lines));
}
