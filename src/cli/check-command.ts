import { spawn } from "node:child_process";
import { RedraftError } from "../core/errors.ts";
import { throwIfStopped } from "../core/signal.ts";

export interface CheckOutcome {
  readonly ok: boolean;
  /** In words: how it ended. */
  readonly how: string;
  /** The last of what it printed, both streams together. */
  readonly output: string;
}

export interface CheckOptions {
  readonly signal: AbortSignal;
  readonly onOutput?: (text: string) => void;
  /** Default: the current folder. */
  readonly cwd?: string;
}

const keptOutput = 4000;

/** ms that a check which is stopped has to end by itself. */
const politeFor = 100;

/** Runs the user's command in a shell; its own children are stopped with it. Its output goes to `onOutput`. */
export async function runCheck(command: string, options: CheckOptions): Promise<CheckOutcome> {
  const { signal, onOutput, cwd } = options;
  const ownGroup = process.platform !== "win32";
  const child = spawn(command, {
    shell: true,
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ["ignore", "pipe", "pipe"],
    detached: ownGroup,
  });
  let output = "";
  const take = (piece: Buffer): void => {
    const text = piece.toString("utf8");
    output = (output + text).slice(-keptOutput);
    onOutput?.(text);
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
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
    killing = setTimeout(() => kill("SIGKILL"), politeFor);
  };
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", (cause) =>
        reject(
          new RedraftError(
            "check-failed",
            `cannot run the check \`${command}\`: ${cause.message}`,
            {
              cause,
            },
          ),
        ),
      );
      child.on("close", (code, name) =>
        resolve({
          ok: code === 0 && !signal.aborted,
          how: signal.aborted
            ? "was stopped"
            : code === null
              ? `was ended by ${name}`
              : `ended with ${code}`,
          output,
        }),
      );
    });
  } finally {
    clearTimeout(killing);
    signal.removeEventListener("abort", stop);
  }
}

/** Runs the check of a transaction: rejects with `check-failed` where it fails, and everything is taken back. */
export async function requirePassing(command: string, options: CheckOptions): Promise<void> {
  const outcome = await runCheck(command, options);
  if (outcome.ok) return;
  throwIfStopped(options.signal);
  const output = outcome.output === "" ? "" : `\n${outcome.output.trimEnd()}`;
  throw new RedraftError("check-failed", `the check \`${command}\` ${outcome.how}.${output}`, {
    details: { check: command, output: outcome.output },
  });
}
