import { randomUUID } from "node:crypto";
import {
  lstat,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
  unlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { RedraftError } from "../../core/errors.ts";
import { codeOf, disk } from "../disk.ts";
import { isInside } from "../inside.ts";
import { lockFile } from "../lock.ts";
import { sha256 } from "../sha256.ts";
import {
  type DoneTransaction,
  type EntryFile,
  type OpenRecord,
  openEntriesFolder,
  readBlob,
  readRecord,
} from "./entries.ts";
import { writePrivate } from "./private-files.ts";
import { isRunning, type ProcessName } from "./processes.ts";

/** The folders of the transactions that this process is in. */
const active = new Set<string>();

export function setActive(at: string, is: boolean): void {
  if (is) active.add(at);
  else active.delete(at);
}

/** The name of an open transaction's folder says whose it is, so that those of the living need not be read. */
export function openName(id: string, { pid, start, host }: ProcessName): string {
  return `${id}-${pid}-${start}-${host}`;
}

function parsedName(name: string): { id: string; owner: ProcessName } | undefined {
  const match = /^([0-9a-z]{8,})-(\d+)-(\d+)-([0-9a-f]+)$/.exec(name);
  if (match === null) return undefined;
  const [, id, pid, start, host] = match;
  return { id: id!, owner: { pid: Number(pid), start: Number(start), host: host! } };
}

interface Abandoned {
  readonly id: string;
  readonly at: string;
  readonly record: OpenRecord | undefined;
}

/** The open transactions on which no process of this machine works. */
async function abandoned(home: string): Promise<Abandoned[]> {
  const found: Abandoned[] = [];
  for (const name of await readdir(openEntriesFolder(home)).catch(() => [])) {
    const at = join(openEntriesFolder(home), name);
    const known = parsedName(name);
    if (known === undefined || active.has(at)) continue;
    const isOwn = known.owner.pid === process.pid;
    if (isRunning(known.owner) === true && !isOwn) continue;
    // Of another machine's, whoever holds the locks knows; a beginning without its record may still be one.
    const record = await readRecord(at);
    if (record === undefined && isRunning(known.owner) === undefined) continue;
    found.push({ id: known.id, at, record });
  }
  return found;
}

export async function isUnfinished(home: string, paths: readonly string[]): Promise<boolean> {
  const open = await abandoned(home);
  return open.some(({ record }) => record?.files.some(({ path }) => paths.includes(path)));
}

type MoveToLog = (home: string, done: DoneTransaction) => Promise<unknown>;

/** Which transactions: those with a file in one of the folders, or at one of the paths. */
export type Where = { readonly folders: readonly string[] } | { readonly paths: readonly string[] };

/**
 * ms to wait for the locks of a transaction that is to be ended: longer than a guard of the lock, whose process was killed as well,
 * takes to count as abandoned.
 */
const lockPatience = 6_000;

/**
 * Ends interrupted transactions. One rule: a transaction with its commit mark is finished, any other is rolled back.
 * A file that is neither as it was nor as the transaction made it was changed by others since: it stays, and the
 * transaction becomes an entry of the log, from which the rest of it can be undone.
 */
export async function recover(home: string, where: Where, moveToLog: MoveToLog): Promise<void> {
  for (const one of await abandoned(home)) {
    const { record, at, id } = one;
    if (record === undefined) {
      await rm(at, { recursive: true, force: true }).catch(() => {});
      continue;
    }
    const concerns = record.files.some(({ path }) =>
      "paths" in where
        ? where.paths.includes(path)
        : where.folders.some((folder) => isInside(path, folder)),
    );
    if (!concerns) continue;
    let isRolledBack = false;
    await locked(record, async () => {
      // Another process may have ended it in the meantime.
      if ((await readRecord(at)) === undefined) return;
      const { root, keep } = record;
      if (await isThere(join(at, "committed"))) {
        await clearUp(record);
        await moveToLog(home, { id, at, root, keep });
        return;
      }
      const left = await rollBack(record, at);
      await clearUp(record);
      isRolledBack = true;
      if (left.length === 0) {
        await rm(join(at, "record.json"), { force: true });
        await rm(at, { recursive: true, force: true });
        return;
      }
      const rest = { ...record, files: left, interrupted: true };
      await writePrivate(join(at, "record.json"), JSON.stringify(rest));
      await moveToLog(home, { id, at, root, keep: true });
    });
    // Only now, when they contain no lock any more.
    if (isRolledBack) await removeFolders(record);
  }
}

/** Works under the locks of all its files, taken over from dead processes. A transaction whose locks a living process holds is left alone. */
async function locked(record: OpenRecord, work: () => Promise<void>): Promise<void> {
  const locks = [];
  try {
    for (const { path } of [...record.files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
      if (!(await isThere(dirname(path)))) continue;
      locks.push(await lockFile(path, { fs: disk, patience: lockPatience }));
    }
    await work();
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
  } finally {
    for (const lock of locks.reverse()) await lock.release();
  }
}

/** Returns the files that were changed by others since. */
async function rollBack(record: OpenRecord, at: string): Promise<EntryFile[]> {
  const left: EntryFile[] = [];
  for (const file of record.files.toReversed()) {
    if (!(await rollBackFile(file, at))) left.unshift(file);
  }
  return left;
}

async function rollBackFile(file: EntryFile, at: string): Promise<boolean> {
  const { path, before, after, spare } = file;
  const now = await stateAt(path);
  const isNew =
    now === "nothing"
      ? after === null
      : after !== null &&
        now.sha256 === after.sha256 &&
        now.link === undefined &&
        now.dev === after.dev &&
        now.ino === after.ino;
  if (!isNew) return now === "nothing" ? before === null : isState(now, before);
  if (before === null) {
    await unlink(path);
    return true;
  }
  // The old file itself, with its attributes, its access control list and its other names.
  if (spare !== undefined) {
    const kept = await stateAt(spare);
    if (kept !== "nothing" && isState(kept, before)) {
      await rename(spare, path);
      return true;
    }
  }
  if (before.link !== undefined) {
    await symlink(before.link, path);
    return true;
  }
  const bytes = await readBlob(at, before.sha256);
  if (bytes === undefined) return false;
  const temporary = join(dirname(path), `.redraft-${process.pid}-${randomUUID().slice(0, 8)}.tmp`);
  const handle = await open(temporary, "wx", before.mode ?? 0o666);
  try {
    await handle.writeFile(bytes);
    if (before.mode !== null) await handle.chmod(before.mode);
    const owner = now === "nothing" ? undefined : now.owner;
    if (owner !== undefined && process.getuid?.() === 0) {
      await handle.chown(owner.uid, owner.gid).catch(() => {});
      if (before.mode !== null) await handle.chmod(before.mode);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  return true;
}

interface State {
  readonly sha256: string;
  readonly link?: string;
  readonly dev: number;
  readonly ino: number;
  readonly owner: { readonly uid: number; readonly gid: number };
}

async function stateAt(path: string): Promise<State | "nothing"> {
  try {
    const { dev, ino, uid, gid, ...stat } = await lstat(path).then((found) => ({
      dev: found.dev,
      ino: found.ino,
      uid: found.uid,
      gid: found.gid,
      isLink: found.isSymbolicLink(),
      isFile: found.isFile(),
    }));
    const owner = { uid, gid };
    if (stat.isLink) return { sha256: "", link: await readlink(path), dev, ino, owner };
    return { sha256: stat.isFile ? sha256(await readFile(path)) : "", dev, ino, owner };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "nothing";
    throw error;
  }
}

function isState(now: State, before: EntryFile["before"]): boolean {
  if (before === null) return false;
  if (before.link !== undefined) return now.link === before.link;
  return now.link === undefined && now.sha256 === before.sha256;
}

async function clearUp({ temporaries }: OpenRecord): Promise<void> {
  for (const path of temporaries) await unlink(path).catch(() => {});
}

async function removeFolders({ folders }: OpenRecord): Promise<void> {
  for (const folder of folders.toSorted((a, b) => b.length - a.length)) {
    await rmdir(folder).catch(() => {});
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
