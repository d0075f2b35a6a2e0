import { type ChildProcess, spawn } from "node:child_process";

/** ms that a command which is stopped has to end by itself. */
const politeFor = 100;

export interface Ended {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Started {
  readonly child: ChildProcess;
  /** Rejects where the command cannot be started. */
  readonly ended: Promise<Ended>;
  /** Ends the command and its children: politely, and soon for good. */
  stop(): void;
}

/** Starts a person's command in a shell, in a process group of its own, so that what it starts ends with it. */
export function startInShell(
  command: string,
  options: {
    readonly signal?: AbortSignal;
    readonly input?: boolean;
    /** Default: the current folder. */
    readonly cwd?: string;
  } = {},
): Started {
  const { signal, input = false, cwd } = options;
  const ownGroup = process.platform !== "win32";
  const child = spawn(command, {
    shell: true,
    ...(cwd !== undefined && { cwd }),
    stdio: [input ? "pipe" : "ignore", "pipe", "pipe"],
    detached: ownGroup,
  });
  let killing: NodeJS.Timeout | undefined;
  const kill = (name: NodeJS.Signals): void => {
    try {
      if (ownGroup && child.pid !== undefined) process.kill(-child.pid, name);
      else child.kill(name);
    } catch {
      // It has ended by itself.
    }
  };
  const stop = (): void => {
    kill("SIGTERM");
    killing ??= setTimeout(() => kill("SIGKILL"), politeFor);
  };
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, name) => resolve({ code, signal: name }));
  }).finally(() => {
    clearTimeout(killing);
    signal?.removeEventListener("abort", stop);
  });
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  return { child, ended, stop };
}
