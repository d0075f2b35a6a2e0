import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { dirname } from "node:path";

export type Expected = "taken" | "refused" | "either";

/** One thing that may stand under the name of a lock. */
export interface LockObject {
  readonly name: string;
  /** Puts it there; answers how to end what keeps it alive. */
  make(lock: string): undefined | (() => void) | Promise<() => void>;
  /** What must come of it within a patience of less than four seconds, and of more. */
  readonly soon: Expected;
  readonly later: Expected;
  /** Made by root, met by somebody else. */
  readonly asNobody?: boolean;
}

/** No process has it: above the largest pid that Linux gives. */
const dead = 2 ** 22 + 7;
const nobody = 65_534;
const holder = (fields: object = {}): string =>
  JSON.stringify({ pid: dead, host: hostname(), token: "x", ...fields });
const elsewhere = { pid: 1, host: "elsewhere" };
const alive = { pid: process.pid };

function dated(path: string, seconds: number): void {
  const time = Date.now() / 1000 + seconds;
  utimesSync(path, time, time);
}

function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}

function file(text: string, seconds = 0): (lock: string) => undefined {
  return (lock) => {
    writeFileSync(lock, text);
    if (seconds !== 0) dated(lock, seconds);
    return undefined;
  };
}

const never = { soon: "refused", later: "refused" } as const;
const atOnce = { soon: "taken", later: "taken" } as const;
const watched = { soon: "refused", later: "taken" } as const;

const command =
  (name: string, ...args: string[]) =>
  (lock: string) => {
    const { status, stderr } = spawnSync(name, [...args.map((arg) => (arg === "@" ? lock : arg))]);
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    return undefined;
  };

/** A dead lock, and something under the name of the guard that removing it takes. */
const guarded = (make: LockObject["make"]) => (lock: string) => {
  file(holder())(lock);
  return make(`${lock}.removing`);
};

const foreign: LockObject[] = [
  { name: "an empty folder", ...never, make: (lock) => void mkdirSync(lock) },
  {
    name: "a folder with a file",
    ...never,
    make: (lock) => {
      mkdirSync(lock);
      writeFileSync(`${lock}/x`, "x");
      return undefined;
    },
  },
  { name: "a named pipe", ...never, make: command("mkfifo", "@") },
  {
    name: "a socket",
    ...never,
    make: (lock) =>
      new Promise((resolve) => {
        const server = createServer().listen(lock, () => resolve(() => server.close()));
      }),
  },
  { name: "a link to nothing", ...never, make: (lock) => void symlinkSync("nowhere", lock) },
  { name: "a link to itself", ...never, make: (lock) => void symlinkSync(lock, lock) },
  { name: "a link to the file", ...never, make: (lock) => void symlinkSync("f.txt", lock) },
  {
    name: "a link to a pipe that never ends",
    ...never,
    make: (lock) => void symlinkSync("/dev/zero", lock),
  },
  {
    name: "a file of 1 GiB",
    ...never,
    make: (lock) => {
      writeFileSync(lock, "");
      truncateSync(lock, 2 ** 30);
      return undefined;
    },
  },
];

const texts: LockObject[] = [
  { name: "an old empty file", ...atOnce, make: file("", -10) },
  { name: "old garbage", ...atOnce, make: file("{{{ \u0000\u0001", -10) },
  { name: "an old null", ...atOnce, make: file("null", -10) },
  { name: "new garbage", ...watched, make: file("garbage") },
  { name: "garbage from the future", ...watched, make: file("garbage", 86_400) },
  ...[0, -1, 1.5, 1e20, "1", null].map((pid) => ({
    name: `the pid ${JSON.stringify(pid)}`,
    ...atOnce,
    make: file(holder({ pid }), -10),
  })),
];

const holders: LockObject[] = [
  { name: "a dead process", ...atOnce, make: file(holder()) },
  { name: "a dead process, in the future", ...atOnce, make: file(holder(), 86_400) },
  { name: "a reused pid, long untouched", ...atOnce, make: file(holder(alive), -60) },
  { name: "a reused pid, in the future", ...watched, make: file(holder(alive), 86_400) },
  { name: "another host, untouched", ...watched, make: file(holder(elsewhere)) },
  { name: "another host, long untouched", ...atOnce, make: file(holder(elsewhere), -60) },
  { name: "another host, in the future", ...watched, make: file(holder(elsewhere), 86_400) },
  {
    name: "another host, alive, its clock ahead",
    ...never,
    make: (lock) => {
      file(holder(elsewhere), 86_400)(lock);
      let seconds = 86_400;
      return every(300, () => existsSync(lock) && dated(lock, ++seconds));
    },
  },
  {
    name: "a live process",
    ...never,
    make: (lock) => {
      file(holder(alive))(lock);
      return every(300, () => existsSync(lock) && dated(lock, 0));
    },
  },
  {
    name: "a dead process, made again for ever",
    soon: "either",
    later: "either",
    make: (lock) => {
      file(holder())(lock);
      return every(0, () => writeFileSync(lock, holder({ token: String(Math.random()) })));
    },
  },
];

const guards: LockObject[] = [
  { name: "dead, the guard new", ...watched, make: guarded(file("")) },
  { name: "dead, the guard old", ...atOnce, make: guarded(file("", -10)) },
  { name: "dead, the guard of a dead process", ...atOnce, make: guarded(file(holder())) },
  { name: "dead, the guard in the future", ...watched, make: guarded(file("", 86_400)) },
  { name: "dead, the guard a folder", ...never, make: guarded((lock) => void mkdirSync(lock)) },
  { name: "dead, the guard a named pipe", ...never, make: guarded(command("mkfifo", "@")) },
  {
    name: "dead, the guard a link",
    ...never,
    make: guarded((lock) => void symlinkSync("x", lock)),
  },
];

const permissions: LockObject[] = [
  {
    name: "a dead process, in a folder that may not be written",
    ...never,
    asNobody: true,
    make: (lock) => {
      file(holder())(lock);
      chmodSync(dirname(lock), 0o555);
      return () => chmodSync(dirname(lock), 0o755);
    },
  },
  {
    name: "a dead process of another user, in a sticky folder",
    ...never,
    asNobody: true,
    make: (lock) => {
      file(holder())(lock);
      chmodSync(dirname(lock), 0o1777);
      return undefined;
    },
  },
  {
    name: "a lock that may not be read",
    ...watched,
    asNobody: true,
    make: (lock) => {
      file(holder(alive))(lock);
      chmodSync(lock, 0);
      chownSync(dirname(lock), nobody, nobody);
      return undefined;
    },
  },
  { name: "a device", ...never, make: command("mknod", "@", "c", "1", "3") },
];

export function lockObjects(): LockObject[] {
  const isRoot = process.getuid?.() === 0;
  return [...foreign, ...texts, ...holders, ...guards, ...(isRoot ? permissions : [])];
}

/** Runs as another user than root, who may do everything. */
export async function asNobody<Result>(work: () => Promise<Result>): Promise<Result> {
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

export function clear(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
