import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { RedraftError } from "../core/errors.ts";
import { codeOf, disk, type FileSystem, fileError } from "./disk.ts";
import { decodeText, type Encoding } from "./encoding.ts";

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
}

/** Larger files are refused before they are read: a string cannot hold much more. */
const sizeLimit = 256 * 1024 * 1024;

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}

/** Reads a text file of any encoding. A missing file is one that does not exist, not an error. */
export async function readTextFile(path: string, fs: FileSystem = disk): Promise<TextFile> {
  const realPath = await resolved(path, fs);
  try {
    const stat = await fs.stat(realPath);
    if (!stat.isFile()) {
      const what = stat.isDirectory() ? "it is a folder" : "it is not a regular file";
      throw new RedraftError("file-error", `cannot read ${path}: ${what}.`, { details: { path } });
    }
    if (stat.size > sizeLimit) {
      throw new RedraftError("not-text", `${path} is larger than 256 MiB.`, { details: { path } });
    }
    const bytes = await fs.readFile(realPath);
    return {
      path,
      realPath,
      exists: true,
      hash: hashOf(bytes),
      mode: stat.mode & 0o7777,
      owner: { uid: stat.uid, gid: stat.gid },
      ...decodeText(bytes, path),
    };
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw fileError("read", path, error);
    const nothing = { exists: false, text: "", hash: "", encoding: "utf-8", bom: false } as const;
    return { path, realPath, ...nothing };
  }
}

/** Follows links; of a path that does not exist, links in its folder. A link to nowhere is an error. */
async function resolved(path: string, fs: FileSystem): Promise<string> {
  try {
    return await fs.realpath(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw fileError("read", path, error);
  }
  const isLink = await fs.lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  if (isLink) {
    throw new RedraftError("file-error", `cannot read ${path}: it is a symbolic link to nothing.`, {
      details: { path },
    });
  }
  try {
    return join(await fs.realpath(dirname(path)), basename(path));
  } catch {
    return path;
  }
}
