import type { Token } from "../core/target.ts";

/** What a token looks like; enough to know where lines begin and what kind of thing comes next. */
export const tokenClasses = ["newline", "space", "word", "open", "close", "quote", "mark"] as const;
export type TokenClass = number;

/** Class of a token by its text: an index into `tokenClasses`. */
export function classOf(text: string): TokenClass {
  if (text.includes("\n")) return 0;
  const bare = text.trim();
  if (bare === "") return 1;
  if (/^[\p{L}\p{N}_]/u.test(bare)) return 2;
  if (/^[([{<]/.test(bare)) return 3;
  if (/^[)\]}>]/.test(bare)) return 4;
  if (/^["'`]/.test(bare)) return 5;
  return 6;
}

export const newlineClass: TokenClass = 0;

/** Start of the line that holds `at`, and of the line after; line starts follow newline tokens. */
export function lineStart(tokens: readonly Token[], at: number, isNewline: (token: Token) => boolean): number {
  let start = Math.min(at, tokens.length);
  while (start > 0 && !isNewline(tokens[start - 1]!)) start--;
  return start;
}

export function nextLine(tokens: readonly Token[], at: number, isNewline: (token: Token) => boolean): number {
  let next = at;
  while (next < tokens.length && !isNewline(tokens[next]!)) next++;
  return Math.min(next + 1, tokens.length);
}

/** Dice coefficient of two lines as bags of tokens: 1 = the same tokens, 0 = none in common. */
export function diceSimilarity(left: readonly Token[], right: readonly Token[]): number {
  if (left.length + right.length === 0) return 1;
  const counts = new Map<Token, number>();
  for (const token of left) counts.set(token, (counts.get(token) ?? 0) + 1);
  let common = 0;
  for (const token of right) {
    const count = counts.get(token) ?? 0;
    if (count === 0) continue;
    common++;
    counts.set(token, count - 1);
  }
  return (2 * common) / (left.length + right.length);
}
