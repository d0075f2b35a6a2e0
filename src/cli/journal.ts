import { dirname, resolve } from "node:path";
import { isInside } from "../workspace/inside.ts";
import { type DiskJournal, openJournal } from "../workspace/journal/journal.ts";
import { realFolder } from "../workspace/journal/state-home.ts";

export const noJournalHelp =
  "keep no undo data; an interrupted write is still recovered by the next command";

/** The folder that an edit of a file belongs to: the current one, or the file's own where it lies elsewhere. */
export function folderOf(file: string): string {
  const own = realFolder(dirname(resolve(file)));
  const current = realFolder(process.cwd());
  return isInside(own, current) ? current : own;
}

/** The journal of a command; where it cannot be written, that is said once, and the edit is made all the same. */
export function cliJournal(folder: string, keep = true, more: readonly string[] = []): DiskJournal {
  let isSaid = false;
  return openJournal({
    folder,
    more,
    keep,
    onUnavailable(why) {
      if (isSaid) return;
      isSaid = true;
      process.stderr.write(
        `redraft: ${why} This edit cannot be undone. Set REDRAFT_STATE_HOME to use another folder.\n`,
      );
    },
  });
}
