import { Command } from "commander";
import { RedraftError } from "../core/errors.ts";
import { carryOver } from "../merge/rebase/carry.ts";
import { learnUndone } from "../redraft/learn-undone.ts";
import { confinedTo } from "../workspace/confined.ts";
import { shownIn } from "../workspace/journal/state-home.ts";
import { type UndoAnswer, type UndoRequest, undo } from "../workspace/journal/undo.ts";
import { answerErrors } from "./answer-errors.ts";
import { type DiffOutputOptions, printDiff, withColorOption } from "./diff-output.ts";
import { cliJournal } from "./journal.ts";
import { cliLearning } from "./learn.ts";
import { rootFolder } from "./patch.ts";
import { uninterrupted } from "./signals.ts";

interface UndoCommandOptions extends DiffOutputOptions {
  readonly last?: number;
  readonly id?: readonly string[];
  readonly hunk?: readonly number[];
  readonly root: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `redraft undo`: undoes edits of the log exactly, or says what prevents it. */
export function undoCommand(): Command {
  return withOptions(
    new Command("undo").description(
      "Undoes the last edit, or the edits with these ids, and keeps what was changed since; an overlap is refused and shown.",
    ),
  )
    .option(
      "--hunk <numbers>",
      "only these hunks of the edit, numbered as in redraft log --id",
      numbers,
    )
    .addHelpText("after", help)
    .action((options: UndoCommandOptions) => runUndo(options, false));
}

/** `redraft redo`: takes an undo back. */
export function redoCommand(): Command {
  return withOptions(
    new Command("redo").description(
      "Applies again what the last undo took back, or what --id names: an edit that is undone, or the undo.",
    ),
  ).action((options: UndoCommandOptions) => runUndo(options, true));
}

function withOptions(command: Command): Command {
  const collect = (value: string, all: readonly string[] = []): readonly string[] => [
    ...all,
    ...value.split(","),
  ];
  return withColorOption(command)
    .option("--last <number>", "how many, newest first (default: 1)", positiveNumber)
    .option("--id <id>", "id of an edit; repeat for more", collect)
    .option("--root <folder>", "only edits inside this folder", ".")
    .option("--dry-run", "print the unified diff and write nothing")
    .option("--json", "print the result as JSON");
}

function positiveNumber(value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new RedraftError("usage", `--last ${value}: give a number from 1.`);
}

function numbers(value: string, all: readonly number[] = []): readonly number[] {
  const more = value.split(",").map(Number);
  if (more.every((one) => Number.isSafeInteger(one) && one > 0)) return [...all, ...more];
  throw new RedraftError("usage", `--hunk ${value}: hunks are numbered from 1, as in 1,3.`);
}

function runUndo(options: UndoCommandOptions, redo: boolean): Promise<void> {
  return answerErrors(options.json, { files: [], written: false }, async () => {
    const { last, id, hunk, dryRun } = options;
    if (last !== undefined && id !== undefined) {
      throw new RedraftError("usage", "--last and --id exclude each other: leave one out.");
    }
    const folder = await rootFolder(options.root);
    const request: UndoRequest = {
      redo,
      by: `redraft ${redo ? "redo" : "undo"}`,
      ...(last === undefined ? {} : { last }),
      ...(id === undefined ? {} : { ids: id }),
      ...(hunk === undefined ? {} : { hunks: hunk }),
      ...(dryRun === undefined ? {} : { dryRun }),
    };
    const journal = cliJournal(folder);
    const answer = await undo(request, {
      journal,
      fs: confinedTo([folder]),
      carry: carryOver,
      show: (path) => shownIn([folder], path),
      uninterrupted,
    });
    if (hunk === undefined) await learnUndone(cliLearning(folder), answer, journal);
    print(answer, options);
  });
}

function print(answer: UndoAnswer, options: UndoCommandOptions): void {
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ...answer, error: null })}\n`);
    return;
  }
  if (options.dryRun) printDiff(answer.files.map(({ diff }) => diff).join(""), options);
  for (const { path, movedTo, action } of answer.files) {
    process.stderr.write(`${movedTo === undefined ? path : `${path} -> ${movedTo}`}: ${action}\n`);
  }
  const what = `${answer.kind} of ${answer.of.join(", ")}`;
  const end =
    answer.files.length === 0
      ? "nothing to change: the files already have this text"
      : answer.written
        ? `done${answer.id === undefined ? "" : ` (${answer.id})`}`
        : "not written (dry run)";
  process.stderr.write(`${what}: ${end}\n`);
}

const help = `
An undo changes what the edit changed, and nothing else: newer edits and manual changes are kept. Where they overlap the
edit, the undo is refused and names the lines and the newer edit.

Examples:
  redraft undo                    the last edit here
  redraft undo --last 3           the last three, all or none
  redraft undo --id mx2338mt --hunk 2
  redraft redo

Exit codes: 0 done, 1 there is no such edit, 2 wrong usage, 3 another change is in the way, 4 internal error.`;
