import type { Finish, OutputOptions, Released } from "../core/decode.ts";
import { RedraftError } from "../core/errors.ts";
import type { Origin, Token } from "../core/target.ts";
import { wholeCharacters } from "./utf8-buffer.ts";

/** The growing output: ends it at end tokens, stop strings and the limit, and holds back what may be part of a stop string. */
export interface Output {
  /** Everything that the sequence holds of it, held-back tokens included. */
  readonly tokens: readonly Token[];
  readonly finish: Finish | undefined;
  push(tokens: readonly Token[], origins: readonly Origin[]): Promise<Released>;
}

/**
 * Text is bytes here, because a token may end inside a UTF-8 character and a stop string may begin inside a
 * token. Of a token that holds the beginning of a stop string, the bytes before it are released as text and the
 * token itself is not.
 */
export function createOutput({ maxTokens, isEnd, stop, detokenize }: OutputOptions): Output {
  const stops = (stop ?? []).filter((text) => text !== "").map((text) => Buffer.from(text));
  const longest = Math.max(0, ...stops.map((bytes) => bytes.length));
  if (stops.length > 0 && detokenize === undefined) {
    throw new RedraftError("usage", "stop strings need a detokenizer");
  }
  const spell = detokenize && wholeCharacters(detokenize);
  const tokens: Token[] = [];
  const origins: Origin[] = [];
  /** Bytes not yet released, and how many of them each unreleased token has. */
  let held: Buffer = Buffer.alloc(0);
  const heldSizes: number[] = [];
  let released = 0;
  let finish: Finish | undefined = maxTokens > 0 ? undefined : "length";
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /**
   * Releases `size` bytes of the held ones as text, and the tokens that end within them. Tokens without bytes go with
   * the next that has some: they may be the beginning of its first character.
   */
  function release(size: number): Released {
    const text = decoder.decode(held.subarray(0, size), { stream: finish === undefined });
    held = held.subarray(size);
    const from = released;
    let left = size;
    let ended = 0;
    for (const [index, own] of heldSizes.entries()) {
      if (own > left) break;
      left -= own;
      if (own > 0) ended = index + 1;
    }
    if (finish === "end" || finish === "length") ended = heldSizes.length;
    heldSizes.splice(0, ended);
    released += ended;
    const cut = heldSizes.findIndex((own) => own > 0);
    if (cut >= 0) heldSizes[cut]! -= left;
    return { tokens: tokens.slice(from, released), origins: origins.slice(from, released), text };
  }

  return {
    tokens,
    get finish() {
      return finish;
    },
    async push(added, addedOrigins) {
      const end = added.findIndex(isEnd);
      const room = maxTokens - tokens.length;
      const count = Math.min(end < 0 ? added.length : end, room);
      if (end >= 0 && end < room) finish = "end";
      else if (count === room) finish = "length";
      const taken = added.slice(0, count);
      tokens.push(...taken);
      origins.push(...addedOrigins.slice(0, count));

      if (stops.length === 0 || spell === undefined) {
        released = tokens.length;
        const bytes = (await spell?.(taken, finish !== undefined)) ?? new Uint8Array();
        const text = decoder.decode(bytes, { stream: finish === undefined });
        return { tokens: taken, origins: addedOrigins.slice(0, count), text };
      }
      for (const token of taken) {
        const bytes = await spell([token], false);
        held = Buffer.concat([held, bytes]);
        heldSizes.push(bytes.length);
      }
      if (finish !== undefined) held = Buffer.concat([held, await spell([], true)]);

      const found = firstOf(held, stops);
      if (found >= 0) {
        finish = "stop";
        const step = release(found);
        tokens.length = released;
        origins.length = released;
        return step;
      }
      if (finish !== undefined) return release(held.length);
      return release(held.length - possibleStart(held, stops, longest));
    },
  };
}

/** Where the first stop string begins; -1 = nowhere. */
function firstOf(bytes: Buffer, stops: readonly Buffer[]): number {
  const found = stops.map((stop) => bytes.indexOf(stop)).filter((at) => at >= 0);
  return found.length === 0 ? -1 : Math.min(...found);
}

/** Length of the longest tail that may be the beginning of a stop string. */
function possibleStart(bytes: Buffer, stops: readonly Buffer[], longest: number): number {
  for (let size = Math.min(longest - 1, bytes.length); size > 0; size--) {
    const tail = bytes.subarray(bytes.length - size);
    if (stops.some((stop) => size < stop.length && stop.subarray(0, size).equals(tail)))
      return size;
  }
  return 0;
}
