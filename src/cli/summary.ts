import type { EditResult } from "../core/request.ts";
import { LineDiff } from "../text/line-diff.ts";
import { splitLines } from "../text/lines.ts";
import { fileNotes } from "../workspace/file-notes.ts";
import type { Updated } from "../workspace/update.ts";

/** What was done, in one line: `src/a.ts: 2 lines added, 1 removed (merge: placed exactly, unique; 1.2 ms)`. */
export function summary(
  file: string,
  { result, written, before }: Updated<EditResult>,
  dryRun: boolean,
): string {
  const how = `${result.route}: ${result.routeReason}; ${result.ms.toFixed(1)} ms`;
  const what =
    written || dryRun
      ? whatChanged(result, before.text)
      : "nothing to change: the edit is already applied";
  const not = dryRun ? ", not written (dry run)" : "";
  const said = [...result.notes, ...fileNotes(before, result)];
  const notes = said.length > 0 ? `; ${said.join("; ")}` : "";
  return `${file}: ${what}${not} (${how}${notes})`;
}

function whatChanged(result: EditResult, before: string): string {
  if (!result.changed) return "nothing to change: the edit is already applied";
  const { added, removed } = changes(result, before);
  const lines = `${added} ${added === 1 ? "line" : "lines"} added, ${removed} removed`;
  if (result.action === "delete") return "deleted";
  if (result.action === "create") return `created, ${lines}`;
  if (result.action === "move") return `moved to ${result.movedTo}, ${lines}`;
  return lines;
}

function changes(
  { proof, cells = [], text }: EditResult,
  before: string,
): { added: number; removed: number } {
  const proofs = [proof, ...cells.map((cell) => cell.proof)].filter((one) => one !== undefined);
  if (proofs.length === 0) return comparedLines(before, text ?? "");
  return {
    added: proofs.flatMap(({ result }) => result.filter((line) => line.from !== "source")).length,
    removed: proofs.flatMap(({ source }) => source.filter((line) => line.fate !== "kept")).length,
  };
}

/** The changed lines of a text that a model wrote, for which there is no account. */
function comparedLines(before: string, after: string): { added: number; removed: number } {
  const [old, now] = [before, after].map((text) => splitLines(text).map((line) => line.text));
  const counts = { added: 0, removed: 0 };
  for (const { oldStart, oldEnd, newStart, newEnd } of new LineDiff(old!, now!).compare()) {
    counts.added += newEnd - newStart;
    counts.removed += oldEnd - oldStart;
  }
  return counts;
}
