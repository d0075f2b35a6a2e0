import { execFile, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { getSystemErrorName, promisify } from "node:util";

/** Copies POSIX ACLs and extended attributes between two open files; rejects when one that matters cannot be kept. */
export type CopyAttributes = (from: number, to: number) => Promise<void>;

/**
 * How attributes are copied on this machine: by libc through the optional package koffi (microseconds), else by GNU cp (a
 * process per write). Undefined on Linux with neither, where it is unknown whether a file has any.
 */
export async function attributeCopier(
  ways: readonly ("libc" | "cp" | "none")[] = ["libc", "cp"],
): Promise<CopyAttributes | undefined> {
  if (process.platform !== "linux") return async () => {};
  for (const way of ways) {
    const copy = way === "libc" ? await byLibc() : way === "cp" ? await byCp() : undefined;
    if (copy !== undefined) return copy;
  }
  return undefined;
}

/** Bound to the bytes of the old text, or dropped by the system itself on any write. */
const notCarried = new Set(["security.capability", "security.ima", "security.evm"]);

/** Where a failure to set is taken: labels that the system's own policy decides, and views that file systems make up. */
function isOptional(name: string): boolean {
  return name.startsWith("security.") || (name.startsWith("system.") && !isAccess(name));
}

const isAccess = (name: string): boolean => name.startsWith("system.") && name.includes("acl");

/** `<sys/xattr.h>` on open files. Names are bytes, shown as Latin-1. */
export interface AttributeCalls {
  list(fd: number): string[];
  get(fd: number, name: string): Buffer | undefined;
  set(fd: number, name: string, value: Buffer): void;
  remove(fd: number, name: string): void;
}

async function byLibc(): Promise<CopyAttributes | undefined> {
  const calls = await attributeCalls();
  return calls && (async (from, to) => copyWith(calls, from, to));
}

/** Makes `to` have the attributes of `from`, also where it was made with more: a folder's default ACL is one. */
export function copyWith(calls: AttributeCalls, from: number, to: number): void {
  const wanted = calls.list(from);
  const surplus = calls.list(to).filter((name) => !wanted.includes(name));
  for (const name of surplus) {
    if (isAccess(name) || name.startsWith("user.")) calls.remove(to, name);
  }
  for (const name of wanted) {
    if (notCarried.has(name)) continue;
    const value = calls.get(from, name);
    if (value === undefined || calls.get(to, name)?.equals(value)) continue;
    try {
      calls.set(to, name, value);
    } catch (error) {
      if (!isOptional(name)) throw error;
    }
  }
}

let known: Promise<AttributeCalls | undefined> | undefined;

/** The calls of libc; undefined when koffi is not installed or does not load. */
export function attributeCalls(): Promise<AttributeCalls | undefined> {
  known ??= bindAttributeCalls().catch(() => undefined);
  return known;
}

/** Bytes: the kernel's limit for a list of names, and for a value. */
const largestAttribute = 65_536;

async function bindAttributeCalls(): Promise<AttributeCalls> {
  const { default: koffi } = await import("koffi");
  const libc = koffi.load(null);
  const flist = libc.func("long flistxattr(int fd, _Out_ uint8_t *list, size_t size)");
  const fget = libc.func(
    "long fgetxattr(int fd, const uint8_t *name, _Out_ uint8_t *value, size_t size)",
  );
  const fset = libc.func(
    "int fsetxattr(int fd, const uint8_t *name, const uint8_t *value, size_t size, int flags)",
  );
  const fremove = libc.func("int fremovexattr(int fd, const uint8_t *name)");
  const cString = (name: string): Buffer => Buffer.from(`${name}\0`, "latin1");
  const failed = (name: string): Error & { code: string } => {
    const code = getSystemErrorName(-koffi.errno());
    return Object.assign(new Error(`the attribute ${name} could not be copied (${code})`), {
      code,
    });
  };
  const buffer = Buffer.alloc(largestAttribute);
  return {
    list(fd) {
      const size = Number(flist(fd, buffer, largestAttribute));
      if (size < 0) {
        const error = failed("list");
        if (error.code === "ENOTSUP" || error.code === "ENOSYS") return [];
        throw error;
      }
      return buffer.toString("latin1", 0, size).split("\0").filter(Boolean);
    },
    get(fd, name) {
      const size = Number(fget(fd, cString(name), buffer, largestAttribute));
      if (size >= 0) return Buffer.from(buffer.subarray(0, size));
      const error = failed(name);
      if (error.code === "ENODATA" || error.code === "ENOTSUP") return undefined;
      throw error;
    },
    set(fd, name, value) {
      if (fset(fd, cString(name), value, value.length, 0) !== 0) throw failed(name);
    },
    remove(fd, name) {
      if (fremove(fd, cString(name)) === 0) return;
      const error = failed(name);
      if (error.code !== "ENODATA") throw error;
    },
  };
}

let gnu: Promise<boolean> | undefined;

/** GNU cp copies ACLs and attributes without the text; other makes of cp do not know how. */
async function byCp(): Promise<CopyAttributes | undefined> {
  gnu ??= promisify(execFile)("cp", ["--version"]).then(
    ({ stdout }) => stdout.includes("GNU coreutils"),
    () => false,
  );
  if (!(await gnu)) return undefined;
  return async (from, to) => {
    // Open files are handed over, not names: what the names mean may change.
    const paths = ["/proc/self/fd/3", "/proc/self/fd/4"];
    const child = spawn("cp", ["--attributes-only", "--preserve=mode,xattr", "--", ...paths], {
      stdio: ["ignore", "ignore", "pipe", from, to],
      env: { ...process.env, LC_ALL: "C" },
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const [said, status] = await Promise.all([text(child.stdio[2]!), ended]);
    if (status !== 0) throw new Error(`cp could not copy the attributes: ${said.trim()}`);
  };
}
