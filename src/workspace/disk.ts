import { constants, type Stats } from "node:fs";
import * as promises from "node:fs/promises";
import { RedraftError } from "../core/errors.ts";

/** The calls of `node:fs/promises` that Redraft makes; tests inject failing ones. */
export type FileSystem = Pick<
  typeof promises,
  | "chmod"
  | "chown"
  | "lchown"
  | "link"
  | "lstat"
  | "lutimes"
  | "mkdir"
  | "open"
  | "readFile"
  | "readdir"
  | "readlink"
  | "realpath"
  | "rename"
  | "rmdir"
  | "stat"
  | "symlink"
  | "unlink"
  | "utimes"
>;

export const disk: FileSystem = promises;

/**
 * Flags for opening what exists: a link in the last place is an error (ELOOP), and a named pipe does not wait for
 * its other end. Systems without these flags open as usual.
 */
export const readingFlags: number =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The kind of a path that is not a regular file, in words. */
export function fileKind(stat: Stats): string {
  if (stat.isDirectory()) return "a folder";
  if (stat.isSymbolicLink()) return "a symbolic link";
  if (stat.isFIFO()) return "a named pipe";
  if (stat.isSocket()) return "a socket";
  return stat.isFile() ? "a file" : "a device";
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  ELOOP: "its symbolic links form a loop",
  ENAMETOOLONG: "the name is too long",
  EIO: "the disk reports an error",
};

/** Why the file system refused, in words: `permission denied (EACCES)`. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const why =
    (code && systemReasons[code]) ?? (error instanceof Error ? error.message : String(error));
  return `${why}${code ? ` (${code})` : ""}`;
}

/** A `file-error` in words, for what the file system refused. */
export function fileError(doing: string, path: string, error: unknown): RedraftError {
  if (RedraftError.is(error)) return error;
  const code = codeOf(error);
  const untouched = doing === "read" ? "" : " Nothing was changed.";
  return new RedraftError(
    "file-error",
    `cannot ${doing} ${path}: ${reasonOf(error)}.${untouched}`,
    {
      cause: error,
      retryable: code === "EMFILE" || code === "ENFILE" || code === "ENOSPC" || code === "EIO",
      details: { path, ...(code ? { cause: code } : {}) },
    },
  );
}

/** A rename is only safe from a power cut when its folder is on the disk; not every system can do that. */
export async function syncFolder(folder: string, fs: FileSystem): Promise<void> {
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
