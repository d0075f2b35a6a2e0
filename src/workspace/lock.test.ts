import { lstat, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockObjects } from "../../scripts/attack/lock-objects.ts";
import {
  abortLock,
  attackLock,
  attackLocks,
  isWrong,
  type LockRow,
} from "../../scripts/attack/locks.ts";
import { disk, type FileSystem } from "./disk.ts";
import { lockFile } from "./lock.ts";
import { lockPath } from "./lock-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The short version of `npm run attack:locks`. */
describe("what stands under the name of a lock", () => {
  it("is taken, or named in a refusal, within the patience", async () => {
    const rows = await attackLocks(400);
    expect(rows.length).toBeGreaterThan(30);
    // On a busy machine the time runs out before a dead lock is taken, or a new one has become old. Alone, one of three tries is right.
    const wrong: LockRow[] = [];
    for (let row of rows) {
      for (let tries = 0; isWrong(row) && row.outcome !== "crashed" && tries < 3; tries++) {
        const object = lockObjects().find(({ name }) => name === row.object)!;
        row = await attackLock(object, row.expected === "taken" ? 2_000 : 400);
      }
      if (isWrong(row)) wrong.push(row);
    }
    expect(wrong).toEqual([]);
    // Far below the 30 s that a call may wait by itself.
    expect(rows.filter(({ ms }) => ms > 400 + 5_000)).toEqual([]);
  });

  it("keeps no call that is stopped", async () => {
    const objects = lockObjects().filter(({ asNobody, soon }) => !asNobody && soon !== "taken");
    const times = await Promise.all(objects.map((one) => abortLock(one, 100)));
    expect(times.filter((ms) => ms > 5_000)).toEqual([]);
  });

  it("says who holds on and which file to remove", async () => {
    const path = join(folder, "f.txt");
    const lock = await lockFile(path, { fs: disk });
    await expect(lockFile(path, { fs: disk, patience: 20 })).rejects.toMatchObject({
      code: "stale-file",
      retryable: true,
      message: expect.stringMatching(new RegExp(`process ${process.pid} .* within 0.02 s.*remove`)),
      details: { lock: lockPath(path) },
    });
    await lock.release();
    await symlink("x", lockPath(path));
    await expect(lockFile(path, { fs: disk })).rejects.toMatchObject({
      code: "file-error",
      retryable: false,
      message: expect.stringContaining("is a symbolic link, not a lock that Redraft made"),
    });
  });
});

describe("a held lock", () => {
  it("leaves no guard of a process that was killed right after it removed a dead lock", async () => {
    const path = join(folder, "f.txt");
    const dead = { pid: 2 ** 22 + 1, host: hostname(), token: "x" };
    await writeFile(`${lockPath(path)}.removing`, JSON.stringify(dead));
    await (await lockFile(path, { fs: disk })).release();
    expect(await readdir(folder)).toEqual([]);
    await writeFile(`${lockPath(path)}.removing`, JSON.stringify({ ...dead, pid: process.pid }));
    await (await lockFile(path, { fs: disk })).release();
    expect(await readdir(folder)).toHaveLength(1);
  });

  it("is not taken from a process of another namespace, whose pid means nothing here", async () => {
    const path = join(folder, "f.txt");
    const dead = { pid: 2 ** 22 + 1, host: hostname(), token: "x" };
    await writeFile(lockPath(path), JSON.stringify({ ...dead, space: "pid:[1]" }));
    await expect(lockFile(path, { fs: disk, patience: 200 })).rejects.toThrow(/remove/);
    await writeFile(lockPath(path), JSON.stringify(dead));
    await (await lockFile(path, { fs: disk, patience: 200 })).release();
  });

  it("leaves alone what stands in its place by now", async () => {
    const path = join(folder, "f.txt");
    const lock = await lockFile(path, { fs: disk });
    const other = join(folder, "other.txt");
    await writeFile(other, "theirs");
    await rename(lockPath(path), join(folder, "away"));
    await symlink("other.txt", lockPath(path));
    const before = (await stat(other)).mtimeMs;
    // Longer than a heartbeat.
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(await lock.held()).toBe(false);
    await lock.release();
    expect((await stat(other)).mtimeMs).toBe(before);
    expect((await lstat(lockPath(path))).isSymbolicLink()).toBe(true);
  });

  it("clears away temporary files of its dead holder only where the pid is one of this machine", async () => {
    const path = join(folder, "f.txt");
    const pid = 2 ** 22 + 1;
    const half = join(folder, `.redraft-${pid}-12345678.tmp`);
    await writeFile(half, "half");
    await writeFile(lockPath(path), JSON.stringify({ pid, host: "elsewhere", token: "x" }));
    const long = new Date(Date.now() - 60_000);
    await disk.utimes(lockPath(path), long, long);
    await (await lockFile(path, { fs: disk })).release();
    expect(await readdir(folder)).toEqual([`.redraft-${pid}-12345678.tmp`]);
  });

  it("is told apart from a file system that refuses", async () => {
    const open: FileSystem["open"] = async () => {
      throw Object.assign(new Error("no"), { code: "EROFS" });
    };
    await expect(lockFile(join(folder, "f.txt"), { fs: { ...disk, open } })).rejects.toThrow(
      /the file system is read-only \(EROFS\)/,
    );
  });
});
