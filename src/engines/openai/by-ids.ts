import { RedraftError } from "../../core/errors.ts";
import type { Token } from "../../core/target.ts";

/** Ids of servers' vocabularies are smaller; this one means "the text has ended". */
export const endOfText: Token = 2 ** 30;

/**
 * The text that a server gives for tokens, as bytes. Servers give only whole characters: where the tokens begin or end
 * within one this throws, with what it has in `details.cut`, for callers who can ask again with more tokens
 * (`wholeCharacters` in verify/).
 */
export function bytesOfText(text: string, server: string): Uint8Array {
  const begins = text.startsWith("\ufffd");
  const ends = text.endsWith("\ufffd");
  if (!begins && !ends) return Buffer.from(text);
  throw new RedraftError(
    "engine-failed",
    `${server} gives the text of tokens only in whole characters, and these begin or end within one. Ask for the text of the whole output.`,
    { details: { cut: { text, begins, ends } } },
  );
}
