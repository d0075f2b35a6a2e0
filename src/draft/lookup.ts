import type { Drafter, Token } from "../core/target.ts";

export interface LookupOptions {
  /** Longest suffix of the text that is looked up (default 3). Shorter ones follow, down to `least`. */
  readonly size?: number;
  /** Default 1. */
  readonly least?: number;
  /** Tokens drafted (default 10). */
  readonly length?: number;
  /** Take the most recent match; default: the first one that a whole draft follows, as published. */
  readonly recent?: boolean;
  /** Take the first match however few tokens follow it, as vLLM's `ngram` does. */
  readonly short?: boolean;
}

/**
 * Prompt lookup: finds the last tokens somewhere in prompt and output and drafts what followed them there.
 * (Saxena 2023, prompt-lookup-decoding, which takes the first match; `recent` takes the last.)
 *
 * @example after "a b c d e a b" it drafts "c d e a b".
 */
export function lookupDrafter(options: LookupOptions = {}): Drafter {
  const { size = 3, least = 1, length = 10, recent = false, short = false } = options;
  let text: Token[] = [];
  let written = 0;
  /** Per n-gram size, where each n-gram ends: the first position and the last one. */
  let first: Map<number, number>[] = [];
  let last: Map<number, number>[] = [];

  function push(token: Token): void {
    text.push(token);
    // An n-gram becomes findable when something follows it, so the one ending at the last token is added later.
    const end = text.length - 2;
    for (let n = 1; n <= Math.min(size, end + 1); n++) {
      const key = ngramHash(text, end, n);
      if (!first[n]!.has(key)) first[n]!.set(key, end);
      last[n]!.set(key, end);
    }
  }

  return {
    name: `lookup-${size}-${length}${recent ? "-recent" : ""}`,
    begin({ prompt, context = [] }) {
      text = [];
      written = 0;
      first = Array.from({ length: size + 1 }, () => new Map());
      last = Array.from({ length: size + 1 }, () => new Map());
      for (const tokens of [...context, prompt]) for (const token of tokens) push(token);
    },
    draft({ output }, budget) {
      while (written < output.length) push(output[written++]!);
      if (budget < 1) return [];
      for (let n = Math.min(size, text.length - 1); n >= least; n--) {
        const key = ngramHash(text, text.length - 1, n);
        const end = (recent ? last : first)[n]!.get(key);
        if (end === undefined || !sameEnd(text, end, text.length - 1, n)) continue;
        // Published: only matches that a full draft follows.
        if (!recent && !short && end + length >= text.length) continue;
        const tokens = text.slice(end + 1, end + 1 + Math.min(length, budget));
        return [{ tokens, drafter: this.name, origin: "prompt" }];
      }
      return [];
    },
  };
}

/** Of the `n` tokens ending at `end`; exact for one, a 32-bit mix for more (matches are compared again). */
export function ngramHash(text: readonly Token[], end: number, n: number): number {
  let h = text[end]!;
  for (let i = end - 1; i > end - n; i--) h = (Math.imul(h, 0x9e3779b1) ^ text[i]!) | 0;
  return h;
}

function sameEnd(text: readonly Token[], a: number, b: number, n: number): boolean {
  for (let i = 0; i < n; i++) if (text[a - i] !== text[b - i]) return false;
  return true;
}
