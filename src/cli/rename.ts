import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { Command, Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { RenamePlan, RenameRequest } from "../orchestrate/rename/rename.ts";
import { answerErrors } from "./answer-errors.ts";
import { editFolder, printFolderEdit } from "./folder-edit.ts";
import { type FolderEditOptions, withFolderEditOptions } from "./folder-options.ts";
import { rootFolder } from "./patch.ts";
import { listPlaces } from "./places.ts";

interface RenameOptions extends FolderEditOptions {
  readonly at?: string;
  readonly unsure: "refuse" | "include" | "leave";
  readonly mentions?: boolean;
  readonly check?: string;
}

/** `redraft rename`: one symbol in all files of a folder. */
export function renameCommand(): Command {
  const command = new Command("rename")
    .description(
      "Renames a variable, function, type, member or parameter in all files of a folder: JavaScript, TypeScript, Python, Go.",
    )
    .argument("<old>", "the name; a member also as Type.member")
    .argument("<new>", "the new name")
    .option(
      "--at <file:line>",
      "a place of the symbol, where several have the name; also file:line:column",
    )
    .addOption(
      new Option("--unsure <what>", "places that may mean the symbol, or may not")
        .choices(["refuse", "include", "leave"])
        .default("refuse"),
    )
    .option("--mentions", "replace the name in comments and strings, too");
  return withFolderEditOptions(command)
    .addHelpText("after", help)
    .action((from: string, to: string, options: RenameOptions) =>
      answerErrors(options.json, { written: false, files: [] }, () => rename(from, to, options)),
    );
}

async function rename(from: string, to: string, options: RenameOptions): Promise<void> {
  const root = await rootFolder(options.root);
  const request: RenameRequest = {
    from,
    to,
    unsure: options.unsure,
    mentions: options.mentions === true,
    at: options.at === undefined ? undefined : await placeIn(root, options.at),
  };
  const done = await editFolder(
    {
      command: "rename",
      root,
      request: { rename: request },
      instruction: `${from} to ${to}`,
      waiting: `looking for ${from}`,
    },
    options,
  );
  const plan = done.chosen.details as Omit<RenamePlan, "files">;
  printFolderEdit(done, options, plan, () => {
    const left = plan.unsure.filter(({ renamed }) => !renamed);
    const mentions = plan.mentions.filter(({ renamed }) => !renamed);
    listPlaces("left, and may mean it", left);
    listPlaces("in comments and strings (--mentions replaces them)", mentions);
  });
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
