import { Command, Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { SignaturePlan } from "../orchestrate/signature/signature.ts";
import { answerErrors } from "./answer-errors.ts";
import { editFolder, printFolderEdit } from "./folder-edit.ts";
import { type FolderEditOptions, withFolderEditOptions } from "./folder-options.ts";
import { rootFolder } from "./patch.ts";
import { listPlaces } from "./places.ts";
import { placeIn } from "./rename.ts";

interface SignatureOptions extends FolderEditOptions {
  readonly at?: string;
  readonly value: Readonly<Record<string, string>>;
  readonly unsure: "refuse" | "include" | "leave";
  readonly check?: string;
}

/** `redraft signature`: other parameters for a function, and other arguments for its calls. */
export function signatureCommand(): Command {
  const command = new Command("signature")
    .description(
      "Gives a function other parameters and adapts its calls in all files of a folder: JavaScript, TypeScript, Python, Go.",
    )
    .argument("<function>", "its name; a method also as Type.method")
    .argument("<parameters>", 'the whole new list, without the receiver: "(text, zone)"')
    .option("--at <file:line>", "a place of the function, where several have the name")
    .option(
      "--value <name=expression>",
      "what calls pass for a parameter that they do not pass yet; may be repeated",
      addValue,
      {},
    )
    .addOption(
      new Option("--unsure <what>", "places and calls that cannot be adapted for certain")
        .choices(["refuse", "include", "leave"])
        .default("refuse"),
    );
  return withFolderEditOptions(command)
    .addHelpText("after", help)
    .action((from: string, parameters: string, options: SignatureOptions) =>
      answerErrors(options.json, { written: false, files: [] }, () =>
        changeSignature(from, parameters, options),
      ),
    );
}

function addValue(
  written: string,
  known: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [, name, value] = /^([\p{L}_$][\p{L}\p{N}_$]*)=(.+)$/su.exec(written) ?? [];
  if (name === undefined || value === undefined)
    throw new RedraftError("usage", `--value ${written}: write name=expression.`);
  return { ...known, [name]: value };
}

async function changeSignature(
  from: string,
  parameters: string,
  options: SignatureOptions,
): Promise<void> {
  const { value: values, unsure } = options;
  const root = await rootFolder(options.root);
  const at = options.at === undefined ? undefined : await placeIn(root, options.at);
  const done = await editFolder(
    {
      command: "signature",
      root,
      request: { signature: { from, parameters, values, unsure, at } },
      instruction: `${from}(${parameters})`,
      waiting: `looking for ${from}`,
    },
    options,
  );
  const plan = done.chosen.details as Omit<SignaturePlan, "files">;
  printFolderEdit(done, options, plan, () => {
    listPlaces(
      "left as they are",
      plan.unsure.filter(({ changed }) => !changed),
    );
    listPlaces(
      "changed, and not certain",
      plan.unsure.filter(({ changed }) => changed),
    );
  });
}

const help = `
Parameters are matched by their names: those that stay keep their arguments, in any order; new ones get a default in the list, or a
--value; those that are missing are dropped. Imports, other names of the function and methods that override it are followed. A call
that cannot be adapted for certain refuses the change with a list: spread arguments, a function that is used as a value, an argument
with an effect that would be dropped or move past another one.

Examples:
  redraft signature parseDate "text, zone" --value 'zone="UTC"' --dry-run
  redraft signature Store.get "key, { strict } = {}" --check "npx tsc --noEmit"
  redraft signature load_rows "path, *, limit=None" --at app.py:40

Exit codes: 0 done, 1 refused (nothing written), 2 wrong usage, 3 a file changed in the meantime.`;
