import { constants, type Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { RedraftError } from "../core/errors.ts";
import { disk, type FileSystem } from "./disk.ts";
import { isInside } from "./inside.ts";

/** Linux: a handle that names a thing and grants nothing; Node has no word for it. */
const pathOnly = 0o10000000;
const { O_CREAT = 0, O_DIRECTORY = 0, O_EXCL = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
const { O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** Ways of opening: these either create a file that was not there, or open one that is; nothing is cut short. */
const openFlags: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  "r+": O_RDWR,
  wx: O_WRONLY | O_CREAT | O_EXCL,
  "wx+": O_RDWR | O_CREAT | O_EXCL,
};

/**
 * The file system inside `roots`: a call on anything outside rejects with `outside-root`, also when a folder is swapped for a
 * link between two calls, or during one.
 *
 * On Linux each call opens the folder that it works in, asks the kernel where that handle really is, and does its work below
 * the handle (`/proc/self/fd/<n>/<name>`), so no name is looked up twice. Elsewhere the real place of the folder is looked up right before the call:
 * a swap within these microseconds is not seen.
 *
 * A link in the last place of a path is never followed; the callers resolve links first. The roots are resolved at the
 * first call, so make one of these for each piece of work.
 *
 * @param roots absolute folders. A process that may replace a root, or a folder above it, decides what is inside.
 */
export function confinedTo(
  roots: readonly string[],
  fs: FileSystem = disk,
  platform: string = process.platform,
): FileSystem {
  let known: Promise<readonly string[]> | undefined;
  const realRoots = (): Promise<readonly string[]> => {
    known ??= Promise.all(roots.map((root) => fs.realpath(root).catch(() => undefined))).then(
      (found) => found.filter((root) => root !== undefined),
    );
    return known;
  };
  const requireInside = async (real: string, path: string): Promise<void> => {
    if ((await realRoots()).some((root) => isInside(real, root))) return;
    throw new RedraftError(
      "outside-root",
      `\`${path}\` was not touched: it now leads outside the open folders, because a folder on its path was replaced. Read it again.`,
      { details: { path, roots: [...roots] } },
    );
  };
  const place =
    platform === "linux" ? pathByHandle(fs, requireInside) : pathByName(fs, requireInside);
  return confinedMethods(fs, place, requireInside);
}

type RequireInside = (real: string, path: string) => Promise<void>;

/** Paths that keep their meaning even if folders are renamed while `work` runs. */
interface ConfinedPath {
  /** Of an entry that need not exist: made, removed or renamed. A link under this name is not followed. */
  entry<Result>(path: string, work: (path: string) => Promise<Result>): Promise<Result>;
  /** Of a thing that exists: `work` may open it. Rejects with ELOOP where it is a link. */
  thing<Result>(
    path: string,
    work: (path: string, stat: Stats) => Promise<Result>,
  ): Promise<Result>;
}

function pathByHandle(fs: FileSystem, requireInside: RequireInside): ConfinedPath {
  /** Where a handle really is. Below a folder that was removed meanwhile every call fails by itself. */
  const within = async <Result>(
    handle: FileHandle,
    path: string,
    work: (handlePath: string) => Promise<Result>,
  ): Promise<Result> => {
    try {
      const handlePath = `/proc/self/fd/${handle.fd}`;
      await requireInside(await fs.readlink(handlePath), path);
      return await work(handlePath);
    } catch (error) {
      throw errorWithPath(error, path);
    } finally {
      await handle.close();
    }
  };
  return {
    async entry(path, work) {
      const folder = await fs.open(dirname(path), pathOnly | O_DIRECTORY);
      return within(folder, path, (handlePath) => work(join(handlePath, entryName(path))));
    },
    async thing(path, work) {
      const handle = await fs.open(path, pathOnly | O_NOFOLLOW);
      return within(handle, path, async (handlePath) => {
        const stat = await handle.stat();
        if (stat.isSymbolicLink()) throw isLink(path);
        return work(handlePath, stat);
      });
    },
  };
}

/** Without handles of folders: looks where the path leads, then uses the name that it had there. */
function pathByName(fs: FileSystem, requireInside: RequireInside): ConfinedPath {
  return {
    async entry(path, work) {
      const folder = await fs.realpath(dirname(path));
      await requireInside(folder, path);
      return work(join(folder, entryName(path)));
    },
    async thing(path, work) {
      const stat = await fs.lstat(path);
      if (stat.isSymbolicLink()) throw isLink(path);
      const real = await fs.realpath(path);
      await requireInside(real, path);
      return work(real, stat);
    },
  };
}

function confinedMethods(
  fs: FileSystem,
  place: ConfinedPath,
  requireInside: RequireInside,
): FileSystem {
  const { entry, thing } = place;
  const pair = <Result>(
    from: string,
    to: string,
    work: (from: string, to: string) => Promise<Result>,
  ): Promise<Result> => entry(from, (source) => entry(to, (target) => work(source, target)));
  const open = (path: string, flags: string | number = "r", mode?: number): Promise<FileHandle> => {
    const bits = typeof flags === "number" ? flags : openFlags[flags];
    if (bits === undefined || (bits & O_CREAT && !(bits & O_EXCL))) {
      throw new TypeError(`a confined file system does not open with ${JSON.stringify(flags)}`);
    }
    if (bits & O_CREAT) return entry(path, (at) => fs.open(at, bits | O_NOFOLLOW, mode));
    // What was looked at is what is opened; a pipe does not wait for its other end.
    return thing(path, (at) => fs.open(at, (bits & ~O_NOFOLLOW) | O_NONBLOCK));
  };
  const mkdir = async (path: string, options?: unknown): Promise<string | undefined> => {
    const recursive = (options as { recursive?: boolean } | undefined)?.recursive === true;
    const missing: string[] = [];
    for (let current = path; recursive; current = dirname(current)) {
      const exists = await fs.stat(current).then(
        () => true,
        () => false,
      );
      if (exists || dirname(current) === current) break;
      missing.unshift(current);
    }
    for (const folder of recursive ? missing : [path]) await entry(folder, (at) => fs.mkdir(at));
    return recursive ? missing[0] : undefined;
  };
  const confined: Readonly<Record<keyof FileSystem, (...args: never[]) => unknown>> = {
    chmod: (path: string, mode: number) => thing(path, (at) => fs.chmod(at, mode)),
    chown: (path: string, uid: number, gid: number) => thing(path, (at) => fs.chown(at, uid, gid)),
    lchown: (path: string, uid: number, gid: number) =>
      entry(path, (at) => fs.lchown(at, uid, gid)),
    link: (from: string, to: string) => pair(from, to, (source, target) => fs.link(source, target)),
    lstat: (path: string) => entry(path, (at) => fs.lstat(at)),
    lutimes: (path: string, accessed: Date, modified: Date) =>
      entry(path, (at) => fs.lutimes(at, accessed, modified)),
    mkdir,
    open,
    async readFile(path: string, options?: Parameters<FileSystem["readFile"]>[1]) {
      const handle = await open(path);
      try {
        return await handle.readFile(options as "utf8");
      } finally {
        await handle.close();
      }
    },
    readdir: (path: string) => thing(path, (at) => fs.readdir(at)),
    readlink: (path: string) => entry(path, (at) => fs.readlink(at)),
    async realpath(path: string) {
      const real = await fs.realpath(path);
      await requireInside(real, path);
      return real;
    },
    rename: (from: string, to: string) =>
      pair(from, to, (source, target) => fs.rename(source, target)),
    rmdir: (path: string) => entry(path, (at) => fs.rmdir(at)),
    async stat(path: string) {
      // Links are followed here, so what is asked about is where they lead.
      return thing(await fs.realpath(path), async (_, stat) => stat);
    },
    symlink: (target: string, path: string) => entry(path, (at) => fs.symlink(target, at)),
    unlink: (path: string) => entry(path, (at) => fs.unlink(at)),
    utimes: (path: string, accessed: Date, modified: Date) =>
      thing(path, (at) => fs.utimes(at, accessed, modified)),
  };
  // The calls that take more forms in Node are used in these only.
  return confined as unknown as FileSystem;
}

function entryName(path: string): string {
  const name = basename(path);
  if (name !== "" && name !== "." && name !== "..") return name;
  throw Object.assign(new Error(`\`${path}\` names no entry of a folder`), { code: "EINVAL" });
}

function isLink(path: string): Error {
  return Object.assign(new Error(`\`${path}\` is a symbolic link`), { code: "ELOOP" });
}

/** Errors say the path that the caller gave, not the handle. */
function errorWithPath(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !("path" in error) || typeof error.path !== "string")
    return error;
  if (!error.path.startsWith("/proc/self/fd/")) return error;
  error.message = error.message.replaceAll(error.path, path);
  return Object.assign(error, { path });
}
