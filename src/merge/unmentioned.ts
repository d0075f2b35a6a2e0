import type { TextLine } from "../text/lines.ts";
import { declaredName } from "./align/names.ts";
import type { Built } from "./proof/build.ts";
import type { Shape } from "./shape.ts";

/**
 * Counts the declarations that a result removes although no line of the sketch declares their names. A reading that
 * removes more of them than another one is not what was meant.
 */
export function unmentionedNames(
  source: readonly TextLine[],
  shape: Shape,
): (built: Built) => number {
  if (shape.extent !== "file") return () => 0;
  const mentioned = new Set(
    shape.blocks.flatMap(({ tokens }) => tokens.map(({ text }) => declaredName(text))),
  );
  const declared = source.flatMap(({ text }, line) => {
    const name = declaredName(text);
    return name === undefined || mentioned.has(name) ? [] : [line];
  });
  return ({ proof }) =>
    declared.reduce((sum, line) => sum + (proof.source[line]!.fate === "kept" ? 0 : 1), 0);
}
