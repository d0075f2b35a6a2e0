import { ApiError } from "./errors.ts";

/** The parts of a prompt for a hosted apply service. */
export interface ApplyPrompt {
  readonly instruction?: string;
  readonly code: string;
  readonly update: string;
  /** True: the prompt asks for the answer inside `<updated-code>` tags. */
  readonly tagged: boolean;
}

/**
 * Reads `<instruction>..</instruction><code>..</code><update>..</update>` out of a prompt, or returns undefined for other
 * prompts. Prose around it (the templates of fast-apply models) is allowed, and both texts may
 * contain tags of their own: only a tag that begins a line or follows the instruction opens, and only `</code>`
 * right before `<update>` divides.
 */
export function parseApplyPrompt(prompt: string): ApplyPrompt | undefined {
  const found = readForm(prompt);
  // A model would answer it with some text, and the client would use that as the file.
  if (found === undefined && /^\s*<(instructions?)>[\s\S]*?<\/\1>\s*<code>/.test(prompt)) {
    throw unreadablePrompt(
      "The prompt begins like an apply request but is not one: after `<instruction>..</instruction>` it needs `<code>..</code>` and then `<update>..</update>`, all closed.",
    );
  }
  return found;
}

function readForm(prompt: string): ApplyPrompt | undefined {
  const open = /(?:^|\n|<\/instructions?>)[ \t]*<code>/.exec(prompt);
  if (open === null) return undefined;
  const start = open.index + open[0].length;
  const dividers = [...prompt.slice(start).matchAll(/<\/code>\s*<update>/g)];
  if (dividers.length === 0) return undefined;
  const end = prompt.lastIndexOf("</update>");
  const divider = dividers[0]!;
  const updateStart = start + divider.index + divider[0].length;
  if (end < updateStart) return undefined;
  if (dividers.length > 1) {
    throw unreadablePrompt(
      "`</code><update>` occurs more than once, so it is not clear where the code ends. Send the edit through `redraft apply`, the library or MCP, which take code and edit separately.",
    );
  }
  const head = prompt.slice(0, open.index + open[0].length);
  const instruction = instructionIn(head);
  const code = prompt.slice(start, start + divider.index);
  const update = prompt.slice(updateStart, end);
  // Some templates put the tags on lines of their own. Only when both texts look so is the line end the template's.
  const ownLines = [code, update].every((text) => text.startsWith("\n") && text.endsWith("\n"));
  return {
    ...(instruction ? { instruction } : {}),
    code: ownLines ? code.slice(1, -1) : code,
    update: ownLines ? update.slice(1, -1) : update,
    tagged: /<updated-code>/.test(head) || /<updated-code>/.test(prompt.slice(end)),
  };
}

/** The text of the first instruction that is closed. Searched for by its end first: a pattern takes quadratic time where none is. */
function instructionIn(head: string): string | undefined {
  const end = head.search(/<\/instructions?>/);
  if (end < 0) return undefined;
  const before = head.slice(0, end);
  const open = /<instructions?>/.exec(before);
  return open === null ? undefined : before.slice(open.index + open[0].length).trim();
}

/** The request itself is wrong, so sending it again cannot succeed. */
function unreadablePrompt(message: string): ApiError {
  return new ApiError(400, message, { code: "unreadable-edit" });
}
