import { RedraftError } from "../core/errors.ts";
import { commentBody, isComment } from "../text/comments.ts";
import { hasWords } from "../text/words.ts";
import type { EditInput } from "./format.ts";
import { isCodeFile } from "./language.ts";
import { isElision, removalOf } from "./lazy-markers.ts";
import type { Unwrapped } from "./wrapping.ts";

/**
 * Refuses a sketch whose last line is a new comment by itself, in any words: it means "the rest as before" more often
 * than it is text, and no line below decides. A comment below a comment continues it, and code in a comment is code.
 */
export function refuseOpenComment({ lines, at }: Unwrapped, input: EditInput): void {
  const index = lines.findLastIndex((line) => line.trim() !== "");
  const line = lines[index];
  if (line === undefined || !isCodeFile(input.path) || input.source.trim() === "") return;
  const isLone = isComment(line) && !input.inSource(line) && !isComment(lines[index - 1] ?? "");
  if (!isLone || isElision(line) || removalOf(line) !== undefined) return;
  const body = commentBody(line);
  if (body === undefined || !/\p{L}/u.test(body) || looksLikeCode(body)) return;
  if (!lines.some((one) => hasWords(one) && !isComment(one))) return;
  const shown = JSON.stringify(line.trim().slice(0, 80));
  throw new RedraftError(
    "unreadable-edit",
    `line ${at + index} of the edit (${shown}) is a new comment with nothing below it: it may be a real comment, or a marker for what ` +
      `follows in ${input.path}. Nothing was written. Write \`// ... existing code ...\` for code that stays, or add the line that comes after it.`,
    { details: { line: at + index, format: "lazy" } },
  );
}

const looksLikeCode = (body: string): boolean =>
  /[;{}=]$|^[\w.]+\([^)]*\)$|^(?:return|import|from|if|for|while)\b|^[\w./-]+$/.test(body);
