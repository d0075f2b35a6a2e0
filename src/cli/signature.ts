import { Command, Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { SignaturePlan } from "../orchestrate/signature/signature.ts";
import { createOrchestrator, type Orchestrated } from "../redraft/orchestrator.ts";
import { answerErrors } from "./answer-errors.ts";
import { checkedWrite } from "./check-command.ts";
import { printDiff } from "./diff-output.ts";
import { eventListener } from "./event-option.ts";
import { type FolderEditOptions, withFolderEditOptions } from "./folder-options.ts";
import { cliJournal } from "./journal.ts";
import { cliLearning } from "./learn.ts";
import { rootFolder } from "./patch.ts";
import { listPlaces } from "./places.ts";
import { placeIn } from "./rename.ts";
import { whileWaiting } from "./waiting.ts";

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
  const { check, dryRun = false, value: values, unsure } = options;
  const root = await rootFolder(options.root);
  const at = options.at === undefined ? undefined : await placeIn(root, options.at);
  const done = await whileWaiting(check === undefined ? `looking for ${from}` : undefined, () =>
    createOrchestrator({ root, learning: cliLearning(root) }).run(
      { signature: { from, parameters, values, unsure, at } },
      {
        dryRun,
        journal: cliJournal(root, options.journal),
        note: { kind: "edit", by: "redraft signature" },
        ...checkedWrite(check, root),
        ...eventListener(options.events, {
          command: "signature",
          instruction: `${from}(${parameters})`,
        }),
      },
    ),
  );
  printSignature(done, options);
}

function printSignature({ chosen, applied }: Orchestrated, options: SignatureOptions): void {
  const { files, written, entry } = applied;
  const plan = chosen.details as Omit<SignaturePlan, "files">;
  if (options.json) {
    const answer = { ...plan, files, written, ...(entry ? { entry } : {}), error: null };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  if (options.dryRun) printDiff(files.map(({ diff }) => diff).join(""), options);
  process.stderr.write(`${chosen.title}${options.dryRun ? " (dry run)" : ""}\n`);
  const left = plan.unsure.filter(({ changed }) => !changed);
  const changed = plan.unsure.filter((one) => one.changed);
  listPlaces("left as they are", left);
  listPlaces("changed, and not certain", changed);
  for (const note of chosen.notes) process.stderr.write(`${note}\n`);
  if (entry !== undefined) process.stderr.write(`redraft undo --id ${entry}\n`);
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
