import { RedraftError } from "../../core/errors.ts";
import type { Token } from "../../core/target.ts";
import type { Scored } from "./scorer.ts";

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

/** A token as a server lists it, with its text where it gives one. */
export interface NamedToken {
  readonly id: Token;
  readonly text?: string;
}

/**
 * Which tokens end a text. Servers do not list them: one is known when the model ends with it, and known to be none when the
 * model writes on behind it.
 */
export interface EndTokens {
  has(token: Token): boolean;
  /** The model has ended its text with this one. */
  add(token: Token): void;
  /** The model has written on behind these. */
  passed(tokens: readonly Token[]): void;
  /** Whether this may be one that was not met yet: by its name, such as `</s>`, `<|im_end|>` or `[EOS]`, or for want of one. */
  mayBe(token: NamedToken): boolean;
}

export function createEndTokens(): EndTokens {
  const ends = new Set<Token>([endOfText]);
  const others = new Set<Token>();
  return {
    has: (token) => ends.has(token),
    add: (token) => void ends.add(token),
    passed(tokens) {
      for (const token of tokens) others.add(token);
    },
    mayBe: ({ id, text }) => !ends.has(id) && !others.has(id) && (!text || isMark(text)),
  };
}

function isMark(text: string): boolean {
  const name = text.trim();
  const last = name.at(-1);
  return (name[0] === "<" && last === ">") || (name[0] === "[" && last === "]" && name !== "[]");
}

/**
 * What the likeliest tokens at the places of a draft say about it. A token that may end the text is for the model to
 * write: nothing is accepted from there on.
 */
export function judgeDraft(
  draft: readonly Token[],
  likeliest: readonly (NamedToken | undefined)[],
  ends: EndTokens,
): Scored {
  for (const [index, token] of draft.entries()) {
    const best = likeliest[index];
    if (best === undefined || ends.mayBe(best)) return { accepted: index };
    if (best.id !== token) return { accepted: index, next: best.id };
  }
  return { accepted: draft.length };
}
