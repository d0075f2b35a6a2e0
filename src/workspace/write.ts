import { RedraftError } from "../core/errors.ts";
import { commit } from "./commit.ts";
import { disk } from "./disk.ts";
import { type Lock, lockFile } from "./lock.ts";
import { type Folders, trackFolders } from "./made-folders.ts";
import { type FileChange, pathsOf } from "./steps.ts";
import { readTextFile } from "./text-file.ts";
import type { WriteOptions, Written } from "./write-options.ts";

export type { FileChange } from "./steps.ts";
export type { WriteOptions, Written } from "./write-options.ts";

/**
 * Writes all changes, or none. Every new text is complete on the disk before the first file is touched;
 * each file is then replaced by one rename. When a later one fails, the earlier ones are put back. With a journal, the
 * next command recovers from a kill at any moment.
 *
 * Files may move in a chain (a to b, b to c) or swap their names; a move onto a file that stays is refused.
 */
export async function writeChanges(
  changes: readonly FileChange[],
  options: WriteOptions = {},
): Promise<readonly Written[]> {
  if (changes.length === 0) return [];
  const fs = options.fs ?? disk;
  return withLocks(await pathsOf(changes, fs), options, async (locks, folders) => {
    for (const { before } of changes) {
      const now = await readTextFile(before.realPath, fs);
      if (now.exists !== before.exists || now.hash !== before.hash) throw changed(before.path);
    }
    return commit(changes, options, locks, folders);
  });
}

export function changed(path: string, cause?: unknown): RedraftError {
  const why = cause instanceof Error ? ` The edit does not fit the new text: ${cause.message}` : "";
  return new RedraftError(
    "stale-file",
    `${path} was changed by someone else while the edit was being applied. Nothing was written.${why} Read it again.`,
    {
      cause,
      retryable: true,
      details: RedraftError.is(cause) ? { ...cause.details, reason: cause.code } : {},
    },
  );
}

/** How often a transaction that a dead process left is ended before this one gives up. */
const mostRecoveries = 5;

/** Takes the locks in one order, so that two callers never wait for each other. Folders that were made go when the work fails. */
export async function withLocks<Result>(
  paths: readonly string[],
  options: WriteOptions,
  work: (locks: readonly Lock[], folders: Folders) => Promise<Result>,
): Promise<Result> {
  const fs = options.fs ?? disk;
  const { uninterrupted = (run) => run(), journal } = options;
  const locks: Lock[] = [];
  const folders = trackFolders(fs);
  const release = async (): Promise<void> => {
    for (const lock of locks.splice(0).reverse()) await lock.release();
  };
  try {
    for (let round = 0; ; round++) {
      for (const path of paths) {
        await folders.make(path);
        locks.push(await lockFile(path, { ...options, fs }));
      }
      // If we hold the locks of an unfinished transaction, its process has died.
      if (round === mostRecoveries || !(await journal?.isUnfinished(paths))) break;
      await release();
      await journal?.recover(paths);
    }
    return await uninterrupted(() => work(locks, folders).finally(release));
  } catch (error) {
    await release();
    await folders.unmake();
    throw error;
  } finally {
    await release();
  }
}
