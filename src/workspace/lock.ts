import { createHash, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { RedraftError } from "../core/errors.ts";
import { throwIfStopped } from "../core/signal.ts";
import { codeOf, type FileSystem, fileError } from "./disk.ts";

/** A holder touches its lock this often, in ms; one that has not for `staleAfter` is taken for dead. */
const heartbeat = 1_000;
const staleAfter = 4_000;
/** A lock gets its holder's name right after it is made; one that stays without was made by a process that died. */
const namelessAfter = 750;

export interface LockOptions {
  readonly fs: FileSystem;
  /** ms to wait for another holder before giving up. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

export interface Lock {
  /** Whether the lock is still ours: false when a stalled process was taken for dead. */
  held(): Promise<boolean>;
  release(): Promise<void>;
}

/** Short, for names near the file system's limit, and the same for everyone who edits this file. */
function lockPath(path: string): string {
  const name = createHash("sha256").update(basename(path)).digest("hex").slice(0, 16);
  return join(dirname(path), `.redraft-${name}.lock`);
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/**
 * Takes the lock of a file by name: a small file beside it, created only if absent. Whoever finds the lock
 * of a dead process takes it over at once; of a stalled one, or one of another machine, after seconds.
 */
export async function lockFile(path: string, options: LockOptions): Promise<Lock> {
  const { fs, patience = 30_000 } = options;
  const file = lockPath(path);
  const deadline = Date.now() + patience;
  const token = randomUUID();
  for (let round = 0; ; round++) {
    throwIfStopped(options.signal);
    if (await create(fs, file, token, path)) return holding(fs, file, token);
    if (await isAbandoned(fs, file)) await takeAway(fs, file, token);
    else if (Date.now() > deadline) throw busy(path);
    else await wait(Math.random() * Math.min(25, 2 + round));
  }
}

function busy(path: string): RedraftError {
  return new RedraftError(
    "stale-file",
    `another process is writing ${path} and does not finish. Nothing was changed; try again.`,
    { retryable: true },
  );
}

async function create(fs: FileSystem, file: string, token: string, path: string): Promise<boolean> {
  const handle = await fs.open(file, "wx", 0o644).catch((error: unknown) => {
    if (codeOf(error) === "EEXIST") return undefined;
    throw fileError("write", path, error);
  });
  if (handle === undefined) return false;
  try {
    const holder: Holder = { pid: process.pid, host: hostname(), token };
    await handle.writeFile(JSON.stringify(holder));
    return true;
  } catch (error) {
    // Only a lock that this call made is taken back: a failed open says nothing about another's.
    await fs.unlink(file).catch(() => {});
    throw fileError("write", path, error);
  } finally {
    await handle.close();
  }
}

async function read(fs: FileSystem, file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await fs.readFile(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

async function isAbandoned(fs: FileSystem, file: string): Promise<boolean> {
  const holder = await read(fs, file);
  if (holder?.host === hostname() && !isAlive(holder.pid)) return true;
  try {
    const { mtimeMs } = await fs.stat(file);
    return Date.now() - mtimeMs > (holder ? staleAfter : namelessAfter);
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/**
 * Removes an abandoned lock. Two that find it at once must not remove each other's new one, so removing
 * is itself locked, and looks again once it may.
 */
async function takeAway(fs: FileSystem, file: string, token: string): Promise<void> {
  const guard = `${file}.removing`;
  try {
    await (await fs.open(guard, "wx", 0o644)).close();
  } catch {
    const age = await fs.stat(guard).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > staleAfter) await fs.unlink(guard).catch(() => {});
    await wait(5);
    return;
  }
  try {
    const holder = await read(fs, file);
    if (holder?.token !== token && (await isAbandoned(fs, file))) {
      // The lock goes last: as long as it is there, somebody clears up if this process dies here.
      await removeLeftovers(fs, dirname(file), holder?.pid);
      await fs.unlink(file).catch(() => {});
    }
  } finally {
    await fs.unlink(guard).catch(() => {});
  }
}

/** Name of the temporary file that becomes the new text. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.redraft-${process.pid}-${randomUUID().slice(0, 8)}.tmp`);
}

/** What a process that died while writing has left behind. */
async function removeLeftovers(
  fs: FileSystem,
  folder: string,
  pid: number | undefined,
): Promise<void> {
  if (pid === undefined || isAlive(pid)) return;
  const names = await fs.readdir(folder).catch(() => []);
  for (const name of names) {
    if (name.startsWith(`.redraft-${pid}-`) && name.endsWith(".tmp")) {
      await fs.unlink(join(folder, name)).catch(() => {});
    }
  }
}

function holding(fs: FileSystem, file: string, token: string): Lock {
  const timer = setInterval(() => {
    const now = new Date();
    fs.utimes(file, now, now).catch(() => {});
  }, heartbeat);
  timer.unref();
  const held = async (): Promise<boolean> => (await read(fs, file))?.token === token;
  return {
    held,
    async release() {
      clearInterval(timer);
      if (await held()) await fs.unlink(file).catch(() => {});
    },
  };
}
