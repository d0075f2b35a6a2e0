import type { TextLine } from "../../text/lines.ts";
import type { Built } from "../proof/build.ts";
import { type BlockLine, isFilledLine } from "../shape.ts";
import { importedNames } from "./imported-names.ts";
import { withoutStrings } from "./without-strings.ts";

/**
 * How many imports of the file, from the edge of a block outwards, an edit leaves without a use, where it adds an import
 * right beside them: the new one may replace them.
 */
export function unusedImports(
  source: readonly TextLine[],
  best: Built,
  run: readonly BlockLine[],
  beyond: readonly string[],
): number {
  const nearest = run.find(isFilledLine);
  if (nearest === undefined || importedNames(nearest.text).size === 0) return 0;
  let count = 0;
  const [before, after] = [source.map(({ text }) => text).join("\n"), best.text].map(
    withoutStrings,
  );
  while (count < beyond.length) {
    const names = importedNames(beyond[count]!);
    if (names.size === 0) break;
    const isUnused = [...names].every(
      (name) => usesOf(before!, name) > 1 && usesOf(after!, name) === 1,
    );
    if (!isUnused) break;
    count++;
  }
  return count;
}

/** How often a name occurs in a text as a whole word. */
function usesOf(text: string, name: string): number {
  let count = 0;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (!isWord(text[at - 1]) && !isWord(text[at + name.length])) count++;
  }
  return count;
}

const isWord = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}_$]/u.test(character);
