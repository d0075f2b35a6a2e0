import { columnsOf } from "../../text/indent.ts";
import { lexemesOf } from "../../text/similarity.ts";
import { classOf } from "./line-bigrams.ts";

/** Features of the seam between two stretches of lines, where line `at` follows line `at - 1`. */
export interface Bond {
  /** Further in than a line that opens nothing; blank lines between are looked past, here and below. */
  readonly loose: number;
  /** A closing line no further out than the line that it follows, which opens nothing. */
  readonly closesFlat: number;
  /** A line that opens something, with nothing further in below it. */
  readonly opensFlat: number;
  /** Further out, by a line that closes nothing. */
  readonly dedent: number;
  /** A line further in, straight below: by indentation, the upper one opens it. */
  readonly deeper: number;
  /** A comment or an annotation straight above what it is about. */
  readonly headed: number;
  /** A comment or an annotation with a blank line, a closing line or nothing below it. */
  readonly headless: number;
  /** Words that both lines have, rare ones counting more. */
  readonly shared: number;
}

export const noBond: Bond = {
  loose: 0,
  closesFlat: 0,
  opensFlat: 0,
  dedent: 0,
  deeper: 0,
  headed: 0,
  headless: 0,
  shared: 0,
};

export function sumOfBonds(bonds: readonly Bond[]): Bond {
  const sum: Record<keyof Bond, number> = { ...noBond };
  for (const bond of bonds) {
    for (const name of Object.keys(noBond) as (keyof Bond)[]) sum[name] += bond[name];
  }
  return sum;
}

/** How rare words are in one file. */
export class Rarity {
  private readonly counts = new Map<string, number>();

  constructor(lines: readonly string[]) {
    for (const line of lines) {
      for (const word of new Set(lexemesOf(line))) {
        if (/\w/.test(word)) this.counts.set(word, (this.counts.get(word) ?? 0) + 1);
      }
    }
  }

  /** Of the words that both have, the sum of one by the number of the file's lines that have the word. */
  shared(first: readonly string[], second: ReadonlySet<string>): number {
    let sum = 0;
    for (const word of new Set(first)) {
      if (/[\p{L}_]/u.test(word) && second.has(word)) sum += 1 / (1 + (this.counts.get(word) ?? 0));
    }
    return sum;
  }
}

/** How many blank lines are looked past. */
const past = 3;

export function bondOf(lines: readonly string[], at: number, rarity: Rarity): Bond {
  let [top, bottom] = [at - 1, at];
  while (top >= 0 && at - top <= past && lines[top]!.trim() === "") top--;
  while (bottom < lines.length && bottom - at < past && lines[bottom]!.trim() === "") bottom++;
  const [above, below] = [lines[top], lines[bottom]];
  if (above === undefined || above.trim() === "") return noBond;
  const adjacent = bottom === top + 1;
  const first = classOf(above);
  const heads = first === "comment" || first === "annotation";
  if (below === undefined || below.trim() === "")
    return { ...noBond, headless: heads ? 1 : 0, opensFlat: first === "opens" ? 1 : 0 };
  const second = classOf(below);
  const inward = columnsOf(below) - columnsOf(above);
  const opens = first === "opens" || first === "turns";
  const closes = second === "closes" || second === "turns";
  const yes = (condition: boolean): number => (condition ? 1 : 0);
  return {
    loose: yes(!opens && inward > 0 && !closes),
    closesFlat: yes(closes && !opens && inward >= 0),
    opensFlat: yes(opens && !closes && inward <= 0),
    dedent: yes(inward < 0 && !closes),
    deeper: yes(adjacent && inward > 0),
    headed: yes(adjacent && heads && second !== first && !closes),
    headless: yes(heads && (!adjacent || closes)),
    shared: adjacent ? rarity.shared(lexemesOf(above), new Set(lexemesOf(below))) : 0,
  };
}
