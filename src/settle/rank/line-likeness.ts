import { leadingSpace } from "../../text/indent.ts";
import { lexemesOf, similarity, similarityOf } from "../../text/similarity.ts";
export function mostLike(line: string, others: readonly string[]): number {
  let most = 0;
  for (const other of others) most = Math.max(most, similarity(line, other));
  return most;
}

/** How many of a file's lines are looked through for one that resembles another. */
const lookedAt = 2000;

/**
 * The neighbours of lines similar to a given one: the lines above the function that is most similar to a new
 * function predict the lines above the new one.
 */
export class Resembling {
  private readonly lines: readonly string[];
  private readonly words: readonly (readonly string[])[];
  private readonly found = new Map<string, readonly number[]>();

  constructor(lines: readonly string[]) {
    this.lines = lines;
    this.words = lines.slice(0, lookedAt).map(lexemesOf);
  }

  /** Lines most like the given one, at least half alike; five at most. */
  private like(line: string): readonly number[] {
    let known = this.found.get(line);
    if (known === undefined) {
      const own = lexemesOf(line);
      const indent = leadingSpace(line).length;
      const scored: [number, number][] = [];
      for (const [at, words] of this.words.entries()) {
        if (words.length === 0 || words.length > 3 * own.length || own.length > 3 * words.length)
          continue;
        const other = this.lines[at]!;
        const sameIndent = leadingSpace(other).length === indent;
        const alike = similarityOf(own, words) + (sameIndent ? 0.1 : 0);
        if (alike >= 0.5) scored.push([alike, at]);
      }
      scored.sort((a, b) => b[0] - a[0]);
      known = scored.slice(0, 5).map(([, at]) => at);
      this.found.set(line, known);
    }
    return known;
  }

  /** Mean similarity of `beside` to the lines above (-1) or below (1) such lines; 0 if there are none. */
  beside(line: string, beside: string | undefined, direction: -1 | 1): number {
    const like = this.like(line);
    if (like.length === 0) return 0;
    let sum = 0;
    for (const at of like) {
      const other = this.lines[at + direction];
      if (other === undefined || beside === undefined) sum += other === beside ? 1 : 0;
      else sum += similarity(other, beside);
    }
    return sum / like.length;
  }
}
