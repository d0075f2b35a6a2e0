import { columnsOf } from "../text/indent.ts";
import { splitLines, type TextLine } from "../text/lines.ts";
import { once } from "../text/once.ts";
import { isDistinctive } from "./align/distinctive.ts";
import { isCloser } from "./align/nesting.ts";
import { elidedScope } from "./elided-scope.ts";
import type { Built } from "./proof/build.ts";
import type { BlockLine, Shape } from "./shape.ts";

/** A line of the file that a result keeps, but inside the scope of a new line that was put before it. */
export interface Displaced {
  readonly block: number;
  readonly line: number;
  /** The new line that opens the scope, by its number in the edit. */
  readonly opener: number;
}

/**
 * Returns the first line of the file that a result of a sketch would move into another scope, or undefined: a new line
 * that opens a scope comes between it and the line that opens its own. Lines that the edit does not quote keep their
 * scope. Lines that it quotes may move into a new scope only if their old scope keeps something.
 */
export function displacedLine(
  source: readonly TextLine[],
  shape: Shape,
  built: Built,
): Displaced | undefined {
  if (shape.extent !== "file") return undefined;
  const texts = once(() => splitLines(built.text));
  const isKept = (line: number | undefined): boolean =>
    line !== undefined && built.proof.source[line]!.fate === "kept";
  for (const [block, { tokens }] of shape.blocks.entries()) {
    /** The new line of the block, before token `end`, that would open the scope of a source line. */
    const newOpener = (end: number, line: number): BlockLine | undefined => {
      const depth = columnsOf(source[line]!.text);
      for (let i = end - 1; i >= 0; i--) {
        const fate = built.proof.edit[tokens[i]!.editLine]!;
        if (fate.fate !== "placed" && fate.fate !== "matched") continue;
        const isNew = fate.fate === "placed";
        const { text } = isNew ? texts()[fate.result]! : source[fate.source]!;
        if (text.trim() === "" || columnsOf(text) >= depth) continue;
        // Of equal openers, such as a brace alone, any may be the new one.
        return isNew && isDistinctive(text) && !isCloser(text) ? tokens[i]! : undefined;
      }
      return undefined;
    };
    const isDisplaced = (line: number, end: number): BlockLine | undefined => {
      if (columnsOf(source[line]!.text) === 0) return undefined;
      const opener = newOpener(end, line);
      if (opener === undefined) return undefined;
      const own = parentOf(source, line);
      if (!isKept(own) || source[own!]!.text.trim() === opener.text.trim()) return undefined;
      return opener;
    };
    /** Whether nothing comes between a line of the file and the new line. */
    const isEmptied = (opener: BlockLine, own: number): boolean => {
      const above = tokens
        .slice(0, tokens.indexOf(opener))
        .findLast(({ text }) => text.trim() !== "");
      if (above === undefined) return built.placement.ranges[block]!.start > own;
      const fate = built.proof.edit[above.editLine]!;
      return fate.fate === "matched" && fate.source === own;
    };
    for (const [i, { editLine }] of tokens.entries()) {
      const fate = built.proof.edit[editLine]!;
      if (fate.fate !== "matched" || !isDistinctive(source[fate.source]!.text)) continue;
      if (i === 0 || isQuotedLine(built, tokens[i - 1]!) || !isFirstInScope(source, fate.source))
        continue;
      const opener = isDisplaced(fate.source, i);
      if (opener && isEmptied(opener, parentOf(source, fate.source)!))
        return { block, line: fate.source, opener: opener.editLine };
    }
    const unheld = unheldLine(source, shape, block, built);
    if (unheld) return unheld;
    const line = firstAfter(source, built.placement.ranges[block]!.end);
    if (line === undefined || !isKept(line)) continue;
    const opener = isDisplaced(line, tokens.length);
    if (opener) return { block, line, opener: opener.editLine };
  }
  return undefined;
}

/** An elided line that stays outside the new scope in which its marker is written. */
function unheldLine(
  source: readonly TextLine[],
  shape: Shape,
  block: number,
  built: Built,
): Displaced | undefined {
  const scope = elidedScope(shape, block, built);
  const fate = scope && built.proof.edit[scope.opener.editLine]!;
  if (scope === undefined || fate?.fate !== "placed") return undefined;
  const { ranges } = built.placement;
  const to = ranges[block + 1]?.start ?? source.length;
  const depth = columnsOf(splitLines(built.text)[fate.result]!.text);
  for (let line = ranges[block]!.end; line < to; line++) {
    const { text } = source[line]!;
    if (text.trim() === "") continue;
    return columnsOf(text) > depth ? undefined : { block, line, opener: scope.opener.editLine };
  }
  return undefined;
}

const isQuotedLine = ({ proof }: Built, { editLine, text }: BlockLine): boolean =>
  proof.edit[editLine]!.fate === "matched" && text.trim() !== "";

/** Whether the nearest line above with something in it opens this line's scope. */
function isFirstInScope(source: readonly TextLine[], at: number): boolean {
  let above = at - 1;
  while (above >= 0 && source[above]!.text.trim() === "") above--;
  return above >= 0 && columnsOf(source[above]!.text) < columnsOf(source[at]!.text);
}

/** The first line from here on with something in it that closes no scope before it. */
function firstAfter(source: readonly TextLine[], from: number): number | undefined {
  for (let line = from; line < source.length; line++) {
    const { text } = source[line]!;
    if (text.trim() === "") continue;
    return isCloser(text) ? undefined : line;
  }
  return undefined;
}

/** The nearest line above that is less deep. */
function parentOf(source: readonly TextLine[], at: number): number | undefined {
  const depth = columnsOf(source[at]!.text);
  for (let line = at - 1; line >= 0; line--) {
    const { text } = source[line]!;
    if (text.trim() !== "" && columnsOf(text) < depth) return line;
  }
  return undefined;
}
