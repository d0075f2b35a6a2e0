/**
 * Edits of one character (insert, remove, replace, swap two neighbours) that turn one word into another: the optimal string
 * alignment distance. Words that differ in case only are half an edit apart.
 */
export function wordDistance(a: string, b: string): number {
  if (a === b) return 0;
  if (a.toLowerCase() === b.toLowerCase()) return 0.5;
  let above: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + cost);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) best = Math.min(best, above[j - 2]! + 1);
      next.push(best);
    }
    above = row;
    row = next;
  }
  return row[b.length]!;
}

/** A word and how far it is from the one that was asked about. */
export interface LikeWord {
  readonly word: string;
  readonly distance: number;
}

/** The words that may be a misspelt one, nearest first: at most one edit in three characters. */
export function likeWords(wrong: string, words: Iterable<string>): LikeWord[] {
  const most = Math.max(1, Math.floor(wrong.length / 3));
  const found: LikeWord[] = [];
  for (const word of new Set(words)) {
    if (word === wrong || Math.abs(word.length - wrong.length) > most) continue;
    const distance = wordDistance(wrong, word);
    // Short words are like too many others.
    if (distance > most || distance >= Math.min(wrong.length, word.length)) continue;
    found.push({ word, distance });
  }
  return found.sort((a, b) => a.distance - b.distance || (a.word < b.word ? -1 : 1));
}
