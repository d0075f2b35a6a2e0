import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { RedraftError } from "../core/errors.ts";
import { throwIfStopped } from "../core/signal.ts";
import { codeOf, type FileSystem, fileError, reasonOf } from "./disk.ts";
import {
  createWatch,
  type Found,
  isAlive,
  isLocal,
  lockPath,
  look,
  ownHolder,
  readHolder,
} from "./lock-file.ts";

/** A holder touches its lock this often, in ms. */
const heartbeat = 1_000;
/** A lock that was just removed is tried for again, also after the patience is over; but not for ever. */
const lateTries = 3;

export interface LockOptions {
  readonly fs: FileSystem;
  /** ms to wait for another holder before giving up; default 30,000. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

export interface Lock {
  /** Whether the lock is still ours: false when a stalled process was taken for dead. */
  held(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Takes the lock of a file by name: a small file next to it, created only if absent. The lock of a dead process is
 * taken over at once, that of a stalled process or of another machine after seconds.
 *
 * Returns or refuses within `patience`, whatever is at that path: `stale-file` (retryable) if another process keeps
 * the lock, `file-error` if it is not a lock or cannot be removed. Both name the file, in `details.lock` too.
 */
export async function lockFile(path: string, options: LockOptions): Promise<Lock> {
  const { fs, patience = 30_000, signal } = options;
  const file = lockPath(path);
  const guard = `${file}.removing`;
  const start = performance.now();
  const watch = { lock: createWatch(), guard: createWatch() };
  const token = randomUUID();
  let late = 0;
  for (let round = 0; ; round++) {
    throwIfStopped(signal);
    if (await create(fs, file, token, path)) {
      await clearGuard(fs, guard, watch.guard);
      return holding(fs, file, token);
    }
    const found = await look(fs, file).catch((error: unknown) => {
      throw fileError("write", path, error);
    });
    if (found.kind === "foreign") throw notOurLock(path, file, found.what);
    const removed =
      found.kind === "lock" && watch.lock(found)
        ? await takeAway({ fs, path, file, guard, token, watch })
        : false;
    const over = performance.now() - start >= patience;
    if (over && (!removed || ++late > lateTries)) throw lockBusy(path, file, found, patience);
    if (!removed) await wait(Math.random() * Math.min(25, 2 + round));
  }
}

function lockBusy(path: string, lock: string, found: Found, patience: number): RedraftError {
  const holder = found.kind === "lock" ? found.holder : undefined;
  const who = holder ? ` (process ${holder.pid} on ${JSON.stringify(holder.host)})` : "";
  return new RedraftError(
    "stale-file",
    `another process is writing ${path}${who} and does not finish within ${patience / 1000} s. Nothing was changed; ` +
      `try again. If no such process runs, remove ${lock}.`,
    { retryable: true, details: { path, lock } },
  );
}

function notOurLock(path: string, lock: string, what: string): RedraftError {
  return new RedraftError(
    "file-error",
    `cannot write ${path}: ${lock} is ${what}, not a lock that Redraft made. Nothing was changed. Move or remove it, then try again.`,
    { details: { path, lock } },
  );
}

function stuck(path: string, lock: string, error: unknown): RedraftError {
  return new RedraftError(
    "file-error",
    `cannot write ${path}: the process that held ${lock} has ended, and its lock cannot be removed: ${reasonOf(error)}. ` +
      "Nothing was changed. Remove that file as a user with permission, then try again.",
    { cause: error, details: { path, lock, cause: codeOf(error) ?? null } },
  );
}

async function create(fs: FileSystem, file: string, token: string, path: string): Promise<boolean> {
  try {
    await makeNamed(fs, file, token);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw fileError("write", path, error);
  }
}

/** Makes a file that names this process, where no file is. */
async function makeNamed(fs: FileSystem, file: string, token: string): Promise<void> {
  const handle = await fs.open(file, "wx", 0o644);
  try {
    await handle.writeFile(JSON.stringify(ownHolder(token)));
  } catch (error) {
    // Only a file that this call made is taken back: a failed open says nothing about another's.
    await fs.unlink(file).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
}

type Watch = ReturnType<typeof createWatch>;

/** A process that was killed after it had removed a dead lock has left its guard: the next holder clears it away. */
async function clearGuard(fs: FileSystem, guard: string, watch: Watch): Promise<void> {
  const found = await look(fs, guard).catch(() => undefined);
  if (found?.kind === "lock" && watch(found)) await fs.unlink(guard).catch(() => {});
}

interface TakeAway {
  readonly fs: FileSystem;
  readonly path: string;
  readonly file: string;
  readonly guard: string;
  readonly token: string;
  readonly watch: Readonly<Record<"lock" | "guard", Watch>>;
}

/**
 * Removes an abandoned lock. Returns false if another process is doing so. Two processes that find it at once must not
 * remove each other's new lock, so removing is itself locked by a guard file, and checks again under that lock.
 */
async function takeAway({ fs, path, file, guard, token, watch }: TakeAway): Promise<boolean> {
  try {
    await makeNamed(fs, guard, token);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw stuck(path, file, error);
    const found = await look(fs, guard).catch((cause: unknown) => {
      throw stuck(path, guard, cause);
    });
    if (found.kind === "foreign") throw notOurLock(path, guard, found.what);
    if (found.kind === "lock" && watch.guard(found)) await remove(fs, guard, path);
    return false;
  }
  try {
    const found = await look(fs, file);
    if (found.kind === "lock" && found.holder?.token !== token && watch.lock(found)) {
      const { holder } = found;
      // The lock is removed last: while it exists, another process recovers if this one dies here.
      if (holder !== undefined && isLocal(holder)) {
        await removeLeftovers(fs, dirname(file), holder.pid);
      }
      await remove(fs, file, path);
    }
    return true;
  } finally {
    await fs.unlink(guard).catch(() => {});
  }
}

async function remove(fs: FileSystem, file: string, path: string): Promise<void> {
  await fs.unlink(file).catch((error: unknown) => {
    const code = codeOf(error);
    // On Windows a file that another process has open cannot be removed for a moment.
    if (code === "ENOENT" || (process.platform === "win32" && code !== "EROFS")) return;
    throw stuck(path, file, error);
  });
}

/** Name of the temporary file that becomes the new text. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.redraft-${process.pid}-${randomUUID().slice(0, 8)}.tmp`);
}

/** What a process that died while writing has left behind. */
async function removeLeftovers(fs: FileSystem, folder: string, pid: number): Promise<void> {
  if (isAlive(pid)) return;
  const names = await fs.readdir(folder).catch(() => []);
  for (const name of names) {
    if (name.startsWith(`.redraft-${pid}-`) && name.endsWith(".tmp")) {
      await fs.unlink(join(folder, name)).catch(() => {});
    }
  }
}

function holding(fs: FileSystem, file: string, token: string): Lock {
  const held = async (): Promise<boolean> => {
    const { holder } = await readHolder(fs, file).catch(() => ({ holder: undefined }));
    return holder?.token === token;
  };
  const timer = setInterval(async () => {
    const now = new Date();
    // Another's lock must not seem alive because of us.
    if (await held()) await fs.lutimes(file, now, now).catch(() => {});
  }, heartbeat);
  timer.unref();
  return {
    held,
    async release() {
      clearInterval(timer);
      if (await held()) await fs.unlink(file).catch(() => {});
    },
  };
}
