import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** How a program ended. */
export interface SandboxResult {
  readonly outcome: "passed" | "failed" | "timed-out";
  /** The last line that it wrote to stderr: an exception and its message. */
  readonly message: string;
}

export interface SandboxLimits {
  /** Processor time of a process in seconds, which other programs cannot use up. */
  readonly seconds: number;
  /** Wall clock in ms, for a program that waits; what it started is killed with it. */
  readonly ms: number;
  /** Address space of each process, and the temporary folder, in MiB. */
  readonly memory: number;
  readonly folder: number;
}

export interface Sandbox {
  /** Version of the interpreter, such as "Python 3.11.7". */
  readonly python: string;
  /** The interpreter's file. */
  readonly executable: string;
  /** Runs a Python program to its last line; it passes if it gets there without an exception. */
  run(program: string, limits?: Partial<SandboxLimits>): Promise<SandboxResult>;
}

/** Ten seconds are the limit of CanItEdit and of EfficientEdit's scripts. */
const sandboxLimits: SandboxLimits = { seconds: 10, ms: 30_000, memory: 2048, folder: 64 };

/** Bytes of output that are kept. */
const keptBytes = 1 << 16;

/**
 * The sandbox as this machine has it, or why there is none: without all of its walls no program is run. It needs Linux with
 * user namespaces and util-linux.
 *
 * A program runs in namespaces of its own: no network interface but an unusable loopback, no other process in sight, every
 * file system read-only but a temporary folder in memory, an empty environment. When it ends, or its time is over, every
 * process that it started is killed.
 */
export async function openSandbox(
  python = "python3",
): Promise<Sandbox | { readonly missing: string }> {
  const ask = promisify(execFile);
  let found: { executable: string; version: string };
  try {
    const script = "import json, sys; print(json.dumps([sys.executable, sys.version.split()[0]]))";
    const { stdout } = await ask(python, ["-I", "-c", script], { timeout: sandboxLimits.ms });
    const [executable, version] = JSON.parse(stdout) as [string, string];
    found = { executable, version };
  } catch (cause) {
    return {
      missing: `${python} does not run (${firstLine(cause)}); install Python 3.11 or name one with --python`,
    };
  }
  const sandbox: Sandbox = {
    python: `Python ${found.version}`,
    executable: found.executable,
    run: (program, limits) =>
      runIsolated(found.executable, program, { ...sandboxLimits, ...limits }),
  };
  const { outcome, message } = await sandbox.run(probe);
  if (outcome === "passed") return sandbox;
  return {
    missing: `programs cannot be isolated here (${message || outcome}); this needs Linux with user namespaces and unshare of util-linux`,
  };
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n", 1)[0]!;
}

/** What the walls promise, tried from the inside. */
const probe = `
import os, socket
assert len([name for name in os.listdir("/proc") if name.isdigit()]) == 2, "other processes are in sight"
assert set(os.environ) <= {"HOME", "TMPDIR", "PATH", "LANG", "LC_CTYPE", "OPENBLAS_NUM_THREADS"}, "the environment is not empty"
open("own.txt", "w").close()
for folder in ["/", "/tmp", "/var/tmp", os.path.dirname(os.getcwd())]:
    try:
        open(os.path.join(folder, "redraft-probe"), "w").close()
    except OSError:
        continue
    os.unlink(os.path.join(folder, "redraft-probe"))
    raise AssertionError(folder + " is writable")
with open("/proc/net/dev") as devices:
    names = [line.split(":")[0].strip() for line in devices if ":" in line]
assert names == ["lo"], "there is a network: " + " ".join(names)
`;

/**
 * Inside the namespaces: $1 = the temporary folder, $2 = Python, $3 = MiB of the folder, $4 = KiB of address space, $5 =
 * seconds of processor time. The program is read from stdin before anything is locked. The shell stays the first process: the
 * kernel spares that one the signal at the end of its processor time.
 */
const setUp = `set -e
exec 3<&0
mount -t tmpfs -o size="$3m",mode=700 tmpfs "$1"
cat <&3 >"$1/program.py"
exec </dev/null 3<&-
cut -d' ' -f5 /proc/self/mountinfo | sort -r | while read -r at; do
  case "$at" in
    "$1"|/proc|/proc/*|/sys|/sys/*|/dev/pts|/dev/mqueue) ;;
    /dev/shm) mount -t tmpfs -o size=1m,ro tmpfs /dev/shm ;;
    /dev) ;;
    *) mount -o remount,bind,ro "$at" 2>/dev/null || [ ! -w "$at" ] || { echo "$at stays writable" >&2; exit 1; } ;;
  esac
done
cd "$1"
ulimit -v "$4"
ulimit -S -t "$5"
ulimit -H -t "$(($5 + 2))"
ulimit -c 0
set +e
env -i HOME="$1" TMPDIR="$1" PATH=/usr/bin:/bin LANG=C.UTF-8 OPENBLAS_NUM_THREADS=1 "$2" -I -B program.py
exit $?
`;

async function runIsolated(
  python: string,
  program: string,
  { seconds, ms, memory, folder }: SandboxLimits,
): Promise<SandboxResult> {
  const at = await mkdtemp(join(tmpdir(), "redraft-sandbox-"));
  // A program that leaves early by exit(0) has passed nothing: only the last line prints this.
  const token = randomUUID();
  const words = [at, python, folder, 1024 * memory, seconds].map(String);
  try {
    const child = spawn(
      "unshare",
      [
        "-r",
        "-m",
        "-n",
        "-p",
        "-f",
        "--mount-proc",
        "--kill-child",
        "sh",
        "-c",
        setUp,
        "sh",
        ...words,
      ],
      { stdio: ["pipe", "pipe", "pipe"], env: { PATH: process.env.PATH ?? "/usr/bin:/bin" } },
    );
    return await sandboxResult(child, `${program}\nprint("\\n${token}", flush=True)\n`, token, ms);
  } finally {
    await rm(at, { recursive: true, force: true });
  }
}

function sandboxResult(
  child: ChildProcess,
  program: string,
  token: string,
  ms: number,
): Promise<SandboxResult> {
  return new Promise((resolve) => {
    let out = "";
    let errors = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, ms);
    const tail = (text: string, more: Buffer): string => `${text}${more}`.slice(-keptBytes);
    child.stdout!.on("data", (more: Buffer) => {
      out = tail(out, more);
    });
    child.stderr!.on("data", (more: Buffer) => {
      errors = tail(errors, more);
    });
    // It may end before it has read its program.
    child.stdin!.on("error", () => {});
    child.stdin!.end(program);
    const end = (code: number | null, message: string, signal?: NodeJS.Signals | null): void => {
      clearTimeout(timer);
      timedOut ||= signal === "SIGXCPU" || code === 128 + constants.signals.SIGXCPU;
      const passed = code === 0 && out.trimEnd().endsWith(token);
      resolve({ outcome: timedOut ? "timed-out" : passed ? "passed" : "failed", message });
    };
    child.on("error", ({ message }) => end(null, message));
    child.on("close", (code, signal) =>
      end(code, errors.trimEnd().split("\n").at(-1) ?? "", signal),
    );
  });
}
