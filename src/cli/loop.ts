import { Command, Option } from "commander";
import { exitCodeOf, RedraftError } from "../core/errors.ts";
import { type LoopForm, loopForms } from "../orchestrate/loops/request.ts";
import { createOrchestrator } from "../redraft/orchestrator.ts";
import { checkedWrite, checkOption } from "./check-command.ts";
import { cliJournal, noJournalHelp } from "./journal.ts";
import { rootFolder } from "./patch.ts";
import { placeIn } from "./rename.ts";

interface LoopOptions {
  readonly to?: LoopForm;
  readonly root: string;
  readonly dryRun?: boolean;
  readonly check?: string;
  readonly journal: boolean;
  readonly json?: boolean;
}

/** `redraft loop`: a loop gets another form that does the same. */
export function loopCommand(): Command {
  return new Command("loop")
    .description(
      "Gives a loop another form that does exactly the same, or refuses: JavaScript, TypeScript, Python.",
    )
    .argument("<file:line>", "a line of the loop, or of the comprehension, map or filter")
    .addOption(
      new Option("--to <form>", "the form; without it, the only one that is possible").choices(
        loopForms,
      ),
    )
    .option("--root <folder>", "the folder; nothing outside is read or changed", ".")
    .option("--dry-run", "print the unified diff and write nothing")
    .addOption(checkOption())
    .option("--no-journal", noJournalHelp)
    .option("--json", "print the whole result as JSON")
    .addHelpText("after", help)
    .action(async (place: string, options: LoopOptions) => {
      try {
        await loop(place, options);
      } catch (error) {
        if (!options.json || !RedraftError.is(error)) throw error;
        const { code, message, retryable, details } = error;
        const json = { written: false, files: [], error: { code, message, retryable, details } };
        process.stdout.write(`${JSON.stringify(json)}\n`);
        process.exitCode = exitCodeOf(error.code);
      }
    });
}

async function loop(place: string, options: LoopOptions): Promise<void> {
  const { check, dryRun = false, json, to } = options;
  const root = await rootFolder(options.root);
  const { path, line } = await placeIn(root, place, "");
  const run = createOrchestrator({ root }).run(
    { loop: { path, line, to } },
    {
      dryRun,
      journal: cliJournal(root, options.journal),
      note: { kind: "edit", by: "redraft loop" },
      ...checkedWrite(check, root),
    },
  );
  const { chosen, applied } = await run.catch((error: unknown) => {
    throw severalForms(error, place);
  });
  const { files, written, entry } = applied;
  if (json) {
    const { form, line: at } = chosen.details as { form: LoopForm; line: number };
    const { title, why, notes } = chosen;
    const more = entry ? { entry } : {};
    const answer = { form, line: at, title, why, notes, files, written, ...more, error: null };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  if (dryRun) process.stdout.write(files.map(({ diff }) => diff).join(""));
  process.stderr.write(`${chosen.title}${dryRun ? " (dry run)" : ""}\n`);
  for (const note of chosen.notes) process.stderr.write(`${note}\n`);
  if (entry !== undefined) process.stderr.write(`redraft undo --id ${entry}\n`);
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
