import type { DiskJournal } from "../workspace/journal/journal.ts";
import type { UndoAnswer } from "../workspace/journal/undo.ts";
import type { Learning } from "./learning.ts";

/** What is learnt from an undo of whole edits: they were wrong; from a redo, that they were not. Nothing was written: nothing is learnt. */
export async function learnUndone(
  learning: Learning,
  { kind, of, written }: Pick<UndoAnswer, "kind" | "of" | "written">,
  journal: Pick<DiskJournal, "entries">,
): Promise<void> {
  if (!written) return;
  if (kind === "undo") {
    await learning.undone(of, true);
    return;
  }
  // The entries that a redo names are those of undos.
  const entries = await journal.entries();
  const undone = entries.filter(({ id }) => of.includes(id)).flatMap((one) => one.of ?? []);
  await learning.undone(undone, false);
}
