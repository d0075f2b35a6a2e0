import { asCount, asObject, asText } from "./errors.ts";

/** One token of an answer, as a stretch of the answer's text (offsets in UTF-16 units). */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Whether the model would have written it itself; false also where the answer leaves doubt. */
  readonly chosen: boolean;
}

/**
 * 0: an entry says how likely its own token was, as documented. 1: how likely the token after it is; llama-cpp-python
 * does that with models that have no BOS token.
 */
export type LogprobShift = 0 | 1;

/** `logprobs` of a completion: one entry per token in each list. */
export interface WireLogprobs {
  readonly tokens: readonly string[];
  readonly tokenLogprobs: readonly (number | null)[];
  readonly topLogprobs: readonly (Readonly<Record<string, number>> | null)[];
  readonly textOffset: readonly number[];
}

export function readLogprobs(value: unknown): WireLogprobs | undefined {
  const logprobs = asObject(value);
  if (!Array.isArray(logprobs?.tokens)) return undefined;
  const list = <Item>(items: unknown, read: (item: unknown) => Item): Item[] =>
    Array.isArray(items) ? items.map(read) : [];
  return {
    tokens: logprobs.tokens.map((token) => asText(token) ?? ""),
    tokenLogprobs: list(logprobs.token_logprobs, (one) => (typeof one === "number" ? one : null)),
    topLogprobs: list(
      logprobs.top_logprobs,
      (one) => (asObject(one) as Record<string, number> | undefined) ?? null,
    ),
    textOffset: list(logprobs.text_offset, (one) => asCount(one) ?? 0),
  };
}

/**
 * Where each token lies in the text. Servers name tokens by strings, and a token that ends inside a UTF-8
 * character has none of its own (it is reported as nothing, as U+FFFD or as `bytes:..`): such tokens become one
 * piece together, without a sign that the model chose it. Walks from the end, because the beginning of a
 * prompt may hold control tokens without text; stops where the strings fit the text no longer, so that the
 * pieces cover the text from the first piece's start to its end.
 */
export function placePieces(
  text: string,
  logprobs: WireLogprobs,
  shift: LogprobShift = 0,
): Piece[] {
  const { tokens, textOffset } = logprobs;
  const pieces: Piece[] = [];
  const last = lastPlaced(text, logprobs);
  if (last === undefined) return [];
  let { index, end } = last;
  while (index >= 0 && end > 0) {
    const token = tokens[index]!;
    if (isClean(token)) {
      const start = end - token.length;
      if (start < 0 || !text.startsWith(token, start)) break;
      pieces.push({ start, end, chosen: isChosen(logprobs, index, shift) });
      end = start;
      index--;
      continue;
    }
    let first = index;
    while (first > 0 && !isClean(tokens[first - 1]!)) first--;
    const after = textOffset[index + 1];
    const start = groupStart(
      text,
      end,
      (after ?? Number.NaN) - (textOffset[first] ?? Number.NaN),
      tokens[first - 1],
    );
    if (start === undefined) break;
    if (start < end) pieces.push({ start, end, chosen: false });
    end = start;
    index = first - 1;
  }
  return pieces.reverse();
}

const anchorTokens = 16;

/**
 * The last token that is part of the text, and where it ends. An end token may be listed although it is no part
 * of the text, and the token written last may be missing (llama-cpp-python, at the limit of tokens): the offsets decide,
 * and where they lead nowhere, the end of the text. Either way a run of tokens has to fit.
 */
function lastPlaced(
  text: string,
  { tokens, textOffset }: WireLogprobs,
): { index: number; end: number } | undefined {
  const first = textOffset[0] ?? 0;
  for (let index = tokens.length - 1; index >= Math.max(0, tokens.length - 8); index--) {
    const token = tokens[index]!;
    if (!isClean(token)) {
      // A character of several tokens at the end: what follows the offset is theirs.
      if (fitsBackwards(text, tokens, index, text.length)) return { index, end: text.length };
      continue;
    }
    const offset = textOffset[index];
    const starts =
      offset === undefined
        ? [text.length - token.length]
        : [offset, offset - first].flatMap((one) => [forwardByCodePoints(text, one), one]);
    for (const start of [...starts, text.length - token.length]) {
      const end = start + token.length;
      if (start >= 0 && end <= text.length && fitsBackwards(text, tokens, index, end)) {
        return { index, end };
      }
    }
  }
  return undefined;
}

function fitsBackwards(
  text: string,
  tokens: readonly string[],
  last: number,
  end: number,
): boolean {
  let at = end;
  for (let index = last; index >= 0 && index > last - anchorTokens && at > 0; index--) {
    const token = tokens[index]!;
    // Behind a cut character the strings say nothing about the place any more.
    if (!isClean(token)) return true;
    if (!text.startsWith(token, at - token.length)) return false;
    at -= token.length;
  }
  return true;
}

function forwardByCodePoints(text: string, size: number): number {
  let at = 0;
  for (let left = size; left > 0 && at < text.length; left--) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}

/** Offsets count characters, by code points in most servers and by UTF-16 units in some: the token before decides. */
function groupStart(
  text: string,
  end: number,
  size: number,
  before: string | undefined,
): number | undefined {
  const sizes = Number.isNaN(size) ? [1, 2, 3, 4] : [size];
  const starts = sizes.flatMap((one) => [backByCodePoints(text, end, one), end - one]);
  return starts.find(
    (start) => start >= 0 && (before === undefined ? start === 0 : text.endsWith(before, start)),
  );
}

function backByCodePoints(text: string, end: number, size: number): number {
  let start = end;
  for (let left = size; left > 0 && start > 0; left--) {
    const low = text.charCodeAt(start - 1);
    const isPair = low >= 0xdc00 && low <= 0xdfff && start > 1;
    start -= isPair ? 2 : 1;
  }
  return start;
}

function isClean(token: string): boolean {
  return token !== "" && !token.includes("\ufffd") && !token.startsWith("bytes:");
}

/**
 * Compares likelihoods, not names, where it can: some servers give one token two names (llama-cpp-python drops the
 * leading space in `top_logprobs` only), and the listed token is always among them.
 */
function isChosen(logprobs: WireLogprobs, index: number, shift: LogprobShift): boolean {
  const { tokens, tokenLogprobs, topLogprobs } = logprobs;
  const top = topLogprobs[index - shift];
  if (!top) return false;
  if (shift === 1) {
    const best = Object.entries(top).reduce((a, b) => (b[1] > a[1] ? b : a), ["", -Infinity]);
    return best[0] === tokens[index];
  }
  const own = tokenLogprobs[index];
  return typeof own === "number" && Object.values(top).every((other) => own >= other);
}
