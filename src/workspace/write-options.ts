import type { FileSystem } from "./disk.ts";
import type { EntryNote, Journal } from "./journal/types.ts";

export interface WriteOptions {
  readonly fs?: FileSystem;
  readonly signal?: AbortSignal;
  /** ms to wait for another process that writes the same file. */
  readonly patience?: number;
  /** Runs the part in which locks are held and files replaced. The command line keeps signals off meanwhile. */
  readonly uninterrupted?: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Writes the changes ahead, so that a kill leaves all or none of them, and keeps them for undo. */
  readonly journal?: Journal;
  /** What the journal's entry says about its origin. */
  readonly note?: EntryNote;
  /** Runs when all files are in place; its rejection takes everything back. The locks are held meanwhile. */
  readonly check?: () => Promise<void>;
}

export interface Written {
  /** Of the file as it is now; absent if it was deleted. */
  readonly hash?: string;
  /** The entry of the journal that an undo takes back; absent where none is kept. */
  readonly entry?: string;
}
