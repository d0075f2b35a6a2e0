import { throwIfStopped } from "../core/signal.ts";
import type { Journal } from "../workspace/journal/types.ts";
import { type FileChange, writeChanges } from "../workspace/write.ts";
import { requirePassing } from "./check-command.ts";

export interface CheckedWrite {
  /** The user's command; a failure of it takes all changes back. */
  readonly check?: string;
  readonly signal: AbortSignal;
  readonly onOutput?: (text: string) => void;
  readonly journal?: Journal;
}

/**
 * Writes all files or none, runs the check, and puts every file back where it fails. A file that was changed while the
 * check ran (a formatter does that) is put back too, and what it held is kept beside it. Answers with the entry of the log.
 */
export async function writeChecked(
  changes: readonly FileChange[],
  { check, signal, onOutput, journal }: CheckedWrite,
): Promise<string | undefined> {
  throwIfStopped(signal);
  const written = await writeChanges(changes, {
    signal,
    note: { kind: "edit", by: "redraft edit" },
    ...(journal && { journal }),
    ...(check !== undefined && {
      check: () => requirePassing(check, { signal, ...(onOutput && { onOutput }) }),
    }),
  });
  return written.find(({ entry }) => entry !== undefined)?.entry;
}
