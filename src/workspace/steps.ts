import { basename, dirname, join, resolve } from "node:path";
import { RedraftError } from "../core/errors.ts";
import { codeOf, type FileSystem, fileError } from "./disk.ts";
import type { Encoding } from "./encoding.ts";
import type { TextFile } from "./text-file.ts";

/** How a text is written. */
export interface FileForm {
  readonly encoding: Encoding;
  readonly bom: boolean;
  /** Permission bits; absent: the system's usual ones. */
  readonly mode?: number;
}

/** What is to become of one file. */
export interface FileChange {
  /** The file as it was read; the write is refused as `stale-file` when it is another one by now. */
  readonly before: TextFile;
  /** The new text; null deletes the file. */
  readonly text: string | null;
  /** Path that the file moves to; nothing may be there, unless the same changes remove it. */
  readonly moveTo?: string;
  /** How the text is written, where that is not as `before` was. */
  readonly form?: FileForm;
  /** The path that the text comes from, where it moves without `moveTo`: for the journal. */
  readonly from?: string;
}

/**
 * What happens at one path. `replace`: the file there gets a new text; `place`: a file comes where nothing is; `remove`: what
 * is there is removed; `recase`: the file gets a new text and a name that differs in case only, which is no other file to some systems.
 */
export interface PathStep {
  readonly kind: "replace" | "place" | "remove" | "recase";
  readonly path: string;
  /** The change whose text comes here; of a removal, the change that takes the file away. */
  readonly change: FileChange;
  /** The file that is here before; absent if there is none. */
  readonly old?: TextFile;
  /** For `remove`: the path is a symbolic link, to this; the link is removed and its target stays. */
  readonly link?: string;
  /** For `recase`: the new name. */
  readonly renamed?: string;
}

/** Where a path is, links on the way followed, the last part not; folders that are missing are taken as they are named. */
export async function leafPath(path: string, fs: FileSystem): Promise<string> {
  const missing = [basename(resolve(path))];
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    try {
      return join(await fs.realpath(folder), ...missing);
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || dirname(folder) === folder) {
        throw fileError("write", path, error);
      }
      missing.unshift(basename(folder));
    }
  }
}

/** Every path that a change reads or writes: what has to be locked. */
export async function pathsOf(changes: readonly FileChange[], fs: FileSystem): Promise<string[]> {
  const paths: string[] = [];
  for (const { before, moveTo, text } of changes) {
    paths.push(before.realPath);
    if (moveTo !== undefined) paths.push(await leafPath(moveTo, fs));
    if (moveTo !== undefined || text === null) paths.push(await leafPath(before.path, fs));
  }
  return [...new Set(paths)].sort();
}

/**
 * The steps of a set of changes, which may move files in a chain (a to b, b to c) or swap them. Only while the paths are locked:
 * refuses a move onto a file that stays, and two changes that meet at one path.
 */
export async function stepsOf(changes: readonly FileChange[], fs: FileSystem): Promise<PathStep[]> {
  const vacated = new Map<string, FileChange>();
  const filled = new Map<string, FileChange>();
  const taken = new Set<string>();
  for (const change of changes) {
    const { before, text, moveTo } = change;
    if (taken.has(before.realPath)) throw changedTwice(before.path);
    taken.add(before.realPath);
    const goal = moveTo === undefined ? before.realPath : await leafPath(moveTo, fs);
    const leaves = text === null || goal !== before.realPath;
    if (leaves && before.exists) vacated.set(await leafPath(before.path, fs), change);
    if (text === null) continue;
    if (filled.has(goal)) throw changedTwice(moveTo ?? before.path);
    filled.set(goal, change);
  }
  const steps: PathStep[] = [];
  for (const [path, change] of filled) {
    const { before } = change;
    const vacating = vacated.get(path);
    if (vacating !== undefined && vacating.before.realPath === path) {
      vacated.delete(path);
      steps.push({ kind: "replace", path, change, old: vacating.before });
    } else if (path === before.realPath) {
      const kind = before.exists ? "replace" : "place";
      steps.push({ kind, path, change, ...(before.exists ? { old: before } : {}) });
    } else if (before.exists && (await isSameFile(path, before.realPath, fs))) {
      vacated.delete(before.realPath);
      steps.push({ kind: "recase", path: before.realPath, change, old: before, renamed: path });
    } else {
      if (await exists(path, fs)) throw occupied(change.moveTo ?? path);
      steps.push({ kind: "place", path, change });
    }
  }
  for (const [path, change] of vacated) {
    const link = await fs.readlink(path).catch(() => undefined);
    const isLink = path !== change.before.realPath && typeof link === "string";
    steps.push({
      kind: "remove",
      path,
      change,
      old: change.before,
      ...(isLink ? { link } : {}),
    });
  }
  return steps;
}

export async function exists(path: string, fs: FileSystem): Promise<boolean> {
  try {
    await fs.lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** Whether two names that differ in case only are one file. Hard links are two files that may have such names. */
async function isSameFile(one: string, other: string, fs: FileSystem): Promise<boolean> {
  if (one === other || one.toLowerCase() !== other.toLowerCase()) return false;
  if (dirname(one) !== dirname(other)) return false;
  const names = await fs.readdir(dirname(one)).catch(() => [] as string[]);
  return names.includes(basename(other)) && !names.includes(basename(one))
    ? await exists(one, fs)
    : false;
}

export function occupied(target: string): RedraftError {
  return new RedraftError("file-error", `cannot write ${target}: a file is there already.`, {
    details: { path: target, cause: "EEXIST" },
  });
}

function changedTwice(path: string): RedraftError {
  return new RedraftError(
    "file-error",
    `two changes affect ${path}. Send them as one, or one after the other.`,
    { details: { path } },
  );
}
