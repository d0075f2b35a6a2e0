import { RedraftError } from "../core/errors.ts";
import type { DiffFile } from "./diff-files.ts";
import type { EditInput } from "./format.ts";
import { signedLine } from "./hunk-lines.ts";

/**
 * Refuses a diff that ends in the middle of a line. Headers miscount often, so counts alone say nothing: the text has no
 * final newline, its last hunk has fewer lines than its header says, and its last line is new, or a part of one of the file.
 */
export function refuseCutDiff(files: readonly DiffFile[], input: EditInput): void {
  const hunk = files.at(-1)?.hunks.at(-1);
  const last = hunk?.body.at(-1);
  if (!hunk?.counts || !last || last.at !== input.lines.length || /[\r\n]$/.test(input.text))
    return;
  const lines = hunk.body.map(signedLine);
  const count = (role: string): number => lines.filter((line) => line.role !== role).length;
  const [oldCount, newCount] = [count("add"), count("drop")];
  const isShort = oldCount < hunk.counts.old || newCount < hunk.counts.new;
  if (!isShort || oldCount > hunk.counts.old || newCount > hunk.counts.new) return;
  const { role, text } = lines.at(-1)!;
  const { sourceLines } = input;
  const isPart =
    !sourceLines.includes(text) && sourceLines.some((line) => text !== "" && line.startsWith(text));
  if (role !== "add" && !isPart) return;
  throw new RedraftError(
    "unreadable-edit",
    `the diff is cut off: it ends at line ${last.at}, inside a hunk that announces ${hunk.counts.old} old and ` +
      `${hunk.counts.new} new lines but has ${oldCount} and ${newCount}. Nothing was written. Send the whole diff again.`,
    { details: { line: last.at, format: "unified-diff" } },
  );
}
