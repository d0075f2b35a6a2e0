import { rm } from "node:fs/promises";
import {
  defaultEntryLimits,
  type EntryLimits,
  folderOfRoot,
  type KeptEntry,
  listEntries,
  pruneEntries,
} from "./entries.ts";
import { isUnfinished, recover } from "./recover.ts";
import { journalRoot, realFolder, stateHome } from "./state-home.ts";
import { clearTexts, pruneTexts } from "./texts.ts";
import { beginTransaction, moveToLog, type TransactionOptions } from "./transaction.ts";
import type { EntryNote, Journal, OpenTransaction, WritePlan } from "./types.ts";

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
  /** Removes entries and texts beyond the limits. Also done automatically after some transactions. */
  prune(): Promise<void>;
  /** Removes these entries, and all texts that were kept by hash. Returns the number of entries. */
  clear(): Promise<number>;
}

/** The limits are enforced after one in this many transactions, on average. */
const pruneEvery = 32;

export function openJournal(options: JournalOptions): DiskJournal {
  const { keep = true, limits = defaultEntryLimits, onUnavailable } = options;
  const home = options.home ?? stateHome();
  const root = journalRoot(options.folder);
  const folders = [options.folder, ...(options.more ?? [])].map(realFolder);
  const kept = folderOfRoot(home, root);
  const transactions: TransactionOptions = {
    home,
    root,
    keep,
    onUnavailable: (why) => onUnavailable?.(why),
    onFinish: async (id) => {
      if (Number.parseInt(id, 36) % pruneEvery === 0) await prune();
    },
  };
  const begin = (plan: WritePlan): Promise<OpenTransaction | undefined> =>
    beginTransaction(plan, transactions);

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
