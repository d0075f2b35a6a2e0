import type { Edit } from "../core/edit.ts";
import { splitLines } from "../text/lines.ts";

/** Pairs of an uncertain edit line and a source line that can be compared within a second or two. */
const mostPairs = 25_000_000;

/**
 * Why an edit is too large to place in bounded time, or undefined if it is not. Lines that occur in the source
 * exactly once place themselves; every other line has to be compared with every line of the source.
 */
export function tooLargeToPlace(edit: Edit, source: string): string | undefined {
  const lines = edit.segments.flatMap((segment) =>
    segment.kind === "lines" && segment.atLine === undefined
      ? segment.lines.filter((line) => line.role !== "add")
      : [],
  );
  // A text has no more lines than characters: most edits need no counting.
  if (lines.length * source.length <= mostPairs) return undefined;
  const all = splitLines(source);
  if (lines.length * all.length <= mostPairs) return undefined;
  const counts = new Map<string, number>();
  for (const { text } of all) counts.set(text, (counts.get(text) ?? 0) + 1);
  const open = lines.filter((line) => counts.get(line.text) !== 1).length;
  if (open * all.length <= mostPairs) return undefined;
  return (
    `${open} lines of the edit are new or occur several times in a file of ${all.length} lines: too many to ` +
    "place with certainty. Send the change in smaller parts, or as search/replace blocks."
  );
}
