import { RedraftError } from "../../core/errors.ts";
import type { TextChunk, TextOptions, Token, TokenPrompts } from "../../core/target.ts";
import type { Connection } from "./connection.ts";
import { asCount, asObject, malformed } from "./errors.ts";
import type { ServerFacts } from "./server.ts";

/** Streams the answer to a body, with whatever the server is known to take; `chat.ts` has it. */
export type AskServer = (
  path: string,
  body: Readonly<Record<string, unknown>>,
  options: TextOptions,
) => AsyncIterable<TextChunk>;

/** What a request may ask for where the context size is not known. */
const unknownRoom = 2048;

/**
 * Raw completions of token ids: the prompt of a model that was trained on no dialogue. Undefined for servers that do not
 * turn text into their model's tokens.
 */
export function tokenPrompts(
  connection: Connection,
  facts: ServerFacts,
  ask: AskServer,
): TokenPrompts | undefined {
  const { kind, model } = facts;
  if (kind === "other" || model === undefined) return undefined;
  const { id, contextSize } = model;
  return {
    ...(contextSize && { contextSize }),
    async tokenize(text, { special = false } = {}) {
      if (text === "") return [];
      const [path, body] =
        kind === "llama-server"
          ? ["/tokenize", { content: text, add_special: false, parse_special: special }]
          : ["/tokenize", { model: id, prompt: text, add_special_tokens: false }];
      const answer = asObject(await connection.post(path as string, body as object));
      if (!Array.isArray(answer?.tokens)) throw malformed("no tokens", connection.server);
      return answer.tokens.map((token): Token => asCount(token) ?? 0);
    },
    async *complete(prompt, options) {
      const room = contextSize === undefined ? unknownRoom : contextSize - prompt.length;
      if (room < 1) {
        throw new RedraftError(
          "engine-failed",
          `${id} takes ${contextSize} tokens, and the prompt has ${prompt.length}.`,
        );
      }
      const maxTokens = Math.min(options.maxTokens ?? room, room);
      yield* ask("completions", { prompt }, { ...options, maxTokens });
    },
  };
}
