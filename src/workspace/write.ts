import { dirname } from "node:path";
import { RedraftError } from "../core/errors.ts";
import { codeOf, disk, type FileSystem, fileError } from "./disk.ts";
import { encodeText } from "./encoding.ts";
import { type MadeFolders, makeFolderOf } from "./folders.ts";
import { type Lock, lockFile, temporaryPath } from "./lock.ts";
import { keepMetadata, privateMode } from "./metadata.ts";
import { hashOf, readTextFile, type TextFile } from "./text-file.ts";

/** What is to become of one file. */
export interface FileChange {
  /** The file as it was read; the write is refused as `stale-file` when it is another one by now. */
  readonly before: TextFile;
  /** The new text; null deletes the file. */
  readonly text: string | null;
  /** Path that the file moves to; nothing may be there. */
  readonly moveTo?: string;
}

export interface WriteOptions {
  readonly fs?: FileSystem;
  readonly signal?: AbortSignal;
  /** ms to wait for another process that writes the same file. */
  readonly patience?: number;
  /** Runs the part in which locks are held and files replaced. The command line keeps signals off meanwhile. */
  readonly uninterrupted?: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

export interface Written {
  /** Of the file as it stands now; absent when it was deleted. */
  readonly hash?: string;
}

/**
 * Writes all changes, or none. Every new text lies complete on the disk before the first file is touched;
 * each file is then replaced by one rename. When a later one fails, the earlier ones are put back.
 */
export async function writeChanges(
  changes: readonly FileChange[],
  options: WriteOptions = {},
): Promise<readonly Written[]> {
  const fs = options.fs ?? disk;
  const paths = [...new Set(changes.map((change) => change.before.realPath))].sort();
  return withLocks(paths, options, async (locks) => {
    for (const { before } of changes) {
      const now = await readTextFile(before.realPath, fs);
      if (now.exists !== before.exists || now.hash !== before.hash) throw changed(before.path);
    }
    return commit(changes, fs, locks);
  });
}

export function changed(path: string, cause?: unknown): RedraftError {
  const why = cause instanceof Error ? ` The edit does not fit the new text: ${cause.message}` : "";
  return new RedraftError(
    "stale-file",
    `${path} was changed by someone else while the edit was made. Nothing was written.${why} Read it again.`,
    {
      cause,
      retryable: true,
      details: RedraftError.is(cause) ? { ...cause.details, reason: cause.code } : {},
    },
  );
}

/** Takes the locks in one order, so that two callers never wait for each other. */
export async function withLocks<Result>(
  paths: readonly string[],
  options: WriteOptions,
  work: (locks: readonly Lock[]) => Promise<Result>,
): Promise<Result> {
  const fs = options.fs ?? disk;
  const { uninterrupted = (run) => run() } = options;
  const locks: Lock[] = [];
  const folders: MadeFolders[] = [];
  const release = async (): Promise<void> => {
    for (const lock of locks.splice(0).reverse()) await lock.release();
    for (const made of folders.splice(0).reverse()) await made.takeBack();
  };
  try {
    for (const path of paths) {
      folders.push(await makeFolderOf(path, fs));
      locks.push(await lockFile(path, { ...options, fs }));
    }
    return await uninterrupted(() => work(locks).finally(release));
  } finally {
    await release();
  }
}

interface Staged {
  readonly change: FileChange;
  readonly temporary?: string;
  readonly hash?: string;
  /** Made for the place that a file moves to. */
  readonly folders?: MadeFolders;
}

/** Only while the locks are held and the files are known to be what was read. */
export async function commit(
  changes: readonly FileChange[],
  fs: FileSystem,
  locks: readonly Lock[],
): Promise<readonly Written[]> {
  const staged: Staged[] = [];
  const undo: WayBack[] = [];
  try {
    for (const change of changes) staged.push(await stage(change, fs));
    for (const lock of locks) {
      if (!(await lock.held())) throw changed(changes[0]!.before.path);
    }
    for (const one of staged) {
      // The way back is only needed while something may still fail.
      if (staged.length > 1) undo.push(await wayBack(one, fs));
      await replace(one, fs);
    }
  } catch (error) {
    for (const back of undo.reverse()) await back.take().catch(() => {});
    for (const { temporary, folders } of staged) {
      if (temporary !== undefined) await fs.unlink(temporary).catch(() => {});
      await folders?.takeBack();
    }
    throw fileError("write", changes[staged.length]?.before.path ?? changes[0]!.before.path, error);
  }
  for (const back of undo) await back.forget();
  const folders = new Set(staged.flatMap(({ change }) => foldersOf(change)));
  for (const folder of folders) await syncFolder(folder, fs);
  return staged.map(({ hash }) => (hash === undefined ? {} : { hash }));
}

const targetOf = (change: FileChange): string => change.moveTo ?? change.before.realPath;

const foldersOf = (change: FileChange): string[] => [
  dirname(targetOf(change)),
  dirname(change.before.realPath),
];

async function stage(change: FileChange, fs: FileSystem): Promise<Staged> {
  const { before, text } = change;
  // A file without any write permission is meant to stay, also for an owner who could replace it.
  if (before.mode !== undefined && (before.mode & 0o222) === 0) {
    throw new RedraftError(
      "file-error",
      `cannot write ${before.path}: it is read-only. Nothing was changed.`,
      {
        details: { path: before.path },
      },
    );
  }
  if (text === null) return { change };
  const bytes = encodeText(text, before.encoding, before.bom);
  const target = targetOf(change);
  const folders = change.moveTo === undefined ? undefined : await makeFolderOf(target, fs);
  const temporary = temporaryPath(target);
  try {
    const handle = await fs.open(temporary, "wx", before.exists ? privateMode : 0o666);
    try {
      await handle.writeFile(bytes);
      await keepMetadata(before, handle, fs);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await fs.unlink(temporary).catch(() => {});
    await folders?.takeBack();
    throw fileError("write", before.path, error);
  }
  return { change, temporary, hash: hashOf(bytes), ...(folders && { folders }) };
}

async function replace({ change, temporary }: Staged, fs: FileSystem): Promise<void> {
  const { before } = change;
  if (temporary === undefined) {
    // A link is what the caller named: it goes, and what it points to stays.
    await fs.unlink(before.path);
    return;
  }
  if (before.exists && change.moveTo === undefined) {
    await fs.rename(temporary, before.realPath);
    return;
  }
  await place(temporary, targetOf(change), fs);
  if (change.moveTo !== undefined) await fs.unlink(before.path);
}

/** Puts a new file where nothing may be: a hard link fails when something is there, a rename would not. */
async function place(temporary: string, target: string, fs: FileSystem): Promise<void> {
  try {
    await fs.link(temporary, target);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") throw occupied(target);
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS" && code !== "EMLINK")
      throw error;
    const free = await fs.lstat(target).then(
      () => false,
      (missing) => codeOf(missing) === "ENOENT",
    );
    if (!free) throw occupied(target);
    await fs.rename(temporary, target);
    return;
  }
  await fs.unlink(temporary);
}

function occupied(target: string): RedraftError {
  return new RedraftError(
    "file-error",
    `cannot write ${target}: a file is there already. Nothing was changed.`,
    {
      details: { path: target },
    },
  );
}

interface WayBack {
  take(): Promise<void>;
  forget(): Promise<void>;
}

/** Keeps the old bytes under a second name until no later file can fail any more. */
async function wayBack({ change }: Staged, fs: FileSystem): Promise<WayBack> {
  const { before } = change;
  if (!before.exists) {
    return { take: () => fs.unlink(targetOf(change)), forget: async () => {} };
  }
  const spare = temporaryPath(before.realPath);
  await fs.link(before.realPath, spare);
  return {
    async take() {
      if (change.moveTo !== undefined) await fs.unlink(change.moveTo).catch(() => {});
      await fs.rename(spare, before.realPath);
      // Two names of one file are left alone by a rename.
      await fs.unlink(spare).catch(() => {});
    },
    forget: () => fs.unlink(spare).catch(() => {}),
  };
}

/** A rename is only safe from a power cut when its folder is on the disk; not every system can do that. */
async function syncFolder(folder: string, fs: FileSystem): Promise<void> {
  try {
    const handle = await fs.open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    return;
  }
}
