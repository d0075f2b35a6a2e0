import type { Token, TokenTarget } from "../core/target.ts";

/** What kind of text a token is: enough to know where lines begin and what a copy runs into. */
export const tokenClasses = ["newline", "space", "word", "open", "close", "quote", "mark"] as const;

/** An index into `tokenClasses`. */
export type TokenClass = number;

export const newlineClass: TokenClass = 0;

export function classOfToken(text: string): TokenClass {
  if (text.includes("\n")) return newlineClass;
  const bare = text.trim();
  if (bare === "") return 1;
  if (/^[\p{L}\p{N}_]/u.test(bare)) return 2;
  if (/^[([{<]/.test(bare)) return 3;
  if (/^[)\]}>]/.test(bare)) return 4;
  if (/^["'`]/.test(bare)) return 5;
  return 6;
}

/** The text of each of these tokens, by itself. */
export type Speller = (tokens: readonly Token[]) => readonly string[] | Promise<readonly string[]>;

/** Asks the target; the answers are kept by `createSpelling`. */
export function spellerOf(target: Pick<TokenTarget, "detokenize">): Speller {
  return async (tokens) => {
    // A target that remembers its tokens' texts learns all of them from one question.
    await target.detokenize(tokens);
    return Promise.all(
      tokens.map(async (token) => Buffer.from(await target.detokenize([token])).toString("utf8")),
    );
  };
}

/** Classes and texts of tokens, each asked for once. */
export interface TokenSpelling {
  /** Makes these tokens known; cheap when they are. */
  learn(tokens: readonly Token[], from?: number): Promise<void> | undefined;
  classOf(token: Token): TokenClass;
  textOf(token: Token): string;
}

export function createSpelling(speller: Speller): TokenSpelling {
  const texts = new Map<Token, string>();
  const classes = new Map<Token, TokenClass>();
  return {
    learn(tokens, from = 0) {
      const unknown = new Set<Token>();
      for (let i = from; i < tokens.length; i++) {
        if (!texts.has(tokens[i]!)) unknown.add(tokens[i]!);
      }
      if (unknown.size === 0) return undefined;
      const asked = [...unknown];
      const keep = (spelled: readonly string[]): void => {
        asked.forEach((token, i) => {
          texts.set(token, spelled[i] ?? "");
          classes.set(token, classOfToken(spelled[i] ?? ""));
        });
      };
      const answer = speller(asked);
      if (answer instanceof Promise) return answer.then(keep);
      keep(answer);
      return undefined;
    },
    classOf: (token) => classes.get(token) ?? 6,
    textOf: (token) => texts.get(token) ?? "",
  };
}
