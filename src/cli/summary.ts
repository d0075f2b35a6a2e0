import type { EditResult } from "../core/request.ts";
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
    written || dryRun ? whatChanged(result) : "nothing to change: the edit is already applied";
  const not = dryRun ? ", not written (dry run)" : "";
  const said = [...result.notes, ...fileNotes(before, result)];
  const notes = said.length > 0 ? `; ${said.join("; ")}` : "";
  return `${file}: ${what}${not} (${how}${notes})`;
}

function whatChanged(result: EditResult): string {
  if (!result.changed) return "nothing to change: the edit is already applied";
  const { added, removed } = changes(result);
  const lines = `${added} ${added === 1 ? "line" : "lines"} added, ${removed} removed`;
  if (result.action === "delete") return "deleted";
  if (result.action === "create") return `created, ${lines}`;
  if (result.action === "move") return `moved to ${result.movedTo}, ${lines}`;
  return lines;
}

function changes({ proof, cells = [] }: EditResult): { added: number; removed: number } {
  const proofs = [proof, ...cells.map((cell) => cell.proof)].filter((one) => one !== undefined);
  return {
    added: proofs.flatMap(({ result }) => result.filter((line) => line.from !== "source")).length,
    removed: proofs.flatMap(({ source }) => source.filter((line) => line.fate !== "kept")).length,
  };
}
