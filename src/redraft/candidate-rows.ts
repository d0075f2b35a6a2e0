import type { EditCandidate } from "../orchestrate/speculator.ts";
import type { EditRow } from "../workspace/apply-all.ts";

export interface CandidateRows {
  readonly rows: readonly EditRow[];
  /** What each row is made of, and comes to, by its path. */
  readonly wanted: ReadonlyMap<string, { readonly before: string; readonly after: string }>;
}

/** A candidate as edits, one file after another: a file that moves does so first, and gets its text at the new path. */
export function candidateRows({ files }: Pick<EditCandidate, "files">): CandidateRows {
  const rows: EditRow[] = [];
  const wanted = new Map<string, { before: string; after: string }>();
  for (const { path, before, after, to } of files) {
    if (to !== undefined) {
      const edit = `*** Begin Patch\n*** Update File: ${path}\n*** Move to: ${to}\n*** End Patch\n`;
      rows.push({ path, edit, format: "patch" });
      wanted.set(path, { before, after: before });
      if (before === after) continue;
    }
    const own = to ?? path;
    rows.push({ path: own, edit: after, format: "whole" });
    wanted.set(own, { before, after });
  }
  return { rows, wanted };
}
