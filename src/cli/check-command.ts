import { Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import { throwIfStopped } from "../core/signal.ts";
import { startInShell } from "../diagnostics/shell.ts";
import type { WriteOptions } from "../workspace/write-options.ts";
import { onInterrupt, uninterrupted } from "./signals.ts";

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

/** Runs the user's command in a shell; its own children are stopped with it. Its output is passed to `onOutput`. */
export async function runCheck(command: string, options: CheckOptions): Promise<CheckOutcome> {
  const { signal, onOutput, cwd } = options;
  const started = startInShell(command, { signal, ...(cwd !== undefined && { cwd }) });
  let output = "";
  const take = (piece: Buffer): void => {
    const text = piece.toString("utf8");
    output = (output + text).slice(-keptOutput);
    onOutput?.(text);
  };
  started.child.stdout!.on("data", take);
  started.child.stderr!.on("data", take);
  try {
    const { code, signal: name } = await started.ended;
    const how = signal.aborted
      ? "was stopped"
      : code === null
        ? `was killed by ${name}`
        : `exited with code ${code}`;
    return { ok: code === 0 && !signal.aborted, how, output };
  } catch (cause) {
    const why = (cause as Error).message;
    throw new RedraftError("check-failed", `cannot run the check \`${command}\`: ${why}`, {
      cause,
    });
  }
}

/** The option of commands that write several files of a folder at once. */
export const checkOption = (): Option =>
  new Option(
    "--check <command>",
    "command to run in the folder on the result; if it fails, every file is restored",
  ).conflicts("dryRun");

/** What `--check` means for such a write. From here on an interrupt stops the check, and the files are restored. */
export function checkedWrite(
  check: string | undefined,
  root: string,
): Pick<WriteOptions, "check" | "signal" | "uninterrupted"> {
  if (check === undefined) return { uninterrupted };
  const signal = onInterrupt();
  const onOutput = (output: string): void => void process.stderr.write(output);
  return { signal, check: () => requirePassing(check, { signal, cwd: root, onOutput }) };
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
