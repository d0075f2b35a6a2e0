import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RedraftError } from "../../core/errors.ts";
import { codeOf, disk, reasonOf, syncFolder } from "../disk.ts";
import { sha256 } from "../sha256.ts";
import {
  type DoneTransaction,
  type EntryFile,
  type EntryState,
  folderOfRoot,
  isEntryName,
  type OpenRecord,
  openEntriesFolder,
} from "./entries.ts";
import { fileMode, folderMode, makePrivate, writePrivate } from "./private-files.ts";
import { thisProcess } from "./processes.ts";
import { openName, setActive } from "./recover.ts";
import { shareText } from "./texts.ts";
import type { OpenTransaction, PlannedFile, WritePlan } from "./types.ts";

export interface TransactionOptions {
  readonly home: string;
  /** The work tree that the entry is kept for. */
  readonly root: string;
  /** False: it leaves no entry behind. */
  readonly keep: boolean;
  /** Called if the state folder cannot be written. */
  readonly onUnavailable: (why: string) => void;
  /** Called with the id of a transaction that is in the log, or forgotten. */
  readonly onFinish: (id: string) => Promise<void>;
}

/** The folder of an open transaction, and its id in the log. */
interface OpenFolder {
  readonly id: string;
  readonly at: string;
}

/**
 * Writes a transaction ahead: its record, and the texts that a roll back or an undo needs. Returns undefined if the state
 * folder cannot be written: then the edit is made without recovery and undo.
 */
export async function beginTransaction(
  plan: WritePlan,
  options: TransactionOptions,
): Promise<OpenTransaction | undefined> {
  const { home, root, keep } = options;
  let folder: OpenFolder | undefined;
  try {
    folder = await reserve(home, folderOfRoot(home, root));
    setActive(folder.at, true);
    const files: EntryFile[] = [];
    for (const file of plan.files)
      files.push(await keepTexts(file, { at: folder.at, sync: plan.isLong, keep }));
    const record: Omit<OpenRecord, "id"> = {
      version: 1,
      time: new Date().toISOString(),
      root,
      kind: "edit",
      ...plan.note,
      files,
      keep,
      temporaries: plan.temporaries,
      folders: plan.folders,
    };
    await writePrivate(join(folder.at, "record.json"), JSON.stringify(record), {
      sync: plan.isLong,
    });
    if (plan.isLong) await syncFolder(folder.at, disk);
  } catch (error) {
    if (folder !== undefined) {
      await rm(folder.at, { recursive: true, force: true }).catch(() => {});
      setActive(folder.at, false);
    }
    options.onUnavailable(`the journal in ${home} cannot be written: ${reasonOf(error)}`);
    return undefined;
  }
  return openTransaction(folder, options);
}

/** Makes the folder of a transaction under an id that is later than all of the log in `kept`. */
async function reserve(home: string, kept: string): Promise<OpenFolder> {
  await makePrivate(openEntriesFolder(home));
  const names = await readdir(kept).catch(() => []);
  const last = names.filter(isEntryName).sort().at(-1);
  let time = Date.now();
  if (last !== undefined) time = Math.max(time, Number.parseInt(last, 36) + 1);
  for (; ; time++) {
    const id = time.toString(36);
    const at = join(openEntriesFolder(home), openName(id, thisProcess()));
    try {
      await mkdir(at, { mode: folderMode });
      return { id, at };
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

async function keepTexts(
  { path, before, after, movedFrom, movedTo, spare }: PlannedFile,
  { at, sync, keep }: { readonly at: string; readonly sync: boolean; readonly keep: boolean },
): Promise<EntryFile> {
  const keepOne = async (bytes: Uint8Array, durable: boolean): Promise<string> => {
    const hash = sha256(bytes);
    await writePrivate(join(at, hash), bytes, { sync: durable });
    return hash;
  };
  const stateOf = (state: NonNullable<PlannedFile["before"]>, hash: string): EntryState => ({
    sha256: hash,
    mode: state.mode,
    ...(state.link === undefined ? {} : { link: state.link }),
  });
  return {
    path,
    before: before && stateOf(before, await keepOne(before.bytes, sync)),
    // The new text is for undo: the roll back after a kill has no need of it.
    after: after && {
      sha256: keep ? await keepOne(after.bytes, false) : sha256(after.bytes),
      mode: after.mode,
      ...after.inode,
    },
    ...(movedFrom === undefined ? {} : { movedFrom }),
    ...(movedTo === undefined ? {} : { movedTo }),
    ...(spare === undefined ? {} : { spare }),
  };
}

function openTransaction({ id, at }: OpenFolder, options: TransactionOptions): OpenTransaction {
  const { home, root, keep } = options;
  return {
    id,
    async commit() {
      await writeFile(join(at, "committed"), "", { mode: fileMode }).catch((error: unknown) => {
        throw new RedraftError(
          "file-error",
          `the journal in ${home} cannot be written: ${reasonOf(error)}.`,
          { cause: error, details: { path: home } },
        );
      });
    },
    async finish() {
      try {
        const entry = await moveToLog(home, { id, at, root, keep });
        await options.onFinish(id);
        return entry;
      } catch {
        // The edit is made; what is left is cleared up by the next command.
        return keep ? id : undefined;
      } finally {
        setActive(at, false);
      }
    },
    async abort() {
      // The record is removed first: without it the rest is ignored, and no process rolls back from half of it.
      await rm(join(at, "record.json"), { force: true }).catch(() => {});
      await rm(at, { recursive: true, force: true }).catch(() => {});
      setActive(at, false);
    },
    leave() {
      setActive(at, false);
    },
  };
}

/**
 * Makes a finished transaction an entry of the log, and its texts known by their hashes; without `keep` it is removed.
 * Returns the id of the entry, or undefined.
 */
export async function moveToLog(
  home: string,
  { id, at, root, keep }: DoneTransaction,
): Promise<string | undefined> {
  if (!keep) {
    await rm(join(at, "record.json"), { force: true });
    await rm(at, { recursive: true, force: true });
    return undefined;
  }
  for (const name of await readdir(at)) {
    if (/^[0-9a-f]{64}$/.test(name)) shareText(home, join(at, name), name);
  }
  const kept = folderOfRoot(home, root);
  await makePrivate(kept);
  await writePrivate(join(kept, "root"), root);
  for (let time = Number.parseInt(id, 36); ; time++) {
    try {
      await rename(at, join(kept, time.toString(36)));
      return time.toString(36);
    } catch (error) {
      if (codeOf(error) !== "ENOTEMPTY" && codeOf(error) !== "EEXIST") throw error;
    }
  }
}
