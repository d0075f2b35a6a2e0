import { LineDiff } from "../../text/line-diff.ts";
import { splitLines } from "../../text/lines.ts";

/** Lines of a source that become other lines. */
export interface FinalHunk {
  /** 0-based lines of the source, `end` not included; equal for lines that are only added. */
  readonly start: number;
  readonly end: number;
  /** The lines in their place, each with its line end. */
  readonly lines: readonly string[];
}

/** The beginning of a source, and what it becomes. */
export interface SettledPart {
  /** How many lines of the source it has. */
  readonly lines: number;
  readonly text: string;
}

export const nothingSettled: SettledPart = { lines: 0, text: "" };

/** Lines with their line ends. */
export const fullLines = (text: string): string[] =>
  splitLines(text).map((line) => line.text + line.end);

/** The changes of the lines that `to` has and `from` has not. */
export function finalHunksBetween(
  source: readonly string[],
  from: SettledPart,
  to: SettledPart,
): FinalHunk[] {
  const before = source.slice(from.lines, to.lines);
  const after = fullLines(to.text.slice(from.text.length));
  return new LineDiff(before, after).compare().map(({ oldStart, oldEnd, newStart, newEnd }) => ({
    start: from.lines + oldStart,
    end: from.lines + oldEnd,
    lines: after.slice(newStart, newEnd),
  }));
}
