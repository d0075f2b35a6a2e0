import { indentOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { type Habit, habitAt, indentKind } from "../align/habit.ts";
import { explainedPairs, type Reindent, reindented } from "../align/indent.ts";
import type { BlockTrace } from "../align/trace.ts";
import type { Block } from "../shape.ts";

/** Writes a new line of an explicit edit with the indentation that it is to have. */
export type Indenter = (text: string, token: number) => string;

/** An old line of a block: its indentation in the edit and in the file. */
interface ReplacedLine {
  readonly token: number;
  readonly edit: string;
  readonly source: string;
}

/**
 * How the new lines of an explicit block are indented: like the old lines beside them in the file. If one rule explains
 * the whole block (`reindent`), it applies; otherwise each line follows the old line that the edit indents in the same
 * way. Indentation with blanks where the file has tabs, or the reverse, is then converted to the file's.
 */
export function indenterOf(
  source: readonly TextLine[],
  block: Block,
  trace: BlockTrace,
  reindent: Reindent,
): Indenter {
  const old: ReplacedLine[] = [];
  for (const [token, { text }] of block.tokens.entries()) {
    const line = trace.source[token]!;
    if (line < 0 || text.trim() === "") continue;
    old.push({ token, edit: indentOf(text), source: indentOf(source[line]!.text) });
  }
  const shifted = uneven(old, block, reindent);
  const fitted = block.tokens.map(({ text, role }, token) =>
    role === "add" ? (shifted(text, token) ?? reindented(text, reindent)) : text,
  );
  const isNew = (token: number): boolean => block.tokens[token]!.role === "add";
  const lines = changesIndent(block) ? fitted : inHabit(fitted, source, block, trace, isNew);
  return (_, token) => lines[token]!;
}

/**
 * How the new lines of a sketch are indented: by the one rule that makes its quoted lines the file's, and, if the quoted
 * lines do not show it, with the tabs or blanks of the file.
 */
export function sketchIndenter(
  source: readonly TextLine[],
  block: Block,
  trace: BlockTrace,
  reindent: Reindent,
): Indenter {
  const fitted = block.tokens.map(({ text }) => reindented(text, reindent));
  const isNew = (token: number): boolean => trace.source[token]! < 0;
  const lines = inHabit(fitted, source, block, trace, isNew);
  return (_, token) => lines[token]!;
}

/** Indents the lines of a block whose old lines are not all shifted alike; undefined for lines without a rule of their own. */
function uneven(
  old: readonly ReplacedLine[],
  block: Block,
  reindent: Reindent,
): (text: string, token: number) => string | undefined {
  const pairs = old.map(({ edit, source }) => [edit, source] as const);
  const [first, ...rest] = old;
  if (first === undefined || explainedPairs(pairs, reindent) === pairs.length)
    return () => undefined;
  const others = rest.map(({ edit, source }) => [edit, source] as const);
  const newFirst = block.tokens.findIndex(({ role }) => role !== "drop");
  if (rest.length > 0 && first.edit === "" && explainedPairs(others, reindent) === others.length) {
    // Only the first line lost its indentation: so did the first new one, if it has none.
    return (text, token) =>
      token === newFirst && indentOf(text) === "" ? first.source + text : undefined;
  }
  return (text, token) => {
    if (text.trim() === "") return text;
    const own = indentOf(text);
    const like = old.filter(({ edit }) => edit === own);
    if (like.length === 0) return undefined;
    const near = like.reduce((best, one) =>
      Math.abs(one.token - token) < Math.abs(best.token - token) ? one : best,
    );
    return near.source + text.slice(own.length);
  };
}

/** Whether the edit is about indentation: it removes a line and adds it with another indentation. */
function changesIndent({ tokens }: Block): boolean {
  const dropped = new Map<string, string>();
  for (const { role, text } of tokens) if (role === "drop") dropped.set(text.trim(), text);
  return tokens.some(({ role, text }) => {
    const before = role === "add" && text.trim() !== "" ? dropped.get(text.trim()) : undefined;
    return before !== undefined && indentOf(before) !== indentOf(text);
  });
}

/** Quotes that open a text over several lines, whose blanks are its own. */
const longQuote = /"""|'''|`/g;
/** Of a Makefile: what follows is indented with blanks so that it is no recipe. */
const makeCondition = /^\s*(?:ifn?eq|ifn?def|define)\b[^:{]*$/;

function inHabit(
  fitted: readonly string[],
  source: readonly TextLine[],
  block: Block,
  trace: BlockTrace,
  isNew: (token: number) => boolean,
): string[] {
  const lines = [...fitted];
  let inText = false;
  const odd: number[] = [];
  for (const [token, { role }] of block.tokens.entries()) {
    const text = lines[token]!;
    if (isNew(token) && !inText && !makeCondition.test(aboveOf(token, lines, block)))
      odd.push(token);
    if (role !== "drop" && (text.match(longQuote)?.length ?? 0) % 2 === 1) inText = !inText;
  }
  for (const run of newRuns(odd)) {
    const place = trace.position[run[0]!]!;
    const habit = habitAt(source, place);
    if (habit === undefined) continue;
    // A block in which old lines are indented the other way, or new ones both ways, has a reason for it.
    const [own, other] = habit.kind === "tabs" ? ["t", "b"] : ["b", "t"];
    const isMixed = block.tokens.some((_, token) => {
      const line = trace.source[token]!;
      if (line >= 0) return indentKind(source[line]!.text) === other;
      return isNew(token) && indentKind(fitted[token]!) === own;
    });
    const wrong = run.filter((token) => indentKind(lines[token]!) === other);
    if (isMixed || wrong.length === 0) continue;
    const convert = converterOf(habit, wrong, lines, source, isNew, place);
    if (convert) for (const token of wrong) lines[token] = convert(lines[token]!);
  }
  return lines;
}

/** The new line, or the kept one, above a token in the result. */
function aboveOf(token: number, lines: readonly string[], block: Block): string {
  for (let index = token - 1; index >= 0; index--) {
    if (block.tokens[index]!.role !== "drop" && lines[index]!.trim() !== "") return lines[index]!;
  }
  return "";
}

/** Tokens in a row. */
function newRuns(tokens: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const token of tokens) {
    const run = runs.at(-1);
    if (run && run.at(-1) === token - 1) run.push(token);
    else runs.push([token]);
  }
  return runs;
}

/** Blanks that people write for one tab, likeliest first. */
const widths = [4, 2, 8, 3];

function converterOf(
  habit: Habit,
  wrong: readonly number[],
  lines: readonly string[],
  source: readonly TextLine[],
  isNew: (token: number) => boolean,
  place: number,
): ((line: string) => string) | undefined {
  if (habit.kind === "blanks") {
    const { unit } = habit;
    if (unit < 2) return undefined;
    return (line) => line.replace(/^\t+/, (tabs) => " ".repeat(tabs.length * unit));
  }
  const first = wrong[0]!;
  const depths = new Set<number>();
  const add = (line: string, deeper: boolean): void => {
    const depth = /^\t*/.exec(line)![0].length;
    depths.add(depth);
    if (deeper) depths.add(depth + 1);
  };
  const above = first > 0 && isNew(first - 1) ? lines[first - 1]! : undefined;
  if (above !== undefined && above.trim() !== "") add(above, true);
  else add(textFrom(source, place - 1, -1), true);
  add(textFrom(source, place, 1), false);
  const counts = wrong.map((token) => /^ */.exec(lines[token]!)![0].length);
  const fits = (width: number): boolean => counts.every((count) => count % width === 0);
  const width =
    widths.find((one) => fits(one) && depths.has(counts[0]! / one)) ??
    widths.find((one) => counts[0]! % one === 0 && depths.has(counts[0]! / one)) ??
    widths.find(fits);
  if (width === undefined) return undefined;
  return (line) =>
    line.replace(/^ +/, (blanks) => {
      const rest = blanks.length % width;
      return "\t".repeat(Math.floor(blanks.length / width)) + " ".repeat(rest);
    });
}

/** The nearest line with text. */
function textFrom(source: readonly TextLine[], from: number, step: number): string {
  for (let line = from; line >= 0 && line < source.length; line += step) {
    if (source[line]!.text.trim() !== "") return source[line]!.text;
  }
  return "";
}
