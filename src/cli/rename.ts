import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { Command, Option } from "commander";
import { exitCodeOf, RedraftError } from "../core/errors.ts";
import type { RenamePlan, RenameRequest } from "../orchestrate/rename/rename.ts";
import { createOrchestrator, type Orchestrated } from "../redraft/orchestrator.ts";
import { checkedWrite, checkOption } from "./check-command.ts";
import { cliJournal, noJournalHelp } from "./journal.ts";
import { rootFolder } from "./patch.ts";
import { listPlaces } from "./places.ts";

interface RenameOptions {
  readonly root: string;
  readonly at?: string;
  readonly unsure: "refuse" | "include" | "leave";
  readonly mentions?: boolean;
  readonly dryRun?: boolean;
  readonly check?: string;
  readonly journal: boolean;
  readonly json?: boolean;
}

/** `redraft rename`: one symbol in all files of a folder. */
export function renameCommand(): Command {
  return new Command("rename")
    .description(
      "Renames a variable, function, type, member or parameter in all files of a folder: JavaScript, TypeScript, Python, Go.",
    )
    .argument("<old>", "the name; a member also as Type.member")
    .argument("<new>", "the new name")
    .option("--root <folder>", "the folder; nothing outside is read or changed", ".")
    .option(
      "--at <file:line>",
      "a place of the symbol, where several have the name; also file:line:column",
    )
    .addOption(
      new Option("--unsure <what>", "places that may mean the symbol, or may not")
        .choices(["refuse", "include", "leave"])
        .default("refuse"),
    )
    .option("--mentions", "replace the name in comments and strings, too")
    .option("--dry-run", "print the unified diff and write nothing")
    .addOption(checkOption())
    .option("--no-journal", noJournalHelp)
    .option("--json", "print the whole result as JSON")
    .addHelpText("after", help)
    .action(async (from: string, to: string, options: RenameOptions) => {
      try {
        await rename(from, to, options);
      } catch (error) {
        if (!options.json || !RedraftError.is(error)) throw error;
        const { code, message, retryable, details } = error;
        const json = { written: false, files: [], error: { code, message, retryable, details } };
        process.stdout.write(`${JSON.stringify(json)}\n`);
        process.exitCode = exitCodeOf(error.code);
      }
    });
}

async function rename(from: string, to: string, options: RenameOptions): Promise<void> {
  const { check, dryRun = false } = options;
  const root = await rootFolder(options.root);
  const request: RenameRequest = {
    from,
    to,
    unsure: options.unsure,
    mentions: options.mentions === true,
    at: options.at === undefined ? undefined : await placeIn(root, options.at),
  };
  const done = await createOrchestrator({ root }).run(
    { rename: request },
    {
      dryRun,
      journal: cliJournal(root, options.journal),
      note: { kind: "edit", by: "redraft rename" },
      ...checkedWrite(check, root),
    },
  );
  print(done, options);
}

/** `file:line` or `file:line:column`, as a path of the root. `option`: what messages call it. */
export async function placeIn(
  root: string,
  at: string,
  option = "--at ",
): Promise<NonNullable<RenameRequest["at"]>> {
  const found = /^(?<file>.+?):(?<line>\d{1,9})(?::(?<column>\d{1,9}))?$/.exec(at)?.groups;
  if (!found)
    throw new RedraftError("usage", `${option}${at}: write file:line, with lines from 1.`);
  const file = resolve(found.file!);
  const real = await realpath(file).catch(() => resolve(root, found.file!));
  const path = relative(root, real).split(sep).join("/");
  if (path.startsWith("../") || isAbsolute(path)) {
    throw new RedraftError("outside-root", `${option}${at}: the file is not in ${root}.`);
  }
  const column = found.column === undefined ? {} : { column: Number(found.column) };
  return { path, line: Number(found.line), ...column };
}

function print({ chosen, applied }: Orchestrated, options: RenameOptions): void {
  const { files, written, entry } = applied;
  const plan = chosen.details as Omit<RenamePlan, "files">;
  if (options.json) {
    const answer = { ...plan, files, written, ...(entry ? { entry } : {}), error: null };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  if (options.dryRun) process.stdout.write(files.map(({ diff }) => diff).join(""));
  process.stderr.write(`${chosen.title}${options.dryRun ? " (dry run)" : ""}\n`);
  const left = plan.unsure.filter(({ renamed }) => !renamed);
  const mentions = plan.mentions.filter(({ renamed }) => !renamed);
  listPlaces("left, and may mean it", left);
  listPlaces("in comments and strings (--mentions replaces them)", mentions);
  for (const note of chosen.notes) process.stderr.write(`${note}\n`);
  if (entry !== undefined) process.stderr.write(`redraft undo --id ${entry}\n`);
}

const help = `
Scopes, imports and re-exports are followed, so that only places that mean the symbol are renamed. The new texts are read again, and a name
that would mean something else then refuses the rename. Files that git ignores are not read.

A member of a value whose type the files do not say is unsure: the rename is refused with a list of such places, until
--unsure include or --unsure leave decides.

Examples:
  redraft rename parseDate readDate --dry-run
  redraft rename options settings --at src/app.ts:12
  redraft rename Store.get read --unsure include --check "npx tsc --noEmit"

Exit codes: 0 done, 1 refused (nothing written), 2 wrong usage, 3 a file changed in the meantime.`;
