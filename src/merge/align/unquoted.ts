import { columnsOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { type Block, isFilledLine, type Shape } from "../shape.ts";
import { isDistinctive } from "./distinctive.ts";
import type { Match } from "./match.ts";
import { declaredName } from "./names.ts";
import { isCloser, nestingOf, opensAgain } from "./nesting.ts";
import { depthsOf, scopeUnder } from "./scope.ts";

/** Where new code that quotes nothing is put, and the blank lines that set it apart there. */
export interface Insertion {
  readonly position: number;
  readonly blanksBefore: number;
  readonly blanksAfter: number;
}

type MatchesPerLine = readonly (readonly Match[])[];

/**
 * Places for blocks that quote no line of the file, the likeliest first; undefined for a block that quotes something, or
 * that has nothing to place it by. After a leading marker everything up to here stays, so the code is added at the end of
 * its scope: the file, or the scope that the last quoted line above opens. Before a trailing marker everything from here
 * on stays, so the code is put at the beginning of the file: after its head (licence, imports), or before it.
 */
export function insertionsOf(
  source: readonly TextLine[],
  shape: Shape,
  matches: readonly MatchesPerLine[],
): (readonly Insertion[] | undefined)[] {
  const last = shape.blocks.length - 1;
  return shape.blocks.map((block, k) => {
    if (!isWholeCode(block) || !quotesNothing(block, matches[k]!)) return undefined;
    if (!headsOf(block).every((head) => isKindOf(source, head))) return undefined;
    const behindMarker = k > 0 || shape.elidedStart;
    const beforeMarker = k < last || shape.elidedEnd;
    if (behindMarker === beforeMarker) return undefined;
    const depth = columnsOf(block.tokens.find(isFilledLine)!.text);
    if (beforeMarker) return depth === 0 ? atBeginning(source, block) : undefined;
    const scope =
      depth === 0 ? { start: 0, end: source.length } : openScope(source, shape, matches, k, depth);
    return scope && [atEnd(source, block, scope)];
  });
}

/**
 * Per block the blank lines that set its first new lines apart from what is above, where these are whole code that the
 * sketch adds at the end of a scope: behind a marker, right before the scope's closer.
 */
export function blanksAbove(
  source: readonly TextLine[],
  shape: Shape,
  matches: readonly MatchesPerLine[],
): number[] {
  return shape.blocks.map(({ tokens, ...rest }, k) => {
    const behindMarker = k > 0 || shape.elidedStart;
    const first = tokens.findIndex((token, i) => isFilledLine(token) && matches[k]![i]!.length > 0);
    if (!behindMarker || first < 1 || !isCloser(tokens[first]!.text)) return 0;
    const added = { ...rest, tokens: tokens.slice(0, first) };
    return isWholeCode(added) ? blanksBetween(source, added) : 0;
  });
}

const quotesNothing = ({ tokens }: Block, found: MatchesPerLine): boolean =>
  tokens.every(({ text }, i) => found[i]!.length === 0 || !isDistinctive(text)) &&
  // A closer that closes nothing of the block belongs to the file.
  tokens.every(({ text }, i) => found[i]!.length === 0 || !isCloser(text) || text.trim() === "");

const comment = /^\s*(?:\/\/|\/?\*|#|--|;|%|<!--|"{3}|'{3}|@|\[)/;

/**
 * Whether a block is code that is whole by itself: it begins with a scope's first line (comments and decorators aside),
 * at its least depth, and leaves no bracket open. A piece cut out of some other file is not.
 */
function isWholeCode({ tokens }: Block): boolean {
  const filled = tokens.filter(isFilledLine);
  if (filled.length < 2) return false;
  const depth = columnsOf(filled[0]!.text);
  if (filled.some(({ text }) => columnsOf(text) < depth)) return false;
  const nesting = nestingOf(filled);
  const first = filled.findIndex(({ text }) => !comment.test(text));
  if (first < 0 || columnsOf(filled[first]!.text) !== depth || isCloser(filled[first]!.text))
    return false;
  if (nesting.ends[first]! === first + 1 && declaredName(filled[first]!.text) === undefined)
    return false;
  // Every scope that a bracket opens at the block's own depth is closed.
  return filled.every(({ text }, i) => {
    if (columnsOf(text) > depth || opensAgain.test(text) || !/[([{]\s*$/.test(text)) return true;
    const closer = filled.findIndex((_, j) => j > i && nesting.openers[j] === i);
    return closer >= 0;
  });
}

/** The first lines of what a block holds at its least depth, comments, decorators and closers aside. */
function headsOf({ tokens }: Block): string[] {
  const filled = tokens.filter(isFilledLine);
  const depth = columnsOf(filled[0]!.text);
  const isHead = (text: string): boolean =>
    columnsOf(text) === depth && !comment.test(text) && !isCloser(text) && !opensAgain.test(text);
  return filled.flatMap(({ text }) => (isHead(text) ? [text] : []));
}

/**
 * Whether a file may have more of what a line begins: a function, a class or the like can be added to any file; a
 * statement or a value only where a line of the same depth begins as it does (`describe(`, `app.`, `export const`).
 */
function isKindOf(source: readonly TextLine[], head: string): boolean {
  if (beginsScope(head)) return true;
  const beginning = beginningOf(head);
  return source.some(({ text }) => beginningOf(text) === beginning);
}

/** Whether a line begins a function, a type or the like, by its words and brackets. */
export const beginsScope = (line: string): boolean =>
  [addable, opensBody, opensParameters].some((form) => form.test(line));

/** Words that introduce a function, a type or the like. */
const addable =
  /^\s*(?:[\p{L}@][\p{L}\p{N}_()]*\s+)*(?:function\*?|func|fn|fun|defp?|defmodule|defmacro|class|interface|struct|enum|trait|impl|object|module|namespace|mod|type|record|protocol|extension|union|macro_rules!|sub|proc|procedure)\b/iu;

/** A name with parameters and a body: a method, a C function; or a value that is a function. */
const opensBody =
  /^\s*(?:[\p{L}_#][\p{L}\p{N}_<>,.[\]*&?:]*\s+)*[*&#]*[\p{L}_$][\p{L}\p{N}_$.:]*\s*\([^;=()]*\)[^;=()'"]*\{\s*$|=\s*(?:async\s+)?(?:function\b|\(?[^=()]*\)?[^=()]*=>)/u;

/** The same where the parameters go on below, or the body does: unlike a call it follows a type, or is indented. */
const opensParameters =
  /^(?:\s+|(?:[\p{L}_][\p{L}\p{N}_<>,.[\]*&?:]*\s+)+)[*&#]*[\p{L}_$][\p{L}\p{N}_$.:]*\s*\([^;=]*$/u;

/** Indentation and the first word of a line, with the dot or parenthesis behind it. */
const beginningOf = (text: string): string =>
  /^\s*(?:(?:export|pub|static)\s+)?[\p{L}_$@#.][\p{L}\p{N}_$]*[.(]?/u.exec(text)?.[0] ?? "";

/** The scope that the sketch leaves open above a block: opened by the nearest quoted line that is less deep. */
function openScope(
  source: readonly TextLine[],
  shape: Shape,
  matches: readonly MatchesPerLine[],
  k: number,
  depth: number,
): { start: number; end: number } | undefined {
  const depths = depthsOf(source);
  for (let b = k - 1; b >= 0; b--) {
    const { tokens } = shape.blocks[b]!;
    for (let i = tokens.length - 1; i >= 0; i--) {
      const { text } = tokens[i]!;
      if (!isDistinctive(text) || columnsOf(text) >= depth) continue;
      const found = matches[b]![i]!.filter(({ kind }) => kind === "exact" || kind === "trailing");
      return found.length === 1 ? scopeUnder(found[0]!.source, depths) : undefined;
    }
  }
  return undefined;
}

function atEnd(
  source: readonly TextLine[],
  block: Block,
  scope: { readonly start: number; readonly end: number },
): Insertion {
  let position = scope.end;
  while (position > scope.start && source[position - 1]!.text.trim() === "") position--;
  const blanksBefore = position === scope.start ? 0 : blanksBetween(source, block);
  return { position, blanksBefore, blanksAfter: 0 };
}

const head =
  /^(?:#!|\/\/|\/?\*|#|--|;|%|<!--|"{3}|'{3}|<\?|["']use |package\b|import\b|from\b|use\b|using\b|extern\b|require\b|include\b|module\b|namespace\b|library\b|part\b|(?:const|let|var)\b.*\brequire\()/;

function atBeginning(source: readonly TextLine[], block: Block): Insertion[] {
  const blanks = blanksBetween(source, block);
  const top: Insertion = {
    position: 0,
    blanksBefore: 0,
    blanksAfter: source.length === 0 ? 0 : blanks,
  };
  const end = headEnd(source);
  if (end === 0) return [top];
  const isLast = source.slice(end).every(({ text }) => text.trim() === "");
  const behind: Insertion = { position: end, blanksBefore: blanks, blanksAfter: 0 };
  return [isLast ? { ...behind, blanksAfter: 0 } : behind, top];
}

/** The line after the file's head: shebang, licence, package clause, imports. */
function headEnd(source: readonly TextLine[]): number {
  let end = 0;
  let open = 0;
  let quote: string | undefined;
  for (const [line, { text }] of source.entries()) {
    const words = text.trim();
    if (words === "") continue;
    if (quote === undefined && open === 0 && !head.test(text)) break;
    const marks = words.match(/"{3}|'{3}|\/\*|\*\/|<!--|-->/g) ?? [];
    for (const mark of marks) {
      if (quote === undefined) quote = { "/*": "*/", "<!--": "-->" }[mark] ?? mark;
      else if (mark === quote) quote = undefined;
    }
    if (quote === undefined) {
      for (const mark of words) {
        if ("([{".includes(mark)) open++;
        else if (")]}".includes(mark)) open = Math.max(0, open - 1);
      }
    }
    end = line + 1;
  }
  return end;
}

/** How many blank lines the file puts between scopes of this depth: the most common number. */
function blanksBetween(source: readonly TextLine[], block: Block): number {
  const depth = columnsOf(block.tokens.find(isFilledLine)!.text);
  const counts = new Map<number, number>();
  let blanks = 0;
  let above: string | undefined;
  for (const [line, { text }] of source.entries()) {
    if (text.trim() === "") {
      blanks++;
      continue;
    }
    const below = source[line + 1]?.text ?? "";
    const opens = below.trim() !== "" && columnsOf(below) > depth;
    if (
      above !== undefined &&
      columnsOf(text) === depth &&
      !isCloser(text) &&
      opens &&
      columnsOf(above) >= depth
    )
      counts.set(blanks, (counts.get(blanks) ?? 0) + 1);
    blanks = 0;
    above = text;
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  return most ? most[0] : 1;
}
