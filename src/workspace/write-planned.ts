import { RedraftError } from "../core/errors.ts";
import { throwIfStopped } from "../core/signal.ts";
import type { TextStore } from "../core/text-store.ts";
import { commit } from "./commit.ts";
import type { FileSystem } from "./disk.ts";
import type { FileAnswer } from "./editor-types.ts";
import type { PlannedEdit } from "./plan-edit.ts";
import { type FileChange, pathsOf } from "./steps.ts";
import { changed, withLocks, writeChanges } from "./write.ts";
import type { WriteOptions, Written } from "./write-options.ts";

/** How often an edit is made on a file without holding its lock; after that the lock is taken first, so no other process can interfere. */
const optimisticRounds = 2;

/**
 * Makes the plan again if the file changed in the meantime, unless the caller expects a certain hash. After repeated changes
 * it plans under the lock of the files: then it waits its turn, as `updateFile` does.
 */
export async function writePlanned(
  make: () => Promise<readonly PlannedEdit[]>,
  dryRun: boolean,
  how: WriteOptions & { readonly fs: FileSystem },
  texts: TextStore,
): Promise<FileAnswer[]> {
  const { fs, signal } = how;
  let planned = await make();
  for (let round = 1; ; round += 1) {
    const changes = plannedChanges(planned);
    if (dryRun || changes.length === 0) return answersOf(texts, planned, changes, []);
    try {
      return answersOf(texts, planned, changes, await writeChanges(changes, how));
    } catch (error) {
      if (!RedraftError.is(error) || error.code !== "stale-file") throw error;
      // Another process holds the lock: it was waited for already.
      if (error.details.lock !== undefined) throw error;
    }
    if (round === optimisticRounds) break;
    planned = await make();
  }
  const paths = await pathsOf(plannedChanges(planned), fs);
  return withLocks(paths, how, async (held, folders) => {
    const last = await make();
    const changes = plannedChanges(last);
    if ((await pathsOf(changes, fs)).some((path) => !paths.includes(path))) {
      throw changed(last[0]!.change.before.path);
    }
    throwIfStopped(signal);
    const written = changes.length === 0 ? [] : await commit(changes, how, held, folders);
    return answersOf(texts, last, changes, written);
  });
}

const plannedChanges = (planned: readonly PlannedEdit[]): FileChange[] =>
  planned.filter(({ answer }) => answer.changed).map(({ change }) => change);

function answersOf(
  texts: TextStore,
  planned: readonly PlannedEdit[],
  changes: readonly FileChange[],
  written: readonly Written[],
): FileAnswer[] {
  return planned.map(({ answer, change, receipt }) => {
    const after = written[changes.indexOf(change)];
    const hash = answer.changed ? after?.hash : change.before.hash;
    if (change.text !== null && after?.hash !== undefined) texts.add(change.text, after.hash);
    return {
      ...answer,
      written: after !== undefined,
      ...(hash === undefined ? {} : { hash }),
      ...(after === undefined ? {} : { receipt: receipt() }),
    };
  });
}
