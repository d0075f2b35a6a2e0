import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Command, Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { MovePlan } from "../orchestrate/move/plan-move.ts";
import { answerErrors } from "./answer-errors.ts";
import { editFolder, printFolderEdit } from "./folder-edit.ts";
import { type FolderEditOptions, withFolderEditOptions } from "./folder-options.ts";
import { rootFolder } from "./patch.ts";
import { listPlaces } from "./places.ts";

interface MoveOptions extends FolderEditOptions {
  readonly unsure: "refuse" | "include" | "leave";
  readonly check?: string;
}

/** `redraft move`: a file or a folder gets another path, and every import of it follows. */
export function moveCommand(): Command {
  const command = new Command("move")
    .description(
      "Moves a file or a folder, and rewrites the imports that lead to it: JavaScript, TypeScript, Python, Go.",
    )
    .argument("<old>", "the path of the file or the folder")
    .argument("<new>", "the new path")
    .addOption(
      new Option("--unsure <what>", "places that may mean a moved file and are no import")
        .choices(["refuse", "include", "leave"])
        .default("refuse"),
    );
  return withFolderEditOptions(command)
    .addHelpText("after", help)
    .action((from: string, to: string, options: MoveOptions) =>
      answerErrors(options.json, { written: false, files: [] }, () => move(from, to, options)),
    );
}

async function move(source: string, goal: string, options: MoveOptions): Promise<void> {
  const root = await rootFolder(options.root);
  const [from, to] = [await pathBelowRoot(root, source), await pathBelowRoot(root, goal)];
  const done = await editFolder(
    {
      command: "move",
      root,
      request: { move: { moves: [{ from, to }], unsure: options.unsure } },
      instruction: `${from} to ${to}`,
      waiting: `looking for imports of ${from}`,
    },
    options,
  );
  const plan = done.chosen.details as Omit<MovePlan, "files">;
  printFolderEdit(done, options, plan, () => {
    const left = plan.unsure.filter(({ changed }) => !changed);
    listPlaces("left, and may mean it", left);
  });
}

/** A path as the person writes it, or from the root, as one of the root; it need not be there. */
async function pathBelowRoot(root: string, path: string): Promise<string> {
  for (const known of [resolve(path), resolve(root, path)]) {
    const own = relative(root, await realPathOfNew(known))
      .split(sep)
      .join("/");
    if (own !== "" && own !== ".." && !own.startsWith("../") && !isAbsolute(own)) return own;
  }
  throw new RedraftError("outside-root", `${path} is not in ${root}.`);
}

/** Links on the way are followed, as far as there are folders. */
async function realPathOfNew(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined || dirname(path) === path) return real ?? path;
  return join(await realPathOfNew(dirname(path)), basename(path));
}

const help = `
Imports, re-exports, require, import() and the relative imports of the moved file are rewritten, in the form that they have: with an ending
or without, relative or by an alias. Each must lead to the same file afterwards, or nothing is written.

Strings with the path (mocks, URLs), maps of exports, configurations and imports that are computed are unsure: the move is refused with a list
of such places, until --unsure include or --unsure leave decides.

Examples:
  redraft move src/a.ts src/lib/a.ts --dry-run
  redraft move pkg/util pkg/internal/util --unsure leave --check "go build ./..."

Exit codes: 0 done, 1 refused (nothing written), 2 wrong usage, 3 a file changed in the meantime.`;
