import type { RepositoryIndex } from "../index/repository-index.ts";

interface PartCounts {
  /** Of the words that were countedParts: an index only adds some. */
  readonly words: number;
  readonly counts: ReadonlyMap<string, number>;
}

const countedParts = new WeakMap<readonly string[], PartCounts>();

/** In how many names of the repository the rarest part of a name occurs: a misspelt part is in one or two. */
export function usualness(name: string, index: Pick<RepositoryIndex, "words">): number {
  const words = index.words();
  let known = countedParts.get(words);
  if (known?.words !== words.length) {
    known = { words: words.length, counts: countParts(words) };
    countedParts.set(words, known);
  }
  const { counts } = known;
  return Math.min(...wordParts(name).map((part) => counts.get(part) ?? 0));
}

function countParts(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) {
    for (const part of new Set(wordParts(word))) counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return counts;
}

/** `parseDate` and `parse_date` are `parse` and `date`. */
const wordParts = (name: string): string[] =>
  (name.match(/\p{Lu}?\p{Ll}+|\p{Lu}+|\d+/gu) ?? [name]).map((part) => part.toLowerCase());
