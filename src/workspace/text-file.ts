import type { Stats } from "node:fs";
import { RedraftError } from "../core/errors.ts";
import { codeOf, disk, type FileSystem, fileError, fileKind, readingFlags } from "./disk.ts";
import { decodeText, type Encoding } from "./encoding.ts";
import { realPathOf } from "./real-path.ts";
import { sha256 } from "./sha256.ts";

/** A file as it was read: its text, and what is needed to write it back the same way. */
export interface TextFile {
  /** As the caller named it. */
  readonly path: string;
  /** Where the bytes are, symbolic links followed. */
  readonly realPath: string;
  readonly exists: boolean;
  /** Empty when the file does not exist. */
  readonly text: string;
  /** First 16 hex digits of the SHA-256 of the bytes; empty when the file does not exist. */
  readonly hash: string;
  readonly encoding: Encoding;
  readonly bom: boolean;
  /** Permission bits, owner and group; absent when the file does not exist. */
  readonly mode?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** How many names the file has; more than 1 = hard links. Absent when the file does not exist. */
  readonly links?: number;
}

/**
 * Larger files are refused before they are placed: the time and the memory of an edit grow with both numbers. At either
 * limit an edit takes about 6 s of processor time and 1.2 GB.
 */
const sizeLimit = 64 * 1024 * 1024;
const lineLimit = 2_000_000;

export function hashOf(bytes: Uint8Array): string {
  return sha256(bytes).slice(0, 16);
}

/**
 * Reads a text file of any encoding. A missing file is one that does not exist, not an error. Never waits: pipes and
 * devices are refused.
 *
 * @throws `file-error` for what cannot be read, `not-text` for what is no text or too large, `stale-file` when the file
 * is replaced by a link at that moment.
 */
export async function readTextFile(path: string, fs: FileSystem = disk): Promise<TextFile> {
  const realPath = await resolved(path, fs);
  try {
    const found = await fs.lstat(realPath);
    requireRegular(found, path);
    const { bytes, stat } = await readOpened(realPath, path, fs);
    return {
      path,
      realPath,
      exists: true,
      hash: hashOf(bytes),
      mode: stat.mode & 0o7777,
      owner: { uid: stat.uid, gid: stat.gid },
      links: stat.nlink,
      ...decodeText(bytes, path),
    };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ELOOP") throw replacedByLink(path, error);
    if (code !== "ENOENT") throw fileError("read", path, error);
    requireUtf8Name(path);
    const nothing = { exists: false, text: "", hash: "", encoding: "utf-8", bom: false } as const;
    return { path, realPath, ...nothing };
  }
}

/** Opens the file and checks the open handle, since the path may lead to another file later. */
async function readOpened(
  realPath: string,
  path: string,
  fs: FileSystem,
): Promise<{ bytes: Buffer; stat: Stats }> {
  const handle = await fs.open(realPath, readingFlags);
  try {
    const stat = await handle.stat();
    requireRegular(stat, path);
    if (stat.size > sizeLimit) {
      const mebibytes = Math.ceil(stat.size / 1024 / 1024);
      throw fileTooLarge(path, `${mebibytes} MiB`, `${sizeLimit / 1024 / 1024} MiB`);
    }
    const bytes = await handle.readFile();
    const lines = bytes.length > lineLimit ? countLineEnds(bytes) : 0;
    if (lines > lineLimit) throw fileTooLarge(path, `${lines} lines`, `${lineLimit} lines`);
    return { bytes, stat };
  } finally {
    await handle.close();
  }
}

function requireRegular(stat: Stats, path: string): void {
  if (stat.isFile()) return;
  const what = stat.isDirectory() ? "a folder" : `${fileKind(stat)}, not a regular file`;
  throw new RedraftError("file-error", `cannot read ${path}: it is ${what}.`, {
    details: { path },
  });
}

function fileTooLarge(path: string, size: string, limit: string): RedraftError {
  return new RedraftError(
    "not-text",
    `${path} has ${size}; Redraft edits text files of up to ${limit}. Use a stream editor (sed, perl), or split the file.`,
    { details: { path, size, limit } },
  );
}

/** Line ends of any kind, in any encoding; a CRLF of UTF-16 counts twice. */
function countLineEnds(bytes: Uint8Array): number {
  let lines = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === 10 || (byte === 13 && bytes[index + 1] !== 10)) lines += 1;
  }
  return lines;
}

function replacedByLink(path: string, cause: unknown): RedraftError {
  return new RedraftError(
    "stale-file",
    `${path} was replaced by a symbolic link while it was opened. Nothing was written. Read it again.`,
    { cause, retryable: true, details: { path } },
  );
}

/** Node names files in UTF-8; bytes that are none arrive as U+FFFD, and a half surrogate would leave as one. */
function requireUtf8Name(path: string): void {
  if (!/\p{Surrogate}|\ufffd/u.test(path)) return;
  throw new RedraftError(
    "file-error",
    `cannot read ${path}: its name holds U+FFFD, so it probably is not UTF-8, and Redraft cannot name such files. ` +
      "Rename the file, or make a link with a UTF-8 name and edit through that.",
    { details: { path } },
  );
}

async function resolved(path: string, fs: FileSystem): Promise<string> {
  try {
    return (await realPathOf(path, fs)).path;
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw fileError("read", path, error);
    throw new RedraftError(
      "file-error",
      `cannot read ${path}: it is, or leads through, a broken symbolic link.`,
      { details: { path } },
    );
  }
}
