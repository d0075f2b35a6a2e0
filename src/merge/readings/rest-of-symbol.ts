import type { LineRange } from "../../core/merge.ts";
import { columnsOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { isDistinctive } from "../align/distinctive.ts";
import { isCloser } from "../align/nesting.ts";
import type { Built } from "../proof/build.ts";
import { writtenIn } from "../proof/written.ts";
import type { Shape } from "../shape.ts";
import type { ReplacedBeside } from "./replaced-beside.ts";

/** A statement that ends its scope: no other follows it. */
const leaves = /^\s*(?:return|raise|throw|break|continue|pass)\b/;

/**
 * The last lines of a symbol that ends by indentation alone, if the sketch shows the symbol and ends before them: they are
 * removed, or the sketch shows only the beginning of the symbol. Removal is certain if the sketch's last line leaves the
 * symbol's own scope.
 */
export function restOfSymbol(
  source: readonly TextLine[],
  shape: Shape,
  best: Built,
  symbol: LineRange | undefined,
): ReplacedBeside | undefined {
  const block = shape.blocks.length - 1;
  const last = shape.blocks[block]?.tokens.findLast(({ text }) => text.trim() !== "");
  const range = best.placement.ranges[block];
  if (symbol === undefined || last === undefined || range === undefined) return undefined;
  const rest = source.slice(range.end, symbol.end);
  if (!rest.some(({ text }) => isDistinctive(text))) return undefined;
  const { text: end } = source[symbol.end - 1]!;
  if (isCloser(end) || isCloser(last.text)) return undefined;
  const text = writtenIn(source, best)(last);
  const depth = columnsOf(text);
  const isOwn = rest.every((line) => line.text.trim() === "" || columnsOf(line.text) >= depth);
  return { block, side: "end", position: symbol.end, isSure: leaves.test(text) && isOwn };
}
