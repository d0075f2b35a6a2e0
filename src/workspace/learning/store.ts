import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { RedraftError } from "../../core/errors.ts";
import { disk, reasonOf } from "../disk.ts";
import { makePrivate, writePrivate } from "../journal/private-files.ts";
import { journalRoot, rootKey, stateHome } from "../journal/state-home.ts";
import { lockFile } from "../lock.ts";

export interface LearningStoreOptions {
  /** The folder that is worked in; one file is kept for the work tree around it. */
  readonly folder: string;
  /** Default: `stateHome()`. */
  readonly home?: string | undefined;
}

/** One JSON file per repository in the user's state folder. What it holds is for the caller to check. */
export interface LearningStore {
  readonly path: string;
  /** The value, or undefined where there is none or it is not JSON. */
  read(): Promise<unknown>;
  /** Writes what `change` makes of the value, under a lock, whole or not at all; undefined leaves it as it is. */
  update(change: (value: unknown) => unknown): Promise<void>;
  /** Removes the file. */
  remove(): Promise<void>;
}

/** Bytes; a larger file is not written, and none is read. */
const largestLearning = 4 * 1024 * 1024;
/** ms to wait for another process. */
const learningPatience = 5_000;

export function openLearningStore({
  folder,
  home = stateHome(),
}: LearningStoreOptions): LearningStore {
  const kept = join(home, "learning");
  const path = join(kept, `${rootKey(journalRoot(folder))}.json`);

  async function read(): Promise<unknown> {
    try {
      const text = await readFile(path, "utf8");
      return text.length > largestLearning ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  async function locked(work: () => Promise<void>): Promise<void> {
    try {
      await makePrivate(kept);
    } catch (error) {
      throw new RedraftError("file-error", `cannot write ${kept}: ${reasonOf(error)}.`);
    }
    const lock = await lockFile(path, { fs: disk, patience: learningPatience });
    try {
      await work();
    } finally {
      await lock.release();
    }
  }

  return {
    path,
    read,
    update: (change) =>
      locked(async () => {
        const value = change(await read());
        if (value === undefined) return;
        const text = `${JSON.stringify(value, null, 1)}\n`;
        if (text.length > largestLearning) {
          throw new RedraftError(
            "file-error",
            `${path} would be larger than ${largestLearning} bytes.`,
          );
        }
        await writePrivate(path, text);
      }),
    remove: () => locked(() => rm(path, { force: true })),
  };
}
