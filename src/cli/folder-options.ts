import type { Command } from "commander";
import { checkOption } from "./check-command.ts";
import { type DiffOutputOptions, withColorOption } from "./diff-output.ts";
import { noJournalHelp } from "./journal.ts";

/** The options of commands that edit the files of a folder. */
export interface FolderEditOptions extends DiffOutputOptions {
  readonly root: string;
  readonly dryRun?: boolean;
  readonly journal: boolean;
  readonly json?: boolean;
}

/** Adds them, behind the command's own; `check` = with `--check`, too. */
export function withFolderEditOptions(
  command: Command,
  {
    check = true,
    rootHelp = "the folder; nothing outside is read or changed",
    jsonHelp = "print the whole result as JSON",
  }: { readonly check?: boolean; readonly rootHelp?: string; readonly jsonHelp?: string } = {},
): Command {
  command
    .option("--root <folder>", rootHelp, ".")
    .option("--dry-run", "print the unified diff and write nothing");
  if (check) command.addOption(checkOption());
  return withColorOption(command).option("--no-journal", noJournalHelp).option("--json", jsonHelp);
}
