import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RedraftError } from "../../core/errors.ts";
import { codeOf, disk, reasonOf, syncFolder } from "../disk.ts";
import { sha256 } from "../sha256.ts";
import {
  type DoneTransaction,
  defaultEntryLimits,
  type EntryFile,
  type EntryLimits,
  type EntryState,
  folderOfRoot,
  isEntryName,
  type KeptEntry,
  listEntries,
  type OpenRecord,
  openEntriesFolder,
  pruneEntries,
} from "./entries.ts";
import { fileMode, folderMode, makePrivate, writePrivate } from "./private-files.ts";
import { thisProcess } from "./processes.ts";
import { isUnfinished, openName, recover, setActive } from "./recover.ts";
import { journalRoot, realFolder, stateHome } from "./state-home.ts";
import { clearTexts, pruneTexts, shareText } from "./texts.ts";
import type { EntryNote, Journal, OpenTransaction, PlannedFile, WritePlan } from "./types.ts";

export interface JournalOptions {
  /** The folder that is worked in; entries are kept for the work tree around it. */
  readonly folder: string;
  /** More folders whose entries are seen. */
  readonly more?: readonly string[];
  /** Default: `stateHome()`. */
  readonly home?: string;
  /** False: transactions are recovered after a kill, and leave no entry behind. */
  readonly keep?: boolean;
  readonly limits?: EntryLimits;
  /** Called if the state folder cannot be written: then edits are made without recovery and undo. */
  readonly onUnavailable?: (why: string) => void;
}

/** A journal on the disk: transactions that are written ahead, and the log of those that are done. */
export interface DiskJournal extends Journal {
  readonly home: string;
  /** Real paths; what the log shows has to do with them, and an undo touches nothing else. */
  readonly folders: readonly string[];
  /** The log: transactions with a file in the folders, oldest first. */
  entries(): Promise<KeptEntry[]>;
  /** Notes in the log what changed no file. */
  mark(note: EntryNote): Promise<void>;
  /** Removes what is beyond the limits. It happens by itself every now and then. */
  prune(): Promise<void>;
  /** Forgets these entries, and all texts that were kept by hash. Answers how many entries. */
  clear(): Promise<number>;
}

/** How many transactions, in the mean, between two looks at the limits. */
const pruneEvery = 32;

export function openJournal(options: JournalOptions): DiskJournal {
  const { keep = true, limits = defaultEntryLimits, onUnavailable } = options;
  const home = options.home ?? stateHome();
  const root = journalRoot(options.folder);
  const folders = [options.folder, ...(options.more ?? [])].map(realFolder);
  const kept = folderOfRoot(home, root);

  /** Makes the folder of a transaction under an id that is later than all of the log. */
  async function reserve(): Promise<{ id: string; at: string }> {
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

  async function begin(plan: WritePlan): Promise<OpenTransaction | undefined> {
    let place: { id: string; at: string } | undefined;
    try {
      place = await reserve();
      setActive(place.at, true);
      const files = [];
      for (const file of plan.files) files.push(await keepTexts(file, place.at, plan.isLong));
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
      await writePrivate(join(place.at, "record.json"), JSON.stringify(record), {
        sync: plan.isLong,
      });
      if (plan.isLong) await syncFolder(place.at, disk);
    } catch (error) {
      if (place !== undefined) {
        await rm(place.at, { recursive: true, force: true }).catch(() => {});
        setActive(place.at, false);
      }
      onUnavailable?.(`the journal in ${home} cannot be written: ${reasonOf(error)}`);
      return undefined;
    }
    return transaction(place.id, place.at);
  }

  async function keepTexts(file: PlannedFile, at: string, sync: boolean): Promise<EntryFile> {
    const { path, before, after, movedFrom, movedTo, spare } = file;
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

  function transaction(id: string, at: string): OpenTransaction {
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
          if (Number.parseInt(id, 36) % pruneEvery === 0) await prune();
          return entry;
        } catch {
          // The edit is made; what is left is cleared up by the next command.
          return keep ? id : undefined;
        } finally {
          setActive(at, false);
        }
      },
      async abort() {
        // Without its record it is nothing, so that nobody rolls back by half of it.
        await rm(join(at, "record.json"), { force: true }).catch(() => {});
        await rm(at, { recursive: true, force: true }).catch(() => {});
        setActive(at, false);
      },
      leave() {
        setActive(at, false);
      },
    };
  }

  async function prune(): Promise<void> {
    await pruneEntries(kept, limits);
    await pruneTexts(home);
  }

  return {
    home,
    folders,
    begin,
    isUnfinished: (paths) => isUnfinished(home, paths),
    recover: (paths) => recover(home, paths ? { paths } : { folders }, moveToLog),
    prune,
    entries: () => listEntries(home, folders),
    async mark(note) {
      const open = await begin({ files: [], temporaries: [], folders: [], isLong: false, note });
      await open?.commit();
      await open?.finish();
    },
    async clear() {
      const entries = await listEntries(home, folders);
      for (const entry of entries) await rm(entry.folder, { recursive: true, force: true });
      await clearTexts(home);
      return entries.length;
    },
  };
}

/** Makes an entry of the log of a transaction that is done, and its texts known by their hashes. Answers the entry's id. */
async function moveToLog(
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
