import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { Command } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { ExtractPlan, ExtractRequest } from "../orchestrate/extract/plan.ts";
import { answerErrors } from "./answer-errors.ts";
import { editFolder, printFolderEdit } from "./folder-edit.ts";
import { type FolderEditOptions, withFolderEditOptions } from "./folder-options.ts";
import { rootFolder } from "./patch.ts";

interface ExtractOptions extends FolderEditOptions {
  readonly check?: string;
}

/** `redraft extract`: lines of a function become a function. */
export function extractCommand(): Command {
  const command = new Command("extract")
    .description(
      "Makes a function of whole statements of a function and calls it in their place: JavaScript, TypeScript, Python, Go.",
    )
    .argument("<file:from-to>", "the file, and the first and the last line")
    .argument("[name]", "the name of the new function; without it, one made of what it returns");
  return withFolderEditOptions(command)
    .addHelpText("after", help)
    .action((lines: string, name: string | undefined, options: ExtractOptions) =>
      answerErrors(options.json, { written: false, files: [] }, () =>
        extract(lines, name, options),
      ),
    );
}

async function extract(
  lines: string,
  name: string | undefined,
  options: ExtractOptions,
): Promise<void> {
  const root = await rootFolder(options.root);
  const selected = await selectedLines(root, lines);
  const done = await editFolder(
    {
      command: "extract",
      root,
      request: { extract: { ...selected, name } },
      instruction: name === undefined ? lines : `${lines} as ${name}`,
      waiting: `reading ${lines}`,
    },
    options,
  );
  const { notes } = done.chosen;
  const plan = done.chosen.details as Omit<ExtractPlan, "before" | "after" | "notes">;
  printFolderEdit(done, options, { ...plan, notes });
}

/** `file:from-to` or `file:line`, with the path as one of the root. */
async function selectedLines(root: string, lines: string): Promise<Omit<ExtractRequest, "name">> {
  const found = /^(?<file>.+?):(?<from>\d{1,9})(?:-(?<to>\d{1,9}))?$/.exec(lines)?.groups;
  if (!found) throw new RedraftError("usage", `${lines}: write file:from-to, with lines from 1.`);
  const real = await realpath(resolve(found.file!)).catch(() => resolve(root, found.file!));
  const path = relative(root, real).split(sep).join("/");
  if (path.startsWith("../") || isAbsolute(path)) {
    throw new RedraftError("outside-root", `${lines}: the file is not in ${root}.`);
  }
  return { path, from: Number(found.from), to: Number(found.to ?? found.from) };
}

const help = `
Variables that the statements use become parameters; those that they set and that are used after them are returned. What would
change is refused with the place: a return on one way only, a break that leaves, a variable that a closure shares and changes,
one that may have no value; in Go a variable whose type is not known, a defer, an address.

Examples:
  redraft extract src/app.ts:120-134 readSettings --dry-run
  redraft extract app.py:40-52 load_rows --check "pytest -q"
  redraft extract tree.go:210-224 longestPrefix --check "go vet ./..."

Exit codes: 0 done, 1 refused (nothing written), 2 wrong usage, 3 the file changed in the meantime.`;
