import { Command, Option } from "commander";
import type { ApplyFormatName } from "../cascade/apply-formats.ts";
import { applyAgain } from "../core/apply-again.ts";
import { formatNames } from "../core/edit.ts";
import { exitCodeOf, RedraftError } from "../core/errors.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import { createRedraft } from "../engine.ts";
import { type Updated, updateFile } from "../workspace/update.ts";
import { baseText } from "./base.ts";
import { readEditText } from "./input.ts";
import { modelRoute } from "./model.ts";
import { requireOneFile, withPatchCommand } from "./one-file.ts";
import { errorJson, resultJson } from "./output.ts";
import { promptFormatOption } from "./prompt-format.ts";
import { uninterrupted } from "./signals.ts";
import { summary } from "./summary.ts";

interface ApplyOptions {
  readonly edit?: string;
  readonly format: "auto" | (typeof formatNames)[number];
  readonly instruction?: string;
  readonly base?: string;
  readonly cell?: string;
  readonly model: string;
  readonly promptFormat?: ApplyFormatName;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `redraft apply <file>`: one edit, one file, written atomically or not at all. */
export function applyCommand(): Command {
  return new Command("apply")
    .description(
      "Applies an edit to a file and writes it atomically, or refuses and says why. " +
        "The edit may be a sketch with markers, search/replace blocks, a diff, a patch or the whole file.",
    )
    .argument("<file>", "the file to edit")
    .option("--edit <path>", "where the edit is; - or nothing = standard input")
    .addOption(
      new Option("--format <name>", "the format of the edit")
        .choices(["auto", ...formatNames])
        .default("auto"),
    )
    .option("--instruction <text>", "what the edit is for, in words; only a model needs it")
    .option(
      "--base <file or git revision>",
      "what the edit was written for, where the file has changed since: it is carried over, or refused",
    )
    .option("--cell <id or number>", "the cell of a notebook that the edit was written for")
    .option("--model <name>", "default, none, a path to a .gguf file, or a URL", "default")
    .addOption(promptFormatOption())
    .option("--dry-run", "print the unified diff and write nothing")
    .option("--json", "print the whole result as JSON: text, route, checks, proof, patch")
    .addHelpText("after", examples)
    .action(async (file: string, options: ApplyOptions) => {
      try {
        await apply(file, options);
      } catch (error) {
        if (!options.json || !RedraftError.is(error)) throw error;
        process.stdout.write(`${JSON.stringify(errorJson(file, error))}\n`);
        process.exitCode = exitCodeOf(error.code);
      }
    });
}

async function apply(file: string, options: ApplyOptions): Promise<void> {
  const model = await modelRoute(options.model, options);
  const edit = await readEditText(options.edit, { keepMark: options.format === "whole" });
  const redraft = createRedraft(model ? { model } : {});
  try {
    const { format, instruction, cell } = options;
    const said: Pick<EditRequest, "instruction" | "cell" | "base"> = {
      ...(instruction === undefined ? {} : { instruction }),
      ...(cell === undefined ? {} : { cell }),
      ...(options.base === undefined ? {} : { base: await baseText(options.base, file) }),
    };
    const updated = await updateFile(
      file,
      async ({ text, exists, bom }, first) => {
        // The file keeps the mark that it has; the text's own would be a second one.
        const written = bom ? edit.replace(/^\uFEFF/, "") : edit;
        const request = { path: file, source: text, edit: written, format, ...said };
        const made =
          first && said.base === undefined
            ? applyAgain(redraft, request, first.text)
            : redraft.apply(request);
        const result = await made.catch((error: unknown) => {
          throw withPatchCommand(error);
        });
        await requireOneFile(file, result);
        return exists || format !== "auto" ? result : onlyIfMeant(result);
      },
      // Placing is synchronous: until the file is written a signal ends the process as it is.
      { uninterrupted, dryRun: options.dryRun ?? false },
    );
    await print(file, updated, options);
  } finally {
    await redraft.dispose();
  }
}

/** Any text could be a whole new file; a mistyped path must not make one. */
function onlyIfMeant(result: EditResult): EditResult {
  return result.format.name === "whole" ? { ...result, action: "update" } : result;
}

async function print(
  file: string,
  updated: Updated<EditResult>,
  options: ApplyOptions,
): Promise<void> {
  const needsPatch = options.json || options.dryRun;
  const patch = needsPatch ? await patchOf(file, updated) : "";
  if (options.json) {
    process.stdout.write(`${JSON.stringify(resultJson(updated, patch))}\n`);
    return;
  }
  process.stdout.write(patch);
  process.stderr.write(`${summary(file, updated, options.dryRun ?? false)}\n`);
}

async function patchOf(file: string, { before, result }: Updated<EditResult>): Promise<string> {
  const { unifiedDiff } = await import("../workspace/diff.ts");
  return unifiedDiff(
    before.exists ? { path: file, text: before.text } : null,
    result.text === null ? null : { path: result.movedTo ?? file, text: result.text },
    result.proof,
  );
}

const examples = `
Examples:
  redraft apply src/app.ts --edit sketch.txt
  git diff other -- src/app.ts | redraft apply src/app.ts --format unified-diff
  redraft apply src/app.ts --edit sketch.txt --dry-run
  redraft apply src/app.ts --edit sketch.txt --base HEAD    written for the last commit, carried over to the file as it is
  redraft apply plot.ipynb --edit cell.txt --cell 3
  redraft apply new.ts --edit text.ts --format whole        creates the file

Exit codes: 0 done, 1 refused (nothing written), 2 wrong usage,
            3 the file is missing, unreadable, not text, or changed meanwhile, 4 the engine failed.`;
