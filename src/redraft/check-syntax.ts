import type { Check } from "../core/request.ts";
import { newErrors, syntaxFor } from "../workspace/syntax.ts";

/** Counts the syntax errors that a text has and its source has not; undefined where nothing can parse the file. */
export async function newErrorsFor(
  path: string,
  source: string,
): Promise<((text: string) => number | undefined) | undefined> {
  const checker = await syntaxFor(path);
  return checker && newErrors(checker, source);
}

/** New syntax errors in the output of a large model: a refusal that is sent back to it. */
export async function checkSyntax(path: string, source: string, text: string): Promise<Check[]> {
  const checker = await syntaxFor(path);
  if (!checker) return [];
  const count = newErrors(checker, source)(text);
  if (count === undefined) return [{ name: "syntax", ok: "unknown" }];
  const message = `${path} would have ${count} ${count === 1 ? "syntax error" : "syntax errors"} that it does not have now.`;
  return [count === 0 ? { name: "syntax", ok: true } : { name: "syntax", ok: false, message }];
}
