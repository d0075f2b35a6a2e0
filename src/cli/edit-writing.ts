import { RedraftError } from "../core/errors.ts";
import { throwIfStopped } from "../core/signal.ts";
import { readTextFile } from "../workspace/text-file.ts";
import { type FileChange, writeChanges } from "../workspace/write.ts";
import { runCheck } from "./check-command.ts";

export interface CheckedWrite {
  /** The user's command; a failure of it takes all changes back. */
  readonly check?: string;
  readonly signal: AbortSignal;
  readonly onOutput?: (text: string) => void;
}

/**
 * Writes all files or none, runs the check, and puts every file back where it fails. A file that somebody changed
 * while the check ran is put back too, if the check itself may have done it (a formatter), but what it held is
 * kept beside it: nothing of anybody's is lost.
 */
export async function writeChecked(
  changes: readonly FileChange[],
  { check, signal, onOutput }: CheckedWrite,
): Promise<void> {
  throwIfStopped(signal);
  const written = await writeChanges(changes, { signal });
  if (check === undefined) return;
  const outcome = await runCheck(check, { signal, ...(onOutput && { onOutput }) }).catch(
    async (error: unknown) => {
      await putBack(changes, written);
      throw error;
    },
  );
  if (outcome.ok) return;
  const kept = await putBack(changes, written);
  throwIfStopped(signal);
  const aside =
    kept.length > 0 ? ` What the check itself had changed is kept in ${kept.join(", ")}.` : "";
  throw new RedraftError(
    "check-failed",
    `the check \`${check}\` ${outcome.how}; all files are as they were.${aside}${outcome.output === "" ? "" : `\n${outcome.output.trimEnd()}`}`,
    { details: { check, output: outcome.output, kept } },
  );
}

/** Answers where texts that were not ours were kept. */
async function putBack(
  changes: readonly FileChange[],
  written: readonly { readonly hash?: string }[],
): Promise<string[]> {
  const kept: string[] = [];
  const back: FileChange[] = [];
  for (const [index, { before }] of changes.entries()) {
    const now = await readTextFile(before.path);
    if (now.exists && now.hash !== written[index]?.hash) {
      if (now.text === before.text && before.exists) continue;
      const aside = `${before.path}.rejected`;
      await writeChanges([{ before: await readTextFile(aside), text: now.text }]);
      kept.push(aside);
    }
    back.push({ before: now, text: before.exists ? before.text : null });
  }
  await writeChanges(back);
  return kept;
}
