import { Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import { throwIfStopped } from "../core/signal.ts";
import type { CheckAnswer } from "../orchestrate/refine.ts";
import {
  type KeepPassingOptions,
  type KeptPassing,
  keepPassing,
  type LeftOut,
  mostCheckRuns,
} from "../redraft/keep-passing.ts";
import type { FileChange } from "../workspace/write.ts";
import { runCheck } from "./check-command.ts";
import { type DiffOutputOptions, printDiff } from "./diff-output.ts";
import { whileWaiting } from "./waiting.ts";

export const keepPassingOption = (): Option =>
  new Option(
    "--keep-passing",
    `where --check fails, write the hunks that it accepts, and print the others as a patch (up to ${mostCheckRuns} more runs; exit code 1)`,
  );

export function requireCheck({
  check,
  keepPassing,
}: {
  readonly check?: string;
  readonly keepPassing?: boolean;
}): void {
  if (keepPassing && check === undefined)
    throw new RedraftError(
      "usage",
      "--keep-passing needs a --check that says which hunks are good.",
    );
}

/** What the check said of the whole edit; undefined where the error is another one. */
export function checkRefusal(error: unknown, check: string): CheckAnswer | undefined {
  if (!RedraftError.is(error) || error.details.check !== check) return undefined;
  return { ok: false, why: reasonWithLastLine("fails", String(error.details.output)) };
}

/** Writes what the check accepts of an edit that it refuses as a whole. */
export function writePassing(
  changes: readonly FileChange[],
  command: string,
  {
    cwd,
    ...options
  }: Omit<KeepPassingOptions, "judge"> & { readonly signal: AbortSignal; readonly cwd?: string },
): Promise<KeptPassing> {
  const { signal } = options;
  let run = 0;
  // What the check prints on parts is of no use but for its last line, which is the reason.
  const judge = async (): Promise<CheckAnswer> => {
    run += 1;
    const { ok, how, output } = await runCheck(command, {
      signal,
      ...(cwd !== undefined && { cwd }),
    });
    throwIfStopped(signal);
    return ok ? { ok } : { ok, why: reasonWithLastLine(how, output) };
  };
  process.stderr.write(
    `The check refuses the whole edit. Its hunks are tried, with up to ${mostCheckRuns} more runs.\n`,
  );
  return whileWaiting(
    () => `run ${run} of the check on parts of the edit`,
    () => keepPassing(changes, { ...options, judge }),
  );
}

function reasonWithLastLine(how: string, output: string): string {
  const last = output.trimEnd().split("\n").at(-1)!.trim();
  return `the check ${how}${last === "" ? "" : `: ${last}`}`;
}

/** Names what is left out on standard error, and prints its patch on standard output. */
export function printLeftOut({ patch, hunks }: LeftOut, options: DiffOutputOptions): void {
  for (const { path, line, why } of hunks)
    process.stderr.write(`${path}:${line}: left out${why === undefined ? "" : `: ${why}`}\n`);
  printDiff(patch, options);
}
