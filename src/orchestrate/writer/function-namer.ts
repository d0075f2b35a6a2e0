import type { TextTarget } from "../../core/target.ts";
import type { NameFunction } from "../extract/function-name.ts";

const namingRules =
  "You name functions. You are given code that becomes a function of its own. Answer with one name that says what it does: a verb and a noun. Answer with the name only.";

/** Tokens of an answer that is a name, some politeness included. */
const mostTokens = 24;
/** Code that a model is shown, in characters. */
const mostCode = 4000;

/** Has a model suggest the name of a function; whoever asks checks it. */
export function functionNamer(
  open: () => Promise<Pick<TextTarget, "complete">>,
  inFence: (path: string, code: string) => string,
): NameFunction {
  return async (path, code, signal) => {
    const target = await open();
    const shown = inFence(path, code.slice(0, mostCode));
    let answer = "";
    const messages = [
      { role: "system", content: namingRules },
      { role: "user", content: `${shown}\n\nThe name of this function:` },
    ] as const;
    for await (const { text } of target.complete(messages, { maxTokens: mostTokens, signal })) {
      signal.throwIfAborted();
      answer += text;
    }
    return nameIn(answer);
  };
}

/** The name in an answer: what is quoted, what has brackets behind it, or a single word. */
function nameIn(answer: string): string | undefined {
  const line = answer.trim().split("\n", 1)[0] ?? "";
  const name =
    /`([\p{L}_$][\p{L}\p{N}_$]{2,40})/u.exec(line) ??
    /([\p{L}_$][\p{L}\p{N}_$]{2,40})\(/u.exec(line) ??
    /^["']?([\p{L}_$][\p{L}\p{N}_$]{2,40})["']?[.:]?$/u.exec(line);
  return name?.[1];
}
