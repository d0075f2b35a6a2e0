import { Command, Option } from "commander";
import { formatNames } from "../core/edit.ts";
import { exitCodeOf, RedraftError } from "../core/errors.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import type { ToolReport } from "../diagnostics/brought-errors.ts";
import type { EditedText } from "../diagnostics/follow-lines.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { settleRoute } from "../redraft/settle-route.ts";
import type { ApplyFormatName } from "../settle/model/apply-formats.ts";
import { applyAgain } from "../workspace/apply-again.ts";
import type { Receipt } from "../workspace/receipt/format.ts";
import { type Updated, updateFile } from "../workspace/update.ts";
import { baseText } from "./base.ts";
import { editedText, toolLines, watchTools, withToolOptions } from "./brought.ts";
import { readEditText } from "./input.ts";
import { cliJournal, folderOf, noJournalHelp } from "./journal.ts";
import { modelOption } from "./model-option.ts";
import { requireOneFile, withPatchCommand } from "./one-file.ts";
import { errorJson, resultJson } from "./output.ts";
import { promptFormatOption } from "./prompt-format.ts";
import { checkReceiptOption, receiptFor, writeReceipt } from "./receipt-output.ts";
import { uninterrupted } from "./signals.ts";
import { summary } from "./summary.ts";
import { warnings } from "./warnings.ts";

interface ApplyOptions {
  readonly edit?: string;
  readonly format: "auto" | (typeof formatNames)[number];
  readonly instruction?: string;
  readonly base?: string;
  readonly cell?: string;
  readonly symbol?: string;
  readonly model: string;
  readonly promptFormat?: ApplyFormatName;
  readonly receipt?: string;
  readonly diagnostics?: string;
  readonly lsp?: string;
  readonly dryRun?: boolean;
  readonly journal: boolean;
  readonly json?: boolean;
}

/** `redraft apply <file>`: one edit, one file, written atomically or not at all. */
export function applyCommand(): Command {
  return withToolOptions(new Command("apply"))
    .description(
      "Applies an edit to a file and writes it atomically, or refuses and says why. " +
        "The edit may be a sketch with markers, search/replace blocks, a diff, a patch or the whole file.",
    )
    .argument("<file>", "the file to edit")
    .option("--edit <path>", "file with the edit (default, or -: standard input)")
    .addOption(
      new Option("--format <name>", "the format of the edit")
        .choices(["auto", ...formatNames])
        .default("auto"),
    )
    .option("--instruction <text>", "what the edit is for, in words; only a model reads it")
    .option(
      "--base <file or git revision>",
      "the version that the edit was written for; if the file has changed since, the edit is carried over or refused",
    )
    .option("--symbol <name>", "the function or class that the edit is about: get, Store.get")
    .option("--cell <id or number>", "the notebook cell that the edit is for")
    .addOption(modelOption())
    .addOption(promptFormatOption())
    .option("--receipt <file>", "write the edit's receipt to this file (- for standard output)")
    .option("--dry-run", "print the unified diff and write nothing")
    .option("--no-journal", noJournalHelp)
    .option("--json", "print the whole result as JSON: text, route, checks, proof, patch, receipt")
    .addHelpText("after", help)
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
  checkReceiptOption(file, options);
  const watch = watchTools(options);
  const settle = await settleRoute(options.model, {
    ...options,
    env: process.env,
    logger: warnings,
  });
  const edit = await readEditText(options.edit, { keepMark: options.format === "whole" });
  const redraft = createRedraft(settle ? { settle } : {});
  const journal = cliJournal(folderOf(file), options.journal);
  try {
    await journal.recover();
    const { format, instruction, cell, symbol } = options;
    const said: Pick<EditRequest, "instruction" | "cell" | "symbol" | "base"> = {
      ...(instruction === undefined ? {} : { instruction }),
      ...(cell === undefined ? {} : { cell }),
      ...(symbol === undefined ? {} : { symbol }),
      ...(options.base === undefined ? {} : { base: await baseText(options.base, file) }),
    };
    let watched: string | undefined;
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
        if (result.changed && watch) {
          watched ??= text;
          await watch.before();
        }
        return exists || format !== "auto" ? result : onlyIfMeant(result);
      },
      // Placing is synchronous: until the file is written a signal ends the process as it is.
      {
        uninterrupted,
        dryRun: options.dryRun ?? false,
        journal,
        note: { kind: "edit", by: "redraft apply" },
      },
    );
    const wanted = options.receipt !== undefined || (options.json && !options.dryRun);
    const receipt = wanted ? receiptFor(edit, updated) : undefined;
    if (receipt && options.receipt !== undefined) await writeReceipt(options.receipt, receipt);
    const changed = updated.written || (options.dryRun && updated.result.changed);
    const reports = changed ? await watch?.after([await textsOf(file, updated, watched)]) : [];
    await print(file, updated, options, { receipt, reports: watch && (reports ?? []) });
  } finally {
    await redraft.dispose();
  }
}

/** Any text could be a whole new file; a mistyped path must not make one. */
function onlyIfMeant(result: EditResult): EditResult {
  return result.format.name === "whole" ? { ...result, action: "update" } : result;
}

/** The edit as tools see it, from the text of which they were asked first. */
function textsOf(
  file: string,
  { before, result }: Updated<EditResult>,
  watched: string | undefined,
): Promise<EditedText> {
  const { text, movedTo, proof } = result;
  return editedText({
    path: before.exists ? before.realPath : file,
    movedTo,
    isDeleted: text === null,
    before: watched ?? before.text,
    after: text ?? "",
    proof: watched === undefined || watched === before.text ? proof : undefined,
  });
}

interface ApplyExtras {
  readonly receipt: Receipt | undefined;
  readonly reports: readonly ToolReport[] | undefined;
}

async function print(
  file: string,
  updated: Updated<EditResult>,
  options: ApplyOptions,
  { receipt, reports }: ApplyExtras,
): Promise<void> {
  const needsPatch = options.json || options.dryRun;
  const patch = needsPatch ? await patchOf(file, updated) : "";
  if (options.json) {
    const answer = {
      ...resultJson(updated, patch),
      ...(receipt && { receipt }),
      ...(reports && { diagnostics: reports }),
    };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  process.stdout.write(patch);
  process.stderr.write(`${summary(file, updated, options.dryRun ?? false)}\n`);
  process.stderr.write(toolLines(reports ?? []));
}

async function patchOf(file: string, { before, result }: Updated<EditResult>): Promise<string> {
  const { unifiedDiff } = await import("../workspace/diff.ts");
  return unifiedDiff(
    before.exists ? { path: file, text: before.text } : null,
    result.text === null ? null : { path: result.movedTo ?? file, text: result.text },
    result.proof,
  );
}

const help = `
Examples:
  redraft apply src/app.ts --edit sketch.txt
  git diff other -- src/app.ts | redraft apply src/app.ts --format unified-diff
  redraft apply src/app.ts --edit sketch.txt --dry-run
  redraft apply src/app.ts --edit sketch.txt --base HEAD    written for the last commit, carried over to the current file
  redraft apply src/app.ts --edit sketch.txt --receipt receipt.json      for redraft verify
  redraft apply src/app.ts --edit sketch.txt --diagnostics "npx tsc --noEmit"     the errors that the edit introduces
  redraft apply plot.ipynb --edit cell.txt --cell 3
  redraft apply new.ts --edit text.ts --format whole        creates the file

Exit codes: 0 done, 1 refused (nothing written), 2 wrong usage,
            3 the file is missing, unreadable, not text, or changed in the meantime, 4 the engine failed.`;
