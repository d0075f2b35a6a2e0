import { columnsOf } from "../text/indent.ts";
import type { TextLine } from "../text/lines.ts";
import { beginsScope } from "./align/unquoted.ts";
import type { Built } from "./proof/build.ts";
import type { BlockLine, Shape } from "./shape.ts";

/** A function or type of the file that a result would declare once more. */
export interface DeclaredTwice {
  readonly token: BlockLine;
  /** The line of the file that declares it, and stays. */
  readonly source: number;
}

/**
 * Returns the first line of a sketch that begins a function or a type at the margin, is in the sketch and in the file
 * once, and was placed as a new line although the file keeps its own; or undefined. Such a line is a quote.
 */
export function declaredTwice(
  source: readonly TextLine[],
  shape: Shape,
  { proof }: Built,
): DeclaredTwice | undefined {
  if (shape.extent !== "file") return undefined;
  const tokens = shape.blocks.flatMap((block) => block.tokens);
  const isPlaced = ({ editLine }: BlockLine): boolean => proof.edit[editLine]!.fate === "placed";
  for (const token of tokens) {
    const { text } = token;
    if (columnsOf(text) > 0 || !isPlaced(token) || !beginsScope(text)) continue;
    const key = text.trimEnd();
    if (tokens.some((other) => other !== token && other.text.trimEnd() === key)) continue;
    const isSame = (line: TextLine): boolean => line.text.trimEnd() === key;
    const line = source.findIndex(isSame);
    if (line < 0 || line !== source.findLastIndex(isSame)) continue;
    if (proof.source[line]!.fate === "kept") return { token, source: line };
  }
  return undefined;
}
