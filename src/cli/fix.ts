import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import type { Diagnostic } from "../core/diagnostic.ts";
import { RedraftError } from "../core/errors.ts";
import { readPrinted, snapshot } from "../diagnostics/brought-errors.ts";
import type { FixOutcome } from "../orchestrate/fix/fix-all.ts";
import { type FixDiagnosticsOptions, type FixEvent, fixDiagnostics } from "../redraft/fix.ts";
import { answerErrors } from "./answer-errors.ts";
import { printDiff } from "./diff-output.ts";
import { eventListener } from "./event-option.ts";
import { type FolderEditOptions, withFolderEditOptions } from "./folder-options.ts";
import { expandGlobs } from "./globs.ts";
import { readEditText } from "./input.ts";
import { cliJournal } from "./journal.ts";
import { cliLearning } from "./learn.ts";
import { liveLine } from "./live-line.ts";
import { rootFolder } from "./patch.ts";
import { onInterrupt, uninterrupted } from "./signals.ts";

interface FixOptions extends FolderEditOptions {
  readonly from?: string;
  readonly run?: string;
  readonly likely?: boolean;
}

/** `redraft fix`: what compilers, linters and tracebacks complain of. */
export function fixCommand(): Command {
  const command = new Command("fix")
    .description(
      "Fixes errors that a compiler, a linter or a traceback names: JavaScript, TypeScript, Python, Go. With --run, only what the command confirms.",
    )
    .argument("[files...]", "fix these files only")
    .option(
      "--from <file>",
      "what the tool printed, or a JSON array of diagnostics; -: standard input",
    )
    .option(
      "--run <command>",
      "run this in the folder: it finds the errors, and a fix stays only if its error is no longer there and no new one appears",
    )
    .option("--likely", "without --run: make the likeliest fix, too, not only what is certain");
  return withFolderEditOptions(command, { check: false })
    .addHelpText("after", help)
    .action((files: readonly string[], options: FixOptions) =>
      answerErrors(options.json, { fixed: [], left: [], files: [], written: false }, () =>
        fix(files, options),
      ),
    );
}

async function fix(files: readonly string[], options: FixOptions): Promise<void> {
  const { run: command, from, dryRun = false, likely = false } = options;
  if (command === undefined && from === undefined) {
    throw new RedraftError(
      "usage",
      "say where the errors are from: --run <command>, or --from <file> with what a tool printed (- reads standard input).",
    );
  }
  const root = await rootFolder(options.root);
  const named = await expandGlobs(files);
  const only = await Promise.all(named.map((file) => pathInRoot(root, file)));
  const diagnostics = from === undefined ? undefined : await readDiagnostics(from, root);
  const signal = command === undefined ? undefined : onInterrupt();
  const progress = command === undefined ? undefined : showRuns(command);
  const log = eventListener(options.events, {
    command: "fix",
    instruction: command ?? `what ${from} says`,
  });
  const request: FixDiagnosticsOptions = {
    root,
    likely,
    dryRun,
    journal: cliJournal(root, options.journal),
    learning: cliLearning(root),
    note: { kind: "edit", by: "redraft fix" },
    ...(diagnostics && { diagnostics }),
    ...(only.length > 0 && { only }),
    // While a command runs, a signal stops it and everything is put back; else a write is short.
    ...(signal ? { signal } : { uninterrupted }),
    ...(command !== undefined && {
      run: (stop: AbortSignal | undefined) => snapshot(command, root, stop),
    }),
    onEvent(event) {
      progress?.onEvent(event);
      log.onEvent?.(event);
    },
  };
  try {
    print(await fixDiagnostics(request), options);
  } finally {
    progress?.end();
  }
}

/** A path of the root, as a person writes it from the current folder. */
async function pathInRoot(root: string, file: string): Promise<string> {
  const real = await realpath(resolve(file)).catch(() => {
    throw new RedraftError("file-error", `${file}: there is no such file.`);
  });
  const path = relative(root, real).split(sep).join("/");
  if (path === ".." || path.startsWith("../") || isAbsolute(path)) {
    throw new RedraftError("outside-root", `${file} is not in ${root}.`);
  }
  return path;
}

const jsonDiagnostics = z.array(
  z.looseObject({
    file: z.string().min(1),
    line: z.int().min(1),
    column: z.int().min(1).optional(),
    severity: z.enum(["error", "warning"]).default("error"),
    message: z.string().min(1),
    code: z.string().optional(),
  }),
);

async function readDiagnostics(from: string, root: string): Promise<readonly Diagnostic[]> {
  const text = await readEditText(from);
  const found = text.trimStart().startsWith("[{") ? diagnosticsFromJson(text, from) : undefined;
  const diagnostics = found ?? readPrinted([text], [process.cwd(), root]);
  if (diagnostics.length === 0 && text.trim() !== "") {
    throw new RedraftError(
      "usage",
      `--from ${from}: it has no message with a file of this folder and a line. Give the output of the tool as it is, or --root.`,
    );
  }
  return diagnostics;
}

function diagnosticsFromJson(text: string, from: string): readonly Diagnostic[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RedraftError("usage", `--from ${from}: it is not JSON.`, { cause });
  }
  const read = jsonDiagnostics.safeParse(value);
  if (!read.success) {
    throw new RedraftError("usage", `--from ${from}: ${z.prettifyError(read.error)}`);
  }
  return read.data.map(({ file, line, column, severity, message, code }) => ({
    file,
    line,
    severity,
    message,
    ...(column === undefined ? {} : { column }),
    ...(code === undefined ? {} : { code }),
  }));
}

/** ms before a person sees that something is going on. */
const quietFor = 2000;

/** A line that says what runs, on a terminal, where it takes a while. */
function showRuns(command: string): { onEvent(event: FixEvent): void; end(): void } {
  const line = liveLine((text) => process.stderr.write(text), {
    columns: process.stderr.columns ?? 80,
  });
  const started = performance.now();
  let runs = 0;
  let kept = 0;
  const draw = (): void => {
    const elapsed = performance.now() - started;
    if (elapsed < quietFor) return;
    const fixed = kept === 0 ? "" : `, ${kept} fixed so far`;
    line.show(`${Math.round(elapsed / 1000)} s: run ${runs} of ${command}${fixed}`);
  };
  const timer = process.stderr.isTTY ? setInterval(draw, 500) : undefined;
  timer?.unref();
  return {
    onEvent(event) {
      if (event.type === "tool-started") runs = event.run;
      if (event.type === "hunk-kept") kept += 1;
    },
    end() {
      clearInterval(timer);
      line.clear();
    },
  };
}

function print(
  { outcomes, applied, runs }: Awaited<ReturnType<typeof fixDiagnostics>>,
  options: FixOptions,
): void {
  const fixed = outcomes.filter(({ fix, resolved }) => fix !== undefined || resolved);
  const left = outcomes.filter((one) => !fixed.includes(one));
  if (left.length > 0) process.exitCode = 1;
  const { files = [], written = false, entry } = applied ?? {};
  if (options.json) {
    const answer = {
      fixed: fixed.map(shownOutcome),
      left: left.map(shownOutcome),
      files,
      written,
      runs,
      ...(entry === undefined ? {} : { entry }),
      error: null,
    };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  if (options.dryRun) printDiff(files.map(({ diff }) => diff).join(""), options);
  const lines = [
    ...fixed.map(fixedLine),
    ...left.flatMap(leftLines),
    summaryLine(fixed.length, left.length, files.length, options),
    ...(entry === undefined ? [] : [`redraft undo --id ${entry}`]),
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
}

function fixedLine({ path, diagnostic, fix }: FixOutcome): string {
  const how = fix ? `${fix.title} (${fix.why})` : "resolved by another fix";
  return `${path}:${diagnostic.line}: ${how}`;
}

/** Alternatives that are shown; `--json` has all. */
const mostShownFixes = 3;

function leftLines({ path, diagnostic, why, others }: FixOutcome): string[] {
  return [
    `${path}:${diagnostic.line}: ${diagnostic.message}: left: ${why}`,
    ...others.slice(0, mostShownFixes).map(({ title, why: reason, confidence, refused }) => {
      const end = refused === undefined ? `${Math.round(100 * confidence)} %` : refused;
      return `  ${title}: ${reason} (${end})`;
    }),
  ];
}

function summaryLine(
  fixed: number,
  left: number,
  files: number,
  { dryRun, run }: FixOptions,
): string {
  const messages = (count: number): string => `${count} ${count === 1 ? "message" : "messages"}`;
  const inFiles = files === 0 ? "" : ` in ${files} ${files === 1 ? "file" : "files"}`;
  const how = dryRun ? " (dry run)" : "";
  const unrun =
    dryRun && run !== undefined ? " The command confirms fixes only without --dry-run." : "";
  if (fixed + left === 0) return "no messages: nothing to fix";
  const rest = left === 0 ? "" : `, ${left} left`;
  return `${messages(fixed)} fixed${inFiles}${rest}${how}.${unrun}`;
}

function shownOutcome({ path, diagnostic, fix, resolved, why, others }: FixOutcome): object {
  const { line, column, severity, message, code } = diagnostic;
  return {
    path,
    line,
    ...(column === undefined ? {} : { column }),
    severity,
    message,
    ...(code === undefined ? {} : { code }),
    ...(fix ? { fix: shownFix(fix) } : resolved ? { resolved } : { why }),
    others: others.map((one) => ({
      ...shownFix(one),
      ...(one.refused === undefined ? {} : { refused: one.refused }),
    })),
  };
}

const shownFix = ({ rule, title, why, confidence }: NonNullable<FixOutcome["fix"]>): object => ({
  rule,
  title,
  why,
  confidence,
});

const help = `
The errors come from --run, from --from, or from both. Each is fixed by rules, without a model: missing and unused imports, misspelt names and
members, unused variables, missing await, return, self and null checks, wrong arguments, conversions, missing signs.

With --run, fixes are written, the command runs, and they are taken back: all at once first, then in halves, so that a bad one is
found, taken back and replaced by its next candidate. What the command confirms is written in the end as one change. Without --run,
only fixes are made that leave no choice (--likely makes more), and the others are listed.

The command comes from this command line only. It runs in the folder, and must not change files.

Examples:
  redraft fix --run "npx tsc --noEmit"
  redraft fix src/app.py --run "python3 -m pyflakes src"
  npx tsc --noEmit --pretty false | redraft fix --from - --dry-run

Exit codes: 0 everything is fixed, or nothing is wrong; 1 some messages are left (what is fixed is written) or the command failed;
            2 wrong usage; 3 a file changed in the meantime.`;
