import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isInside } from "../inside.ts";
import { sha256 } from "../sha256.ts";
import { rootKey } from "./state-home.ts";
import type { EntryNote } from "./types.ts";

/** What was, or is, at a path of an entry. */
export interface EntryState {
  /** Of the bytes; the text is kept next to the entry under this name. */
  readonly sha256: string;
  /** Permission bits; null: the system's usual ones. */
  readonly mode: number | null;
  /** The target of a symbolic link, which is all that is kept of it. */
  readonly link?: string;
}

export interface EntryFile {
  readonly path: string;
  readonly before: EntryState | null;
  readonly after: (EntryState & { readonly dev: number; readonly ino: number }) | null;
  readonly movedFrom?: string;
  readonly movedTo?: string;
  /** While the transaction is open: a second name of the old file. */
  readonly spare?: string;
}

/** A transaction as the journal keeps it: `record.json`, version 1. */
export interface JournalEntry extends EntryNote {
  readonly id: string;
  readonly version: 1;
  /** When it began, ISO 8601. */
  readonly time: string;
  readonly root: string;
  readonly files: readonly EntryFile[];
  /** Set if a kill interrupted it and these files were changed by others before it could be rolled back. */
  readonly interrupted?: true;
}

/** A record while its transaction is open. */
export interface OpenRecord extends JournalEntry {
  readonly keep: boolean;
  readonly temporaries: readonly string[];
  readonly folders: readonly string[];
}

/** A finished transaction, and the folder of its record. */
export interface DoneTransaction {
  readonly id: string;
  readonly at: string;
  readonly root: string;
  readonly keep: boolean;
}

/** `<home>/open/<id>-<process>/` while a transaction runs; `<home>/roots/<key of the root>/<id>/` when it is done. */
export const openEntriesFolder = (home: string): string => join(home, "open");
export const rootsFolder = (home: string): string => join(home, "roots");
export const folderOfRoot = (home: string, root: string): string =>
  join(rootsFolder(home), rootKey(root));

export async function readRecord(folder: string): Promise<OpenRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(join(folder, "record.json"), "utf8")) as OpenRecord;
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Returns a kept text, or undefined if it is missing or damaged. */
export async function readBlob(folder: string, hash: string): Promise<Buffer | undefined> {
  const bytes = await readFile(join(folder, hash)).catch(() => undefined);
  return bytes !== undefined && sha256(bytes) === hash ? bytes : undefined;
}

/** An entry, and its folder. */
export interface KeptEntry extends JournalEntry {
  readonly folder: string;
}

export const isEntryName = (name: string): boolean => /^[0-9a-z]{8,}$/.test(name);

/** The entries with a file in these folders, oldest first, whichever root they were made for. */
export async function listEntries(home: string, folders: readonly string[]): Promise<KeptEntry[]> {
  const inAny = (path: string): boolean => folders.some((folder) => isInside(path, folder));
  const keys = await readdir(rootsFolder(home)).catch(() => []);
  const found: KeptEntry[] = [];
  for (const key of keys) {
    const kept = join(rootsFolder(home), key);
    const root = await readFile(join(kept, "root"), "utf8").catch(() => undefined);
    if (root === undefined) continue;
    if (!inAny(root) && !folders.some((folder) => isInside(folder, root))) continue;
    const names = (await readdir(kept).catch(() => [])).filter(isEntryName);
    const entries = await Promise.all(
      names.map(async (id): Promise<KeptEntry | undefined> => {
        const record = await readRecord(join(kept, id));
        return record && { ...record, id, folder: join(kept, id) };
      }),
    );
    for (const entry of entries) {
      if (entry === undefined) continue;
      if (entry.files.length === 0 || entry.files.some(({ path }) => inAny(path)))
        found.push(entry);
    }
  }
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

export interface EntryLimits {
  /** Entries of one root. */
  readonly entries: number;
  /** Bytes of the entries of one root. */
  readonly bytes: number;
  readonly days: number;
}

export const defaultEntryLimits: EntryLimits = { entries: 500, bytes: 256 * 1024 * 1024, days: 30 };

/** Removes the oldest entries of a root beyond its limits. */
export async function pruneEntries(kept: string, limits: EntryLimits): Promise<void> {
  const names = (await readdir(kept).catch(() => [])).filter(isEntryName).sort().reverse();
  const oldest = Date.now() - limits.days * 24 * 60 * 60 * 1_000;
  let bytes = 0;
  for (const [index, name] of names.entries()) {
    const folder = join(kept, name);
    bytes += await entrySize(folder);
    const isOld = Number.parseInt(name, 36) < oldest;
    if (index < limits.entries && bytes <= limits.bytes && !isOld) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

async function entrySize(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
