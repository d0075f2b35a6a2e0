/** What a transaction finds and leaves at one path. */
export interface PlannedFile {
  /** Absolute, links on the way followed. */
  readonly path: string;
  /** What is there before; null: nothing. Of a removed symbolic link, only its target is kept. */
  readonly before: {
    readonly bytes: Uint8Array;
    readonly mode: number;
    readonly link?: string;
  } | null;
  /** What is to be there; null: nothing. `inode` is that of the new file, to distinguish it from files of others. */
  readonly after: {
    readonly bytes: Uint8Array;
    readonly mode: number | null;
    readonly inode: { readonly dev: number; readonly ino: number };
  } | null;
  /** Where the old file is kept, under a second name, until the transaction has ended. */
  readonly spare?: string;
  /** The path that a moved file comes from, or moves to. */
  readonly movedFrom?: string;
  readonly movedTo?: string;
}

/** What a transaction is about to do. */
export interface WritePlan {
  readonly files: readonly PlannedFile[];
  /** Our temporary files next to the files: staged new texts, and second names of the old ones. */
  readonly temporaries: readonly string[];
  /** Folders that were made for it. */
  readonly folders: readonly string[];
  /** Whether it takes more than one step, so that a kill can leave it half done: then it is on the disk before the first one. */
  readonly isLong: boolean;
  readonly note?: EntryNote;
}

/** What a log entry says about where it comes from. */
export interface EntryNote {
  /** `edit`; `undo` and `redo` name the entries that they take back or make again. */
  readonly kind: "edit" | "undo" | "redo";
  readonly of?: readonly string[];
  /** Of an `undo`: the hunks that it took back, where that were not all. */
  readonly hunks?: readonly number[];
  /** The command or tool that made it. */
  readonly by?: string;
}

/** A transaction that the journal knows of. */
export interface OpenTransaction {
  readonly id: string;
  /** The point of no return: after this, a recovery completes the transaction instead of rolling it back. */
  commit(): Promise<void>;
  /** Everything is in place and cleared up: it becomes an entry of the log, or is removed. Returns the entry's id. */
  finish(): Promise<string | undefined>;
  /** Everything was taken back. */
  abort(): Promise<void>;
  /** Not everything could be taken back: the next command tries again. */
  leave(): void;
}

/** Writes transactions ahead. `src/workspace/journal/journal.ts` has the one that is used. */
export interface Journal {
  /** Returns undefined if the journal cannot be written: then there is no undo and no recovery. */
  begin(plan: WritePlan): Promise<OpenTransaction | undefined>;
  /** Whether a transaction that no living process works on touches one of these paths. */
  isUnfinished(paths: readonly string[]): Promise<boolean>;
  /** Ends the transactions of processes that died: those in the root, or at these paths. */
  recover(paths?: readonly string[]): Promise<void>;
}

/**
 * Puts the change from `base` to `edited` into `current`, and nothing else; throws `stale-file` where the two changes meet, with
 * `details.conflicts`. The merge has it (`carryOver`); it is handed in.
 */
export type CarryOver = (request: {
  readonly path: string;
  readonly base: string;
  readonly edited: string;
  readonly current: string;
}) => { readonly text: string };
