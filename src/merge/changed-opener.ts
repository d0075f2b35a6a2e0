import type { Edit } from "../core/edit.ts";
import type { EditFate, Proof, ResultOrigin, SourceFate } from "../core/merge.ts";
import { spend } from "../text/budget.ts";
import { declares } from "../text/declares.ts";
import { indentOf } from "../text/indent.ts";
import { joinLines, splitLines, type TextLine } from "../text/lines.ts";
import { costs } from "./align/costs.ts";
import { isDistinctive } from "./align/distinctive.ts";
import { depthsOf, scopeUnder } from "./align/scope.ts";
import { elidesInside, headWord } from "./elided-scope.ts";
import { type Block, type BlockLine, isFilledLine, type Shape } from "./shape.ts";

/** A line that opens a block of the file, which the edit writes in another form. */
interface ChangedOpener {
  readonly token: BlockLine;
  readonly line: number;
  /** The line behind its block. */
  readonly end: number;
}

export interface OpenersChanged {
  readonly text: string;
  readonly proof: Proof;
  readonly notes: readonly string[];
}

/**
 * Reads a sketch whose only new lines open blocks with a marker as their content: the blocks are in the file already, so
 * each such line replaces the one line of the file with its indentation that it resembles. All other lines of the
 * sketch must be the file's to the letter, in its order. Undefined where any of this does not hold.
 */
export function withOpenersChanged(
  source: string,
  edit: Edit,
  shape: Shape,
): OpenersChanged | undefined {
  if (edit.format !== "lazy" || edit.segments.some(({ kind }) => kind === "removal"))
    return undefined;
  const lines = splitLines(source);
  const openers = openersOf(lines, shape);
  const starts = openers && openedPlaces(lines, shape, openers);
  if (!openers || !starts) return undefined;
  const replaced = new Map([...openers.values()].map((opener) => [opener.line, opener.token]));
  const text = joinLines(
    lines.map((line, at) => ({ ...line, text: replaced.get(at)?.text ?? line.text })),
  );
  const notes = [...openers.values()].map(
    ({ token, line }) =>
      `edit line ${token.at} ("${token.text.trim()}") replaces line ${line + 1} ("${lines[line]!.text.trim()}"), whose block stays`,
  );
  return { text, proof: proofOf(lines, shape, starts, replaced), notes };
}

/** Per block that ends with a new opener: the line that it replaces. Undefined if there is none, or not one line for each. */
function openersOf(
  lines: readonly TextLine[],
  { blocks }: Shape,
): ReadonlyMap<number, ChangedOpener> | undefined {
  const known = new Set(lines.map((line) => line.text));
  const depths = depthsOf(lines);
  const openers = new Map<number, ChangedOpener>();
  for (const [k, block] of blocks.entries()) {
    const added = block.tokens.filter((token) => isFilledLine(token) && !known.has(token.text));
    const [token] = added;
    if (!token) continue;
    const isOpener = added.length === 1 && token === block.tokens.at(-1);
    if (!isOpener || !elidesInside(token, block.marker, blocks[k + 1])) return undefined;
    const like = lines.flatMap((line, at) => {
      spend(line.text.length / 20);
      if (!isEarlierForm(line.text, token.text)) return [];
      const scope = scopeUnder(at, depths);
      return scope ? [{ token, line: at, end: scope.end }] : [];
    });
    const name = declares(token.text);
    const isSame = (line: TextLine): boolean => declares(line.text) === name;
    // Of two functions of one name the marker may mean either.
    const isOnly = like.length === 1 && (name === undefined || lines.filter(isSame).length === 1);
    if (!isOnly) return undefined;
    openers.set(k, like[0]!);
  }
  return openers.size > 0 ? openers : undefined;
}

/**
 * Whether a line may be the earlier form of another one: both have the same indentation, first word, last sign and
 * declared name, and either one has all words and signs of the other in order, half of its words at least, or they
 * differ in one stretch, outside of strings, that has at most a third of their words.
 */
function isEarlierForm(old: string, now: string): boolean {
  if (indentOf(old) !== indentOf(now) || headWord(old) !== headWord(now)) return false;
  if (!isDistinctive(old) || declares(old) !== declares(now)) return false;
  const [a, b] = [wordsAndSigns(old), wordsAndSigns(now)];
  if (a.at(-1) !== b.at(-1)) return false;
  const [few, many] = a.length < b.length ? [a, b] : [b, a];
  if (isSubsequence(few, many))
    return 2 * furtherWords(few) >= furtherWords(many) && furtherWords(few) > 0;
  return differsInOnePart(few, many);
}

const wordsAndSigns = (text: string): string[] =>
  text.match(/[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]/gu) ?? [];

/** The words of a line behind its first one. */
const furtherWords = (parts: readonly string[]): number =>
  parts.filter((part) => /[\p{L}\p{N}]/u.test(part)).length - 1;

function isSubsequence(few: readonly string[], many: readonly string[]): boolean {
  let found = 0;
  for (const part of many) if (part === few[found]) found += 1;
  return found === few.length;
}

function differsInOnePart(few: readonly string[], many: readonly string[]): boolean {
  let start = 0;
  while (start < few.length && few[start] === many[start]) start += 1;
  let end = 0;
  while (end < few.length - start && few.at(-1 - end) === many.at(-1 - end)) end += 1;
  const before = few.slice(0, start);
  // A string is a name as often as a value: another test, another route.
  const isInString = ['"', "'", "`"].some(
    (quote) => before.filter((part) => part === quote).length % 2 === 1,
  );
  const shared = furtherWords([...before, ...few.slice(few.length - end)]);
  return (
    !isInString && shared > 0 && 3 * shared >= 2 * Math.max(furtherWords(few), furtherWords(many))
  );
}

/** Where each block begins in the file, the openers at their lines; undefined if a block is not there in this order. */
function openedPlaces(
  lines: readonly TextLine[],
  { blocks }: Shape,
  openers: ReadonlyMap<number, ChangedOpener>,
): number[] | undefined {
  const starts: number[] = [];
  let next = 0;
  for (const [k, block] of blocks.entries()) {
    const opener = openers.get(k);
    const before = openers.get(k - 1);
    // What closes the block is beside its end.
    const isEnd = before !== undefined && elidesInside(before.token, undefined, block);
    const only = opener ? opener.line + 1 - block.tokens.length : isEnd ? before.end : undefined;
    const start = placeInFile(lines, block, next, opener, only);
    if (start === undefined) return undefined;
    starts.push(start);
    next = start + block.tokens.length;
  }
  return starts;
}

function placeInFile(
  lines: readonly TextLine[],
  { tokens }: Block,
  from: number,
  opener: ChangedOpener | undefined,
  only: number | undefined,
): number | undefined {
  const isAt = (start: number): boolean =>
    tokens.every((token, i) => token === opener?.token || lines[start + i]?.text === token.text);
  if (only !== undefined) return only >= from && isAt(only) ? only : undefined;
  for (let start = from; start + tokens.length <= lines.length; start++) {
    spend(1);
    if (isAt(start)) return start;
  }
  return undefined;
}

function proofOf(
  lines: readonly TextLine[],
  { blocks, editLines }: Shape,
  starts: readonly number[],
  replaced: ReadonlyMap<number, BlockLine>,
): Proof {
  const matched = new Map<number, BlockLine>();
  const edit: EditFate[] = Array.from({ length: editLines }, () => ({ fate: "layout" }));
  for (const [k, { tokens }] of blocks.entries()) {
    for (const [i, token] of tokens.entries()) {
      const at = starts[k]! + i;
      if (replaced.has(at)) edit[token.editLine] = { fate: "placed", result: at };
      else {
        matched.set(at, token);
        edit[token.editLine] = { fate: "matched", source: at, tier: "exact" };
      }
    }
  }
  const source = lines.map((_, at): SourceFate => {
    if (replaced.has(at)) return { fate: "replaced", because: "replaced" };
    return { fate: "kept", result: at, because: matched.has(at) ? "matched" : "elided" };
  });
  const result = lines.map((_, at): ResultOrigin => {
    const token = replaced.get(at);
    if (token) return { from: "edit", edit: token.editLine };
    const quoted = matched.get(at);
    return { from: "source", source: at, ...(quoted && { edit: quoted.editLine }) };
  });
  const each = costs.added + costs.addedEdge + costs.removeOpen + costs.removeLine;
  return { result, source, edit, cost: replaced.size * each, runnerUp: Number.POSITIVE_INFINITY };
}
