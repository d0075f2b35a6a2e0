import { Command, InvalidArgumentError } from "commander";
import { exitCodeOf, RedraftError } from "../core/errors.ts";
import type { ExampleFile } from "../orchestrate/like-places/example.ts";
import type { RepeatPlan } from "../orchestrate/like-places/repeat.ts";
import { answerErrors } from "./answer-errors.ts";
import { editFolder, printFolderEdit } from "./folder-edit.ts";
import { type FolderEditOptions, withFolderEditOptions } from "./folder-options.ts";
import { readEditText } from "./input.ts";
import { lastEditOf } from "./last-edit.ts";
import { rootFolder } from "./patch.ts";
import { listPlaces } from "./places.ts";

interface RepeatOptions extends FolderEditOptions {
  readonly from?: string;
  readonly last?: boolean;
  readonly only?: readonly number[];
  readonly all?: boolean;
  readonly check?: string;
}

/** `redraft repeat`: an edit that was made, at all places like it. */
export function repeatCommand(): Command {
  const command = new Command("repeat")
    .description("Makes an edit that was made once at all places of a folder that are like it.")
    .option(
      "--from <patch>",
      "the edit as a unified diff that is applied already; - is standard input",
    )
    .option("--last", "the newest edit of the log that is in place (the default)")
    .option("--only <numbers>", "only these places, by their numbers: 1,3", placeNumbers)
    .option(
      "--all",
      "all that are not unsure; without --only and --all they are listed, and nothing is written",
    );
  return withFolderEditOptions(command)
    .addHelpText("after", help)
    .action((options: RepeatOptions) =>
      answerErrors(options.json, { written: false, files: [] }, () => repeat(options)),
    );
}

async function repeat(options: RepeatOptions): Promise<void> {
  const { from, only } = options;
  if (options.all && only !== undefined) {
    throw new RedraftError("usage", "--all and --only both name the places: give one of them.");
  }
  const isListing = !options.all && only === undefined;
  const dryRun = options.dryRun === true || isListing;
  if (from !== undefined && options.last) {
    throw new RedraftError("usage", "--from and --last both name the edit: give one of them.");
  }
  const root = await rootFolder(options.root);
  const edit = from === undefined ? await loggedEdit(root) : await readEditText(from);
  const shown = { ...options, dryRun };
  const done = await editFolder(
    {
      command: "repeat",
      root,
      request: { repeat: { edit, only, all: only === undefined } },
      instruction: "the edit at like places",
      waiting: "looking for places like the edit's",
    },
    shown,
  );
  const plan = done.chosen.details as Omit<RepeatPlan, "files">;
  printFolderEdit(done, shown, plan, () => listLikePlaces(plan, dryRun));
  if (!isListing || options.dryRun) return;
  process.stderr.write("Nothing was written. Choose: --all, or --only with the numbers.\n");
  process.exitCode = exitCodeOf("ambiguous");
}

async function loggedEdit(root: string): Promise<ExampleFile[]> {
  const edit = await lastEditOf(root);
  if (edit.length > 0) return edit;
  throw new RedraftError(
    "no-match",
    "the log has no edit of this folder to repeat. Give one with --from <patch>. Nothing was written.",
  );
}

function listLikePlaces(plan: Omit<RepeatPlan, "files">, dryRun: boolean): void {
  for (const { old, new: now } of plan.rules) process.stderr.write(`  ${old}  ->  ${now}\n`);
  if (dryRun) {
    for (const { number, path, line, text, becomes, unsure } of plan.places) {
      const shown = unsure === undefined ? text : `${text}  ->  ${becomes}  (unsure: ${unsure})`;
      process.stderr.write(`  ${number}. ${path}:${line}: ${shown}\n`);
    }
  }
  const partial = plan.partial.map((one) => ({ ...one, text: `${one.text}  (${one.why})` }));
  listPlaces("like it in part, and left", partial);
}

function placeNumbers(text: string): number[] {
  const list = text.split(",").map((one) => Number(one.trim()));
  if (list.some((one) => !Number.isInteger(one) || one < 1)) {
    throw new InvalidArgumentError("write numbers from 1, with commas between: 1,3");
  }
  return list;
}

const help = `
The edit becomes a pattern: values that stay are left open, names of functions, types and members are kept. A place counts if it
has the old form exactly, if the result is read as the new form, and if its names mean what they mean in the edit. Places that only
have the same words, in code, comments and strings of any file of the kind, are unsure: only --only takes them. All other places that
look like it are listed and left.

Examples:
  redraft repeat
  redraft repeat --only 1,3
  git diff src/a.ts | redraft repeat --from - --all --check "npx tsc --noEmit"

Exit codes: 0 done, 1 refused (nothing written), 2 wrong usage, 3 a file changed in the meantime.`;
