import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { codeOf, type FileSystem, fileKind, readingFlags } from "./disk.ts";
import { sha256 } from "./sha256.ts";

/** A lock that its holder has not touched for this long, in ms, is taken for dead. */
export const staleAfter = 4_000;
/** A lock gets its holder's name right after it is made; one that stays without was made by a process that died. */
const namelessAfter = 750;
/** Bytes. A lock has about 150; a larger file is not a lock. */
const largestLock = 4_096;

export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** The process namespace that the pid counts in (Linux): two containers may share a host name. */
  readonly space?: string;
  readonly token: string;
}

/** What is at the path of a lock. */
export type Found =
  | { readonly kind: "nothing" }
  /** Nothing that Redraft made: it is never removed. `what` is for a message. */
  | { readonly kind: "foreign"; readonly what: string }
  | {
      readonly kind: "lock";
      /** Absent when the lock holds no name yet, or may not be read. */
      readonly holder?: Holder;
      readonly readable: boolean;
      /** Changes whenever the holder touches the lock. */
      readonly mark: string;
      /** ms since the holder touched it, by its clock; below 0 when that is ahead of ours. */
      readonly age: number;
    };

/** Short, for names near the file system's limit, and the same for everyone who edits this file. */
export function lockPath(path: string): string {
  const name = sha256(basename(path)).slice(0, 16);
  return join(dirname(path), `.redraft-${name}.lock`);
}

export function ownHolder(token: string): Holder {
  const space = processSpace();
  return { pid: process.pid, host: hostname(), ...(space === undefined ? {} : { space }), token };
}

let knownSpace: string | false | undefined;

function processSpace(): string | undefined {
  if (knownSpace === undefined) {
    try {
      knownSpace = readlinkSync("/proc/self/ns/pid");
    } catch {
      knownSpace = false;
    }
  }
  return knownSpace === false ? undefined : knownSpace;
}

/** Looks without waiting: a pipe, a device or a folder under this name is named, never opened. */
export async function look(fs: FileSystem, file: string): Promise<Found> {
  try {
    const stat = await fs.lstat(file);
    if (!stat.isFile()) return { kind: "foreign", what: fileKind(stat) };
    if (stat.size > largestLock) return { kind: "foreign", what: `a file of ${stat.size} bytes` };
    const { holder, readable } = await readHolder(fs, file);
    return {
      kind: "lock",
      ...(holder === undefined ? {} : { holder }),
      readable,
      mark: `${stat.dev}:${stat.ino}:${stat.mtimeMs}:${stat.size}:${holder?.token ?? ""}`,
      age: Date.now() - stat.mtimeMs,
    };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { kind: "nothing" };
    throw error;
  }
}

/** Returns the holder named in a lock, or undefined if it names none in our format. */
export async function readHolder(
  fs: FileSystem,
  file: string,
): Promise<{ holder?: Holder; readable: boolean }> {
  let text: string;
  try {
    const handle = await fs.open(file, readingFlags);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(largestLock), 0, largestLock, 0);
      text = buffer.toString("utf8", 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) === "ENOENT") throw error;
    return { readable: false };
  }
  const holder = parseHolder(text);
  return { ...(holder === undefined ? {} : { holder }), readable: true };
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, host, space, token } = JSON.parse(text) as Record<string, unknown>;
    if (typeof host !== "string" || typeof token !== "string") return undefined;
    if (typeof pid !== "number" || !Number.isInteger(pid) || pid < 1 || pid > 2 ** 31 - 1) {
      return undefined;
    }
    return { pid, host, token, ...(typeof space === "string" ? { space } : {}) };
  } catch {
    return undefined;
  }
}

/** Whether a pid of this holder can be looked up here. */
export function isLocal({ host, space }: Holder): boolean {
  return host === hostname() && (space === undefined || space === processSpace());
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/**
 * Decides whether a lock is abandoned: its process is dead, or it was not touched for seconds. Clocks of two
 * machines may differ, so a lock dated in the future counts as untouched for as long as this watch sees no change.
 */
export function createWatch(): (found: Found & { kind: "lock" }) => boolean {
  let mark: string | undefined;
  let since = 0;
  return (found) => {
    const now = performance.now();
    if (found.mark !== mark) {
      mark = found.mark;
      since = now;
    }
    const { holder } = found;
    if (holder !== undefined && isLocal(holder) && !isAlive(holder.pid)) return true;
    const limit = holder === undefined && found.readable ? namelessAfter : staleAfter;
    return found.age > limit || now - since > limit;
  };
}
