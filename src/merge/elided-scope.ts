import { columnsOf } from "../text/indent.ts";
import type { TextLine } from "../text/lines.ts";
import { escapeRegExp } from "../text/regexp.ts";
import { isDistinctive } from "./align/distinctive.ts";
import { isCloser } from "./align/nesting.ts";
import { mayOpen } from "./align/new-scopes.ts";
import { depthsOf, scopeUnder } from "./align/scope.ts";
import type { Built } from "./proof/build.ts";
import { type Block, type BlockLine, isFilledLine, type Shape } from "./shape.ts";

/** A new line that opens a scope whose content the sketch elides: the marker is inside the scope. */
export interface ElidedScope {
  readonly opener: BlockLine;
  /** The line of the file that closes the scope, where the sketch quotes it. */
  readonly closer?: number;
}

/**
 * Returns the scope that the last line of a block newly opens and whose content is a marker, or undefined. The marker is
 * inside if it is indented deeper than the line, or if the line's closer follows it.
 */
export function elidedScope(shape: Shape, k: number, built: Built): ElidedScope | undefined {
  const { tokens, marker } = shape.blocks[k]!;
  const opener = tokens.findLast(isFilledLine);
  if (marker === undefined || opener === undefined || isMatchedLine(built, opener))
    return undefined;
  const inside = elidesInside(opener, marker, shape.blocks[k + 1]);
  if (inside === undefined || inside === "by-depth") return inside && { opener };
  const fate = built.proof.edit[inside.editLine]!;
  return { opener, ...(fate.fate === "matched" ? { closer: fate.source } : {}) };
}

/**
 * Whether the marker behind a line is the content of the scope that this line opens: the next block begins with its closer,
 * which is returned, or the marker is indented deeper.
 */
export function elidesInside(
  opener: BlockLine,
  marker: string | undefined,
  behind: Block | undefined,
): BlockLine | "by-depth" | undefined {
  if (!mayOpen(opener.text) || !isDistinctive(opener.text)) return undefined;
  const depth = columnsOf(opener.text);
  const next = behind?.tokens.find(isFilledLine);
  if (next && columnsOf(next.text) === depth && closesOpener(next.text, opener.text)) return next;
  return marker !== undefined && columnsOf(marker) > depth ? "by-depth" : undefined;
}

const openings: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Whether a line closes what another one leaves open: the bracket, the tag, or, of words, anything. */
function closesOpener(text: string, opener: string): boolean {
  if (!isCloser(text)) return false;
  const words = text.trim();
  const tag = /^<\/([^\s>]*)/.exec(words)?.[1];
  if (tag !== undefined) return new RegExp(`<${escapeRegExp(tag)}(?![\\w-])`).test(opener);
  const opening = openings[words[0]!];
  if (opening === undefined) return true;
  const count = (sign: string): number => opener.split(sign).length - 1;
  return count(opening) > count(words[0]!);
}

/**
 * Returns the line of the file that opens the elided scope at present, which the new line replaces, or undefined if
 * nothing shows it. It is the next line and begins with the same word; its content is what the marker elides.
 */
export function earlierOpener(
  source: readonly TextLine[],
  { opener, closer }: ElidedScope,
  from: number,
  to: number,
): { readonly line: number; readonly isSure: boolean } | undefined {
  let line = from;
  while (line < to && source[line]!.text.trim() === "") line++;
  if (line >= to) return undefined;
  const { text } = source[line]!;
  const isLike = isDistinctive(text) && headWord(text) === headWord(opener.text);
  const scope = scopeUnder(line, depthsOf(source));
  if (!isLike || scope === undefined) return undefined;
  if (closer !== undefined) return scope.end === closer ? { line, isSure: true } : undefined;
  const rest = source.slice(scope.end, Math.max(scope.end, to));
  return { line, isSure: rest.every((one) => one.text.trim() === "" || isCloser(one.text)) };
}

/** The first word of a line. */
export const headWord = (text: string): string | undefined => /[\p{L}\p{N}_$]+/u.exec(text)?.[0];

const isMatchedLine = ({ proof }: Built, { editLine }: BlockLine): boolean =>
  proof.edit[editLine]!.fate === "matched";
