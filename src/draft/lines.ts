import type { Token } from "../core/target.ts";

type IsNewline = (token: Token) => boolean;

/** Lines are followed this far and no further, so that a minified file of one line costs no more than others. */
const longestTokenLine = 512;

/** Where the line that holds `at` begins: after the newline token before it. */
export function lineStart(tokens: readonly Token[], at: number, isNewline: IsNewline): number {
  let start = Math.min(at, tokens.length);
  const least = Math.max(0, start - longestTokenLine);
  while (start > least && !isNewline(tokens[start - 1]!)) start--;
  return start;
}

/** Where the line after the one that holds `at` begins. */
export function nextLine(tokens: readonly Token[], at: number, isNewline: IsNewline): number {
  let end = at;
  const most = Math.min(tokens.length, at + longestTokenLine);
  while (end < most && !isNewline(tokens[end]!)) end++;
  return Math.min(end + 1, tokens.length);
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
