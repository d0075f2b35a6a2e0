import { Command, Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import { type LoopForm, loopForms } from "../orchestrate/loops/request.ts";
import { answerErrors } from "./answer-errors.ts";
import { editFolder, printFolderEdit } from "./folder-edit.ts";
import { type FolderEditOptions, withFolderEditOptions } from "./folder-options.ts";
import { rootFolder } from "./patch.ts";
import { placeIn } from "./rename.ts";

interface LoopOptions extends FolderEditOptions {
  readonly to?: LoopForm;
  readonly check?: string;
}

/** `redraft loop`: a loop gets another form that does the same. */
export function loopCommand(): Command {
  const command = new Command("loop")
    .description(
      "Gives a loop another form that does exactly the same, or refuses: JavaScript, TypeScript, Python.",
    )
    .argument("<file:line>", "a line of the loop, or of the comprehension, map or filter")
    .addOption(
      new Option("--to <form>", "the form; without it, the only one that is possible").choices(
        loopForms,
      ),
    );
  return withFolderEditOptions(command)
    .addHelpText("after", help)
    .action((place: string, options: LoopOptions) =>
      answerErrors(options.json, { written: false, files: [] }, () => loop(place, options)),
    );
}

async function loop(place: string, options: LoopOptions): Promise<void> {
  const { to } = options;
  const root = await rootFolder(options.root);
  const { path, line } = await placeIn(root, place, "");
  const edit = {
    command: "loop",
    root,
    request: { loop: { path, line, to } },
    instruction: `${place}${to === undefined ? "" : ` to ${to}`}`,
    waiting: `reading ${place}`,
  };
  const done = await editFolder(edit, options).catch((error: unknown) => {
    throw severalForms(error, place);
  });
  const { title, why, notes, details } = done.chosen;
  const { form, line: at } = details as { form: LoopForm; line: number };
  printFolderEdit(done, options, { form, line: at, title, why, notes });
}

/** Several forms are possible: the message says how to name one. */
function severalForms(error: unknown, place: string): unknown {
  if (!RedraftError.is(error) || error.code !== "ambiguous") return error;
  const { candidates = [] } = error.details as { candidates?: readonly { title: string }[] };
  const forms = candidates.map(({ title }) => `  ${title}`).join("\n");
  return new RedraftError(
    "ambiguous",
    `${place}: several forms do the same. Name one with --to:\n${forms}\nNothing was written.`,
    { details: error.details },
  );
}

const help = `
Forms of Python: comprehension (list, set, dict), any, all, sum (whole numbers), loop (back from a comprehension).
Forms of JavaScript and TypeScript: map, filter, filter-map, flat-map, for-of, index, loop (back from map or filter).
Forms of both: hoist (what has one value in all rounds is evaluated before), set (a search in a list becomes one in a set).

Where several forms are possible, none is chosen: they are listed, and --to names one. An index is made only with --to.

Examples:
  redraft loop src/app.ts:120 --dry-run
  redraft loop app.py:40 --to comprehension --check "pytest -q"

Exit codes: 0 done, 1 refused (nothing written), 2 wrong usage, 3 the file changed in the meantime.`;
