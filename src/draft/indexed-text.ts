import type { Token } from "../core/target.ts";

/** n-gram sizes that are indexed; longer matches are found by comparing backwards. */
const sizes = [1, 2, 4, 8] as const;
/** How far back a match is measured, and entries looked at per size: together the bound on the work of a lookup. */
export const matchLimit = 32;
const chainLimit = 24;

/** A place in a text whose preceding tokens equal the end of the output. */
export interface TextMatch {
  /** Index of the token that would come next. */
  readonly at: number;
  /** Tokens before `at` that match, at most `matchLimit`. */
  readonly length: number;
}

/** What has followed a context in a part of a text: a given token, or others. */
export interface Precedent {
  /** Longest end of the context that the given token has followed, 0 = never, and how often its longest indexed n-gram. */
  same: number;
  sames: number;
  /** The same for other tokens. */
  other: number;
  others: number;
}

/**
 * A text that can be searched for the longest suffixes of another text, and that may grow. Every n-gram of a
 * few sizes has a chain of the positions where it ends, newest first. Growing costs a constant per token, a
 * lookup looks at a bounded number of positions, however long the text is.
 */
export interface IndexedText {
  readonly tokens: readonly Token[];
  push(token: Token): void;
  /**
   * Places to go on copying after `tail` (the output so far, its last `matchLimit` tokens suffice), longest match
   * first, then newest; at most `count`.
   */
  find(tail: readonly Token[], count: number): TextMatch[];
  /** How many tokens before `at` equal the end of `tail`, at most `matchLimit`. */
  matchBefore(at: number, tail: readonly Token[]): number;
  /**
   * How the text continued after earlier occurrences of the context that ends before `end`, compared with `next`. Counts
   * occurrences whose following token lies in [from, to), except the place `except`.
   */
  precedent(
    context: readonly Token[],
    end: number,
    next: Token,
    places: { readonly from: number; readonly to: number; readonly except: number },
  ): Precedent;
  /** How often the last token of `tail` occurs; counted up to 99. */
  occurrences(token: Token): number;
}

export interface IndexOptions {
  /** A stretch that is not to be found. */
  readonly skip?: { readonly start: number; readonly end: number } | undefined;
  /** Defaults: 32 tokens back, 24 places per n-gram size. */
  readonly matchLimit?: number;
  readonly chainLimit?: number;
}

export function indexText(initial: readonly Token[], options: IndexOptions = {}): IndexedText {
  const { skip } = options;
  const farthest = options.matchLimit ?? matchLimit;
  const steps = options.chainLimit ?? chainLimit;
  const tokens: Token[] = [];
  const heads = sizes.map(() => new Map<number, number>());
  const chains: number[][] = sizes.map(() => []);
  const counts = new Map<Token, number>();

  function push(token: Token): void {
    const end = tokens.push(token) - 1;
    const skipped = skip !== undefined && end >= skip.start && end < skip.end;
    sizes.forEach((size, s) => {
      const chain = chains[s]!;
      if (skipped || end + 1 < size) {
        chain.push(-1);
        return;
      }
      const key = ngram(tokens, end, size);
      const head = heads[s]!;
      chain.push(head.get(key) ?? -1);
      head.set(key, end);
    });
    if (!skipped) counts.set(token, Math.min(99, (counts.get(token) ?? 0) + 1));
  }

  function matchBefore(at: number, tail: readonly Token[], end = tail.length): number {
    const limit = Math.min(at, end, farthest);
    let length = 0;
    while (length < limit && tokens[at - 1 - length] === tail[end - 1 - length]) length++;
    return length;
  }

  for (const token of initial) push(token);
  return {
    tokens,
    push,
    matchBefore: (at, tail) => matchBefore(at, tail),
    precedent(context, end, next, { from, to, except }) {
      const found: Precedent = { same: 0, sames: 0, other: 0, others: 0 };
      for (let s = sizes.length - 1; s >= 0; s--) {
        const size = sizes[s]!;
        if (end < size) continue;
        let same = 0;
        let sames = 0;
        let other = 0;
        let others = 0;
        let at = heads[s]!.get(ngram(context, end - 1, size)) ?? -1;
        for (
          let step = 0;
          at + 1 >= from && at >= 0 && step < steps;
          step++, at = chains[s]![at]!
        ) {
          const place = at + 1;
          if (place >= to || place >= tokens.length || place === except) continue;
          const length = matchBefore(place, context, end);
          if (length < size) continue; // another n-gram with the same hash
          if (tokens[place] === next) {
            sames++;
            same = Math.max(same, length);
          } else {
            others++;
            other = Math.max(other, length);
          }
        }
        // Shorter contexts say nothing new of what a longer one has foretold.
        if (found.same === 0) {
          found.same = same;
          found.sames = sames;
        }
        if (found.other === 0) {
          found.other = other;
          found.others = others;
        }
        if (found.same > 0 && found.other > 0) break;
      }
      return found;
    },
    occurrences: (token) => counts.get(token) ?? 0,
    find(tail, count) {
      const found = new Map<number, number>();
      for (let s = sizes.length - 1; s >= 0 && found.size < count; s--) {
        if (tail.length < sizes[s]!) continue;
        let at = heads[s]!.get(ngram(tail, tail.length - 1, sizes[s]!)) ?? -1;
        for (let step = 0; at >= 0 && step < steps; step++) {
          const next = at + 1;
          // The end of a growing text is the output's own end: nothing follows it yet.
          if (next < tokens.length && !found.has(next)) {
            const length = matchBefore(next, tail);
            if (length > 0) found.set(next, length);
          }
          at = chains[s]![at]!;
        }
      }
      return [...found]
        .map(([at, length]) => ({ at, length }))
        .sort((a, b) => b.length - a.length || b.at - a.at)
        .slice(0, count);
    },
  };
}

/** Of the `size` tokens ending at `end`; a 32-bit mix (matches are compared again). */
function ngram(tokens: readonly Token[], end: number, size: number): number {
  let h = tokens[end]!;
  for (let i = end - 1; i > end - size; i--) h = (Math.imul(h, 0x9e3779b1) ^ tokens[i]!) | 0;
  return h;
}
