import { gapBefore, isWordLexeme, type Lexemes } from "./lexemes.ts";
import { anything, type TextPattern, type TextRule } from "./text-rule.ts";

/** Where a text reads as a pattern: for each item its lexemes [from, to). */
export type WordMatch = readonly (readonly [from: number, to: number])[];

/** Lexemes that an open stretch may be. */
const longestStretch = 40;
const operator = /^[-+*/%<>=!&|^~?;,]$/u;
/** Steps of the search in one file, by which a bad pattern ends. */
const mostMatchSteps = 400_000;

export function textMatches(pattern: TextPattern, lexemes: Lexemes): WordMatch[] {
  const { items } = pattern;
  const anchor = items.findIndex((one) => typeof one === "string");
  // In front of the first word nothing may be of unknown length.
  if (anchor < 0 || items.slice(0, anchor).some((one) => one === anything)) return [];
  const found: WordMatch[] = [];
  const budget = { steps: mostMatchSteps };
  const wanted = items[anchor] as string;
  let at = lexemes.words.indexOf(wanted);
  while (at >= 0 && budget.steps > 0) {
    const match = at >= anchor ? matchAt(items, lexemes, at - anchor, budget) : undefined;
    const previous = found.at(-1);
    if (match && !(previous && coreStart(pattern, match) < coreEnd(pattern, previous)))
      found.push(match);
    at = lexemes.words.indexOf(wanted, at + 1);
  }
  return found;
}

export const coreStart = ({ left }: TextPattern, match: WordMatch): number =>
  match[left]?.[0] ?? match.at(-1)![1];

export const coreEnd = ({ items, right }: TextPattern, match: WordMatch): number =>
  match[items.length - right - 1]?.[1] ?? 0;

function matchAt(
  items: TextPattern["items"],
  { words }: Lexemes,
  start: number,
  budget: { steps: number },
): WordMatch | undefined {
  const taken: [number, number][] = [];
  const from = (index: number, at: number): boolean => {
    budget.steps -= 1;
    const item = items[index];
    if (item === undefined) return true;
    if (budget.steps < 0 || at >= words.length) return false;
    if (item !== anything) {
      const fits = item === null ? isWordLexeme(words[at]!) : words[at] === item;
      taken[index] = [at, at + 1];
      return fits && from(index + 1, at + 1);
    }
    let depth = 0;
    let quote: string | undefined;
    for (let to = at; to < words.length && to - at < longestStretch; to += 1) {
      const word = words[to]!;
      if (quote !== undefined) {
        if (word === quote) quote = undefined;
      } else if (/^["'`]$/u.test(word)) quote = word;
      else if (/^[([{]$/u.test(word)) depth += 1;
      else if (/^[)\]}]$/u.test(word)) depth -= 1;
      // Beside an operator a value could be read as another one.
      else if (depth === 0 && operator.test(word)) return false;
      if (depth < 0) return false;
      taken[index] = [at, to + 1];
      if (depth === 0 && quote === undefined && from(index + 1, to + 1)) return true;
    }
    return false;
  };
  return from(0, start) ? taken.slice(0, items.length) : undefined;
}

/** A stretch of a text and what it becomes. */
export interface WordChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a rule does at a match; undefined where it is done there already. What stays keeps its layout, the rest has the example's. */
export function changesAt(
  rule: TextRule,
  pattern: TextPattern,
  match: WordMatch,
  lexemes: Lexemes,
): WordChange[] | undefined {
  const { before, after, changes } = rule;
  /** Where the boundary in front of a lexeme of the example is at the place. */
  const placeOf = boundaries(pattern, match);
  const indents = [
    indentAtLexeme(before, changes[0]!.oldStart),
    indentAtLexeme(lexemes, placeOf(changes[0]!.oldStart)),
  ] as const;
  const made: WordChange[] = [];
  for (const { oldStart, oldEnd, newStart, newEnd } of changes) {
    const from = placeOf(oldStart);
    const to = from + oldEnd - oldStart;
    const inserted = after.words.slice(newStart, newEnd);
    if (oldStart === oldEnd && reads(lexemes, from, inserted)) return undefined;
    if (oldStart === oldEnd && reads(lexemes, from - inserted.length, inserted)) return undefined;
    const [oldLeft, oldRight] = [gapBefore(before, oldStart), gapBefore(before, oldEnd)];
    const [newLeft, newRight] = [gapBefore(after, newStart), gapBefore(after, newEnd)];
    const [ownLeft, ownRight] = [gapBefore(lexemes, from), gapBefore(lexemes, to)];
    const adapted = (gap: string): string => withIndent(gap, indents);
    const start = lexemes.ends[from - 1]!;
    const end = lexemes.starts[to]!;
    const written = withIndent(
      after.text.slice(after.starts[newStart], after.ends[newEnd - 1]),
      indents,
    );
    let text: string;
    if (newStart === newEnd) {
      const gap =
        newLeft === oldLeft ? ownLeft : newLeft === oldRight ? ownRight : adapted(newLeft);
      text = needsBlank(lexemes, from - 1, to) && gap === "" ? " " : gap;
    } else {
      const left = newLeft === oldLeft ? ownLeft : adapted(newLeft);
      const keepsRight = newRight === oldRight && !(oldStart === oldEnd && newLeft === oldLeft);
      text = `${left}${written}${keepsRight ? ownRight : adapted(newRight)}`;
    }
    made.push({ start, end, text });
  }
  return made;
}

function boundaries({ from, spans }: TextPattern, match: WordMatch): (old: number) => number {
  const byLexeme = new Map<number, number>();
  let lexeme = from;
  for (const [index, [start, end]] of match.entries()) {
    byLexeme.set(lexeme, start);
    const span = spans.get(index);
    lexeme += span ? span[1] - span[0] : 1;
    if (index === match.length - 1) byLexeme.set(lexeme, end);
    // An insertion behind an open stretch is where the stretch ends.
    else if (span) byLexeme.set(lexeme, end);
  }
  return (old) => byLexeme.get(old)!;
}

const reads = ({ words }: Lexemes, from: number, wanted: readonly string[]): boolean =>
  from >= 0 && wanted.every((one, index) => words[from + index] === one);

const needsBlank = ({ words }: Lexemes, one: number, other: number): boolean =>
  isWordLexeme(words[one]!) && isWordLexeme(words[other]!);

function indentAtLexeme({ text, starts }: Lexemes, at: number): string {
  const start = text.lastIndexOf("\n", starts[at]! - 1) + 1;
  return /^[ \t]*/u.exec(text.slice(start))![0];
}

/** Lines behind the first are indented as the place is. */
const withIndent = (text: string, [from, to]: readonly [string, string]): string =>
  text
    .split("\n")
    .map((line, index) => {
      if (index === 0 || line === "") return line;
      return line.startsWith(from) ? `${to}${line.slice(from.length)}` : line;
    })
    .join("\n");
