import type { Draft, Drafter, Origin, Token } from "../core/target.ts";
import { type IndexedText, indexText, type TextMatch } from "./indexed-text.ts";

export interface SuffixOptions {
  /** Draft length per matched token (Arctic's alpha, default 1): a match of L tokens drafts at most alpha L + offset. */
  readonly alpha?: number;
  readonly offset?: number;
  /** Drafting stops where the chance of the path falls below this (default 0.1). */
  readonly minChance?: number;
  /** Longest match looked for (default 64). */
  readonly depth?: number;
  readonly name?: string;
}

/** Occurrences of a suffix that are counted; Arctic's trees count all. */
const occurrenceLimit = 256;

/**
 * Suffix decoding (Oliaro et al. 2024, ArcticInference): of all earlier occurrences of the output's last tokens it
 * follows the most frequent continuation, longer for longer matches. Local: prompt and output; global: earlier
 * outputs (`history`). The best-scoring match length of the two wins.
 *
 * @example after "a b c x a b c y a b" the matches of "a b" all go on with "c" (chance 1), then half with "x".
 */
export function suffixDrafter(options: SuffixOptions = {}): Drafter {
  const { alpha = 1, offset = 0, minChance = 0.1, depth = 64, name = "suffix" } = options;
  const limits = { matchLimit: depth, chainLimit: occurrenceLimit };
  let local: IndexedText = indexText([]);
  let earlier: readonly IndexedText[] = [];
  let written = 0;

  function best(texts: readonly IndexedText[], tail: readonly Token[], budget: number) {
    const places = texts.flatMap((text) =>
      text
        .find(tail, occurrenceLimit)
        .map((match): SuffixPlace => ({ ...match, tokens: text.tokens })),
    );
    places.sort((a, b) => b.length - a.length);
    let found: Path = { tokens: [], chances: [], score: 0 };
    // Only lengths at which the set of occurrences grows can matter; the longest of a set may draft most.
    places.forEach(({ length }, i) => {
      if (i + 1 < places.length && places[i + 1]!.length === length) return;
      const room = Math.min(budget, Math.floor(alpha * length + offset));
      const path = likelyPath(places.slice(0, i + 1), room, minChance);
      if (path.score > found.score) found = path;
    });
    return found;
  }

  return {
    name,
    begin({ prompt, context = [], history = [] }) {
      local = indexText([...context.flat(), ...prompt], limits);
      earlier = history.map((text) => indexText(text, limits));
      written = 0;
    },
    draft({ output }, budget) {
      while (written < output.length) local.push(output[written++]!);
      if (budget < 1) return [];
      const tail = local.tokens.slice(-depth);
      const own = best([local], tail, budget);
      const other = best(earlier, tail, budget);
      const draft = ({ tokens, chances }: Path, origin: Origin): Draft[] =>
        tokens.length === 0 ? [] : [{ tokens, drafter: name, origin, survival: chances }];
      return own.score >= other.score
        ? [...draft(own, "prompt"), ...draft(other, "suffix")]
        : [...draft(other, "suffix"), ...draft(own, "prompt")];
    },
  };
}

interface SuffixPlace extends TextMatch {
  readonly tokens: readonly Token[];
}

interface Path {
  readonly tokens: readonly Token[];
  readonly chances: readonly number[];
  readonly score: number;
}

/** Along the most frequent next token, as long as the path stays likely. */
function likelyPath(places: readonly SuffixPlace[], room: number, minChance: number): Path {
  const tokens: Token[] = [];
  const chances: number[] = [];
  let at = places;
  let chance = 1;
  let score = 0;
  while (tokens.length < room) {
    const counts = new Map<Token, number>();
    let likeliest: Token | undefined;
    for (const place of at) {
      const token = place.tokens[place.at + tokens.length];
      if (token === undefined) continue;
      const count = (counts.get(token) ?? 0) + 1;
      counts.set(token, count);
      if (likeliest === undefined || count > counts.get(likeliest)!) likeliest = token;
    }
    if (likeliest === undefined) break;
    chance *= counts.get(likeliest)! / at.length;
    if (chance < minChance) break;
    at = at.filter((place) => place.tokens[place.at + tokens.length] === likeliest);
    tokens.push(likeliest);
    chances.push(chance);
    score += chance;
  }
  return { tokens, chances, score };
}
