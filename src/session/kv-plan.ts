import type { Capabilities, KvEdit, Token } from "../core/target.ts";

/** Tokens [start, end) of a document. */
export interface TokenRange {
  readonly start: number;
  readonly end: number;
}

/** Ranges closer than this are joined: a pass of its own costs more than a few tokens. */
const smallGap = 4;

/** The ranges of the new tokens that edits put in, in the numbering after them; a deletion leaves an empty one. */
export function addedRanges(edits: readonly KvEdit[]): TokenRange[] {
  let shift = 0;
  return edits.map(({ start, end, tokens }) => {
    const from = start + shift;
    shift += tokens.length - (end - start);
    return { start: from, end: from + tokens.length };
  });
}

/**
 * Edits that also evaluate some unchanged tokens again, from left to right, so that they see what lies before them now.
 *
 * @param edits sorted, in the numbering before all of them
 * @param after the document's tokens after the edits
 * @param ranges in the numbering after the edits, in any order
 */
export function withRepair(
  edits: readonly KvEdit[],
  after: readonly Token[],
  ranges: readonly TokenRange[],
): KvEdit[] {
  if (ranges.length === 0) return [...edits];
  const added = addedRanges(edits);
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of [...added, ...ranges].toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && start - last.end < smallGap) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  let at = 0;
  let shift = 0;
  return joined.map(({ start, end }) => {
    const from = start - shift;
    for (; at < edits.length && added[at]!.start <= end; at++) {
      shift += edits[at]!.tokens.length - (edits[at]!.end - edits[at]!.start);
    }
    return { start: from, end: end - shift, tokens: after.slice(start, end) };
  });
}

/** A splice that costs more than this share of evaluating all tokens is not worth what it changes. */
export const worthSplicing = 0.6;

/** What edits of the cache cost, as a share of evaluating the `rest` from the first change on. A splice makes a pass for each place. */
export function spliceShare(
  { cost, shiftCost }: Pick<Capabilities, "cost" | "shiftCost">,
  edits: readonly KvEdit[],
  rest: number,
): number {
  const passes = edits.filter(({ tokens }) => tokens.length > 0);
  const splice = passes.reduce((sum, { tokens }) => sum + costOfTokens(cost, tokens.length), 0);
  return (splice + (shiftCost?.() ?? 0)) / costOfTokens(cost, rest);
}

/** Positions in all passes over `count` tokens. */
function costOfTokens(cost: (n: number) => number, count: number): number {
  const largest = 512;
  const whole = Math.floor(count / largest);
  const rest = count - whole * largest;
  return whole * cost(largest) + (rest > 0 ? cost(rest) : 0);
}
