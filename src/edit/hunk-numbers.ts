import type { EditLine } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { HunkCounts } from "./hunk-lines.ts";

/** The numbers of a hunk header; absent where it names none. */
export interface HunkNumbers {
  /** 1-based. */
  readonly oldStart?: number;
  readonly newStart?: number;
  readonly counts?: HunkCounts;
}

/**
 * Whether the numbers are reliable: then a hunk without any old line (`diff -U0`) is placed by its number alone.
 * They are if every hunk with old lines is exactly where its header says, and the counts and the new side's numbers
 * follow from the hunks before.
 */
export function numbersHold(
  hunks: readonly HunkNumbers[],
  read: readonly (readonly EditLine[])[],
  source: readonly string[],
): boolean {
  let shift = 0;
  return hunks.every(({ oldStart, newStart, counts }, k) => {
    const old = read[k]!.filter((line) => line.role !== "add");
    const newLines = read[k]!.filter((line) => line.role !== "drop");
    if (oldStart === undefined || newStart === undefined || counts === undefined) return false;
    if (counts.old !== old.length || counts.new !== newLines.length) return false;
    const before = linesBefore(oldStart, old.length);
    const isThere = old.every((line, index) => source[before + index] === line.text);
    const follows = linesBefore(newStart, newLines.length) === before + shift;
    shift += newLines.length - old.length;
    return isThere && follows && before <= source.length;
  });
}

/** The number of lines before a side of a hunk: with a count of 0 the header names the line before, else the first line. */
const linesBefore = (start: number, count: number): number => start - Number(count > 0);

/** The 1-based line where the old side of a hunk begins. */
export const firstOldLine = ({ oldStart, counts }: HunkNumbers): number | undefined =>
  oldStart === undefined ? undefined : linesBefore(oldStart, counts?.old ?? 1) + 1;

/** The error for new lines without context whose numbers are unreliable: nothing says where they belong. */
export function unplaced(lines: readonly EditLine[]): RedraftError {
  const { at, text } = lines.find((line) => line.text.trim() !== "") ?? lines[0]!;
  return new RedraftError(
    "no-match",
    `The hunk at edit line ${at} (${JSON.stringify(text.slice(0, 60))}) has only new lines, and its numbers do not fit the file. ` +
      "Add the line above or below its place as context.",
    { details: { line: at } },
  );
}
