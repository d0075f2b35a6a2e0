import { Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import { throwIfStopped } from "../core/signal.ts";
import type { CheckAnswer } from "../orchestrate/refine.ts";
import { type LeftOut, mostCheckRuns } from "../redraft/keep-passing.ts";
import { runCheck } from "./check-command.ts";
import { type DiffOutputOptions, printDiff } from "./diff-output.ts";

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
export function refusalOf(error: unknown, check: string): CheckAnswer | undefined {
  if (!RedraftError.is(error) || error.details.check !== check) return undefined;
  return { ok: false, why: reasonOf("fails", String(error.details.output)) };
}

/** The check on parts of an edit: what it prints is of no use but for its last line, which is the reason. */
export function quietCheck(
  command: string,
  options: { readonly signal: AbortSignal; readonly cwd?: string },
): () => Promise<CheckAnswer> {
  return async () => {
    const { ok, how, output } = await runCheck(command, options);
    throwIfStopped(options.signal);
    return ok ? { ok } : { ok, why: reasonOf(how, output) };
  };
}

function reasonOf(how: string, output: string): string {
  const last = output.trimEnd().split("\n").at(-1)!.trim();
  return `the check ${how}${last === "" ? "" : `: ${last}`}`;
}

/** What a person reads while parts are tried. */
export const searchNote: string = `The check refuses the whole edit. Its hunks are tried, with up to ${mostCheckRuns} more runs.\n`;

/** Names what is left out on standard error, and prints its patch on standard output. */
export function printLeftOut({ patch, hunks }: LeftOut, options: DiffOutputOptions): void {
  for (const { path, line, why } of hunks)
    process.stderr.write(`${path}:${line}: left out${why === undefined ? "" : `: ${why}`}\n`);
  printDiff(patch, options);
}
