/** Words and signs of a text without the blanks, whatever the language: what two texts share that only differ in layout. */
export interface Lexemes {
  readonly text: string;
  /** The first and the last are the ends of the file. */
  readonly words: readonly string[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** What no text has: the ends of a file. */
const edges = ["\u0002", "\u0003"] as const;

export function readLexemes(text: string): Lexemes {
  const words: string[] = [edges[0]];
  const starts = [0];
  const ends = [0];
  for (const found of text.matchAll(/[\p{L}\p{N}_$]+|\S/gu)) {
    words.push(found[0]);
    starts.push(found.index);
    ends.push(found.index + found[0].length);
  }
  words.push(edges[1]);
  starts.push(text.length);
  ends.push(text.length);
  return { text, words, starts, ends };
}

export const isWordLexeme = (lexeme: string): boolean => /^[\p{L}\p{N}_$]/u.test(lexeme);

/** How much some words and signs say about a place: a word counts 2, a sign 1. */
export const weightOf = (lexemes: readonly string[]): number =>
  lexemes.reduce((sum, one) => {
    if (one.trim() === "") return sum;
    return sum + (/^[\p{L}\p{N}_$]{3,}$/u.test(one) ? 2 : 1);
  }, 0);

/** The blanks in front of a lexeme. */
export const gapBefore = ({ text, starts, ends }: Lexemes, at: number): string =>
  text.slice(ends[at - 1]!, starts[at]!);
