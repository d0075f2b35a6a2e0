import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedraftError } from "../../core/errors.ts";

export interface SandboxOptions {
  /** Default: `python3`. */
  readonly python?: string;
  /** Wall clock of one program; default 10. */
  readonly seconds?: number;
  /** Address space of its process; default 2048. */
  readonly megabytes?: number;
}

export interface SandboxRun {
  /** It ran to its end. */
  readonly ok: boolean;
  /** Why not: the program failed, or ran out of time. A program that runs out of memory fails. */
  readonly why?: "failed" | "time";
  /** The end of what it wrote on standard error. */
  readonly errors: string;
}

/** Exit status of a program that ran to its end: one that calls `sys.exit(0)` before its tests has not passed them. */
const ranToEnd = 42;

/** Limits, and no sockets, for systems where a child cannot be given a network of its own. */
const launcher = `import resource, runpy, socket, sys
seconds, megabytes = int(sys.argv[1]), int(sys.argv[2])
for kind, limit in (
    (resource.RLIMIT_CPU, seconds),
    (resource.RLIMIT_AS, megabytes << 20),
    (resource.RLIMIT_FSIZE, 16 << 20),
    (resource.RLIMIT_CORE, 0),
):
    try:
        resource.setrlimit(kind, (limit, limit))
    except (ValueError, OSError):
        pass
def refuse(*_, **__):
    raise OSError("there is no network here")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
runpy.run_path("program.py", run_name="__main__")
sys.exit(${ranToEnd})
`;

/**
 * Runs a Python program in a child process: in a temporary folder that is removed afterwards, with an empty environment, no
 * network, and limits of time, memory and file size. The child may read what this process may read: the sandbox is for programs that a
 * model wrote by mistake, not for hostile ones.
 *
 * @throws `RedraftError` `usage` where Python does not start
 */
export async function runPython(
  program: string,
  options: SandboxOptions = {},
): Promise<SandboxRun> {
  const { python = "python3", seconds = 10, megabytes = 2048 } = options;
  requirePython(python);
  const folder = await mkdtemp(join(tmpdir(), "redraft-sandbox-"));
  try {
    await writeFile(join(folder, "program.py"), program);
    await writeFile(join(folder, "launch.py"), launcher);
    const own = ownNetwork();
    const words = [...own, python, "-B", "launch.py", String(seconds), String(megabytes)];
    const child = spawn(words[0]!, words.slice(1), {
      cwd: folder,
      env: environment(folder),
      stdio: ["ignore", "ignore", "pipe"],
      // A group of its own, so that what it started ends with it.
      detached: process.platform !== "win32",
    });
    let errors = "";
    child.stderr!.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString("utf8")).slice(-2000);
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end(child);
    }, seconds * 1000);
    try {
      const [code] = (await once(child, "exit")) as [number | null];
      if (code === ranToEnd) return { ok: true, errors };
      return { ok: false, why: late ? "time" : "failed", errors };
    } finally {
      clearTimeout(timer);
      end(child);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const found = new Set<string>();

function requirePython(python: string): void {
  if (found.has(python)) return;
  if (spawnSync(python, ["--version"]).status !== 0) {
    throw new RedraftError(
      "usage",
      `${python} does not start. Tests need Python 3: name it with --python.`,
    );
  }
  found.add(python);
}

/** Threads of numerical libraries take address space each; the results do not depend on them. */
function environment(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    TMPDIR: folder,
    HOME: folder,
    LANG: "C.UTF-8",
    OPENBLAS_NUM_THREADS: "1",
    OMP_NUM_THREADS: "1",
  };
}

let network: readonly string[] | undefined;

/** The command that gives a child a network without a way out, where the system lets this process make one. */
function ownNetwork(): readonly string[] {
  if (network === undefined) {
    const forms = [
      ["unshare", "--net", "--"],
      ["unshare", "--net", "--map-root-user", "--"],
    ];
    network =
      forms.find(([name, ...words]) => spawnSync(name!, [...words, "true"]).status === 0) ?? [];
  }
  return network;
}

function end(child: ChildProcess): void {
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid!, "SIGKILL");
  } catch {
    // It has ended, and so has all that it started.
  }
}
