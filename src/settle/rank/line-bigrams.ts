import { columnsOf } from "../../text/indent.ts";

/** The class of a line, as far as it predicts the neighbouring lines. */
type LineClass =
  | "edge"
  | "blank"
  | "comment"
  | "annotation"
  | "closes"
  | "opens"
  | "turns"
  | "leaves"
  | "listed"
  | "ended"
  | "other";

export function classOf(line: string): LineClass {
  const text = line.trim();
  if (text === "") return "blank";
  const opens = /(?:[{([]|=>|:|\b(?:do|then))$/.test(text);
  if (/^(?:[})\]]|<\/|end\b|"""$)/.test(text)) return opens ? "turns" : "closes";
  if (/^(?:\/\/|\/?\*|#(?!\[|include|define|if|end|else)|<!--|--\s)/.test(text)) return "comment";
  if (/^(?:@\w|#\[)/.test(text)) return "annotation";
  if (opens) return "opens";
  if (/^(?:return|break|continue|throw|raise|goto)\b/.test(text)) return "leaves";
  if (text.endsWith(",")) return "listed";
  return text.endsWith(";") ? "ended" : "other";
}

export function firstWord(line: string): string {
  return /^\s*(\w+|\W)/.exec(line)?.[1] ?? "";
}

/** The relation of one line to the next: class of both, and whether the next is further in, further out or level. */
interface Step {
  readonly from: string;
  readonly to: string;
  readonly word: string;
  readonly nextWord: string;
}

function stepOf(above: string | undefined, below: string | undefined): Step {
  const from = above === undefined ? "edge" : classOf(above);
  const to = below === undefined ? "edge" : classOf(below);
  const solid = above !== undefined && below !== undefined && from !== "blank" && to !== "blank";
  const turn = solid ? Math.sign(columnsOf(below) - columnsOf(above)) : 0;
  const depth = above === undefined || columnsOf(above) === 0 ? "0" : "+";
  return {
    from: `${from}${depth}`,
    to: `${to}${turn}`,
    word: firstWord(above ?? ""),
    nextWord: firstWord(below ?? ""),
  };
}

/**
 * Which kinds of lines follow each other in one file, counted in the file itself: `}` at the left margin and then a blank line, an
 * import below an import. Lines are judged by class, indentation and first word.
 */
export class LineHabits {
  private readonly counts = new Map<string, number>();

  /** Counts a file's lines, and stretches that somebody means to add to it. */
  constructor(lines: readonly string[], more: readonly (readonly string[])[] = []) {
    for (let at = 0; at <= lines.length; at++) this.count(lines[at - 1], lines[at]);
    for (const stretch of more) {
      for (let at = 1; at < stretch.length; at++) this.count(stretch[at - 1], stretch[at]);
    }
  }

  private count(above: string | undefined, below: string | undefined): void {
    for (const key of keysOf(stepOf(above, below))) {
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    }
  }

  /**
   * Smoothed log-probabilities, counted in this file alone, that the two lines are neighbours: given the class above, given the first word
   * below, given the first word above.
   */
  likelihood(above: string | undefined, below: string | undefined): readonly number[] {
    const { from, to, word, nextWord } = stepOf(above, below);
    return [
      this.share(`c|${from}`, `c|${from}|${to}`),
      this.share(`b|${nextWord}`, `b|${nextWord}|${from}`),
      this.share(`a|${word}`, `a|${word}|${to}`),
    ];
  }

  private share(whole: string, part: string): number {
    const count = (key: string): number => this.counts.get(key) ?? 0;
    return Math.log((count(part) + 0.3) / (count(whole) + 3));
  }
}

function keysOf({ from, to, word, nextWord }: Step): string[] {
  return [
    `c|${from}`,
    `c|${from}|${to}`,
    `b|${nextWord}`,
    `b|${nextWord}|${from}`,
    `a|${word}`,
    `a|${word}|${to}`,
  ];
}
