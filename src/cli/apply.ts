import { Command, Option } from "commander";
import { formatNames } from "../core/edit.ts";
import { exitCodeOf, RedraftError } from "../core/errors.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import type { ModelRoute } from "../core/route.ts";
import type { ToolReport } from "../diagnostics/brought-errors.ts";
import type { EditedText } from "../diagnostics/follow-lines.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { settleRoute } from "../redraft/settle-route.ts";
import type { ApplyFormatName } from "../settle/model/apply-formats.ts";
import { applyAgain } from "../workspace/apply-again.ts";
import type { Receipt } from "../workspace/receipt/format.ts";
import type { TextFile } from "../workspace/text-file.ts";
import type { Updated } from "../workspace/update.ts";
import { applyAsFilter } from "./apply-filter.ts";
import { type CheckedUpdate, updateChecked } from "./apply-partly.ts";
import { type StreamedEdit, streamEdit } from "./apply-stream.ts";
import { baseText } from "./base.ts";
import { editedText, toolLines, watchTools, withToolOptions } from "./brought.ts";
import { terminalAsking, withChoice } from "./choose.ts";
import { type DiffOutputOptions, printDiff, withColorOption } from "./diff-output.ts";
import { readEditText } from "./input.ts";
import { cliJournal, folderOf, noJournalHelp } from "./journal.ts";
import { keepPassingOption, printLeftOut, requireCheck } from "./left-out.ts";
import { modelOption } from "./model-option.ts";
import { requireOneFile, withPatchCommand } from "./one-file.ts";
import { errorJson, resultJson } from "./output.ts";
import { promptFormatOption } from "./prompt-format.ts";
import { checkReceiptOption, receiptFor, writeReceipt } from "./receipt-output.ts";
import { shownPath } from "./shown-path.ts";
import { summary } from "./summary.ts";
import { warnings } from "./warnings.ts";

interface ApplyOptions extends DiffOutputOptions {
  readonly edit?: string;
  readonly format: "auto" | (typeof formatNames)[number];
  readonly instruction?: string;
  readonly base?: string;
  readonly cell?: string;
  readonly symbol?: string;
  readonly path?: string;
  readonly stream?: boolean;
  readonly interactive?: boolean;
  readonly model: string;
  readonly promptFormat?: ApplyFormatName;
  readonly receipt?: string;
  readonly diagnostics?: string;
  readonly lsp?: string;
  readonly check?: string;
  readonly keepPassing?: boolean;
  readonly dryRun?: boolean;
  readonly journal: boolean;
  readonly json?: boolean;
}

/** `redraft apply <file>`: one edit, one file, written atomically or not at all. */
export function applyCommand(): Command {
  return withColorOption(withToolOptions(new Command("apply")))
    .description(
      "Applies an edit to a file and writes it atomically, or refuses and says why. " +
        "The edit may be a sketch with markers, search/replace blocks, a diff, a patch or the whole file.",
    )
    .argument("<file>", "the file to edit; -: from standard input to standard output")
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
    .option("--path <name>", "with - as file: the name of the text, which says its language")
    .option(
      "--stream",
      "print each hunk as soon as it is final, while the edit is still being read",
    )
    .option("--interactive", "choose the place of an ambiguous edit at the terminal")
    .option("--receipt <file>", "write the edit's receipt to this file (- for standard output)")
    .addOption(
      new Option(
        "--check <command>",
        "command to run on the result; if it fails, the file is restored",
      ).conflicts("dryRun"),
    )
    .addOption(keepPassingOption())
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
  checkApplyOptions(file, options);
  const watch = watchTools(options);
  const settle = await routeFor(options);
  const { format } = options;
  const redraft = createRedraft(settle ? { settle } : {});
  const journal = cliJournal(folderOf(file), options.journal);
  try {
    const said = await whatIsSaid(file, options);
    if (file === "-") {
      const edit = await readEditText(options.edit, { keepMark: format === "whole" });
      const path = options.path ?? "stdin";
      const make = (text: Pick<EditRequest, "path" | "source">): Promise<EditResult> =>
        redraft.apply({ ...text, edit, format, ...said });
      await applyAsFilter(make, { ...options, path });
      return;
    }
    await journal.recover();
    const isPlain = Object.keys(said).every((key) => key === "instruction");
    const streamed = options.stream
      ? await streamEdit(file, process.stdin, { ...options, isPlain })
      : undefined;
    const edit =
      streamed?.edit ?? (await readEditText(options.edit, { keepMark: format === "whole" }));
    let watched: string | undefined;
    const make = async (before: TextFile, first?: TextFile): Promise<EditResult> => {
      const { text, exists, bom } = before;
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
      if (streamed && text !== streamed.source) throw changedWhileStreaming(file);
      if (result.changed && watch) {
        watched ??= text;
        await watch.before();
      }
      streamed?.finish(result);
      return exists || format !== "auto" ? result : onlyIfMeant(result);
    };
    const { updated, isChangedByCheck, ...partly } = await updateChecked(file, make, {
      ...options,
      journal,
    });
    const isOther = isChangedByCheck === true || partly.leftOut !== undefined;
    const wanted = options.receipt !== undefined || (options.json && !options.dryRun);
    const receipt = wanted && !isOther ? receiptFor(edit, updated) : undefined;
    if (isOther && options.receipt !== undefined) throw withoutReceipt(file);
    if (receipt && options.receipt !== undefined) await writeReceipt(options.receipt, receipt);
    const changed = updated.written || (options.dryRun && updated.result.changed);
    const reports = changed ? await watch?.after([await textsOf(file, updated, watched)]) : [];
    const shown = { receipt, reports: watch && (reports ?? []), streamed, partly };
    await print(file, updated, options, shown);
  } finally {
    await redraft.dispose();
  }
}

function checkApplyOptions(file: string, options: ApplyOptions): void {
  const usage = (message: string): never => {
    throw new RedraftError("usage", message);
  };
  checkReceiptOption(file, options);
  requireCheck(options);
  const { edit, stream, path, receipt, keepPassing } = options;
  if (keepPassing && stream)
    usage("--stream prints the whole edit and --keep-passing what is left out: leave out one.");
  if (keepPassing && receipt !== undefined)
    usage(
      "--keep-passing may write a part of the edit, of which there is no receipt: leave out --receipt.",
    );
  if (file !== "-") {
    if (path !== undefined) usage("--path names the text of standard input: give - as the file.");
    if (stream && edit !== undefined && edit !== "-")
      usage("--stream reads the edit from standard input: leave out --edit.");
    return;
  }
  if (edit === undefined || edit === "-")
    usage("standard input is the text to edit: name a file with the edit (--edit <path>).");
  if (options.check !== undefined)
    usage("as a filter apply writes no file that --check could look at: name it instead of -.");
  const isOfFile = stream || options.base !== undefined || receipt !== undefined;
  if (isOfFile || options.diagnostics !== undefined || options.lsp !== undefined)
    usage(
      "--base, --receipt, --stream, --diagnostics and --lsp need a file: name it instead of -.",
    );
}

/** What settles an ambiguous edit: a model, then, if asked for, the person at the terminal. */
async function routeFor(options: ApplyOptions): Promise<ModelRoute | undefined> {
  const ask = options.interactive ? terminalAsking(options) : undefined;
  const settle = await settleRoute(options.model, {
    ...options,
    env: process.env,
    logger: warnings,
  });
  return ask ? withChoice(settle, ask) : settle;
}

type SaidOfEdit = Pick<EditRequest, "instruction" | "cell" | "symbol" | "base">;

async function whatIsSaid(file: string, options: ApplyOptions): Promise<SaidOfEdit> {
  const { instruction, cell, symbol, base } = options;
  return {
    ...(instruction === undefined ? {} : { instruction }),
    ...(cell === undefined ? {} : { cell }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(base === undefined ? {} : { base: await baseText(base, file) }),
  };
}

const withoutReceipt = (file: string): RedraftError =>
  new RedraftError(
    "stale-file",
    `${file} was edited, but there is no receipt: the check changed the file, which has another text than the edit gives.`,
    { details: { path: file } },
  );

const changedWhileStreaming = (file: string): RedraftError =>
  new RedraftError(
    "stale-file",
    `${file} changed while the edit was being read, and hunks of its old text are printed. Nothing was written. Send the edit again.`,
    { details: { path: file } },
  );

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
  /** Printed its hunks. */
  readonly streamed: StreamedEdit | undefined;
  /** Where the check accepts a part: what it does not. */
  readonly partly: Omit<CheckedUpdate, "updated">;
}

async function print(
  file: string,
  updated: Updated<EditResult>,
  options: ApplyOptions,
  { receipt, reports, streamed, partly }: ApplyExtras,
): Promise<void> {
  if (partly.leftOut) process.exitCode = 1;
  const needsPatch = options.json || options.dryRun;
  const patch = needsPatch ? await patchOf(file, updated) : "";
  if (options.json) {
    const answer = {
      ...resultJson(updated, patch),
      ...(receipt && { receipt }),
      ...(reports && { diagnostics: reports }),
      ...partly,
    };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  const { action } = updated.result;
  const isShown = streamed !== undefined && (action === "update" || action === "create");
  if (!isShown) printDiff(patch, options);
  process.stderr.write(`${summary(file, updated, options.dryRun ?? false)}\n`);
  process.stderr.write(toolLines(reports ?? []));
  if (partly.leftOut) printLeftOut(partly.leftOut, options);
}

async function patchOf(file: string, { before, result }: Updated<EditResult>): Promise<string> {
  const { unifiedDiff } = await import("../workspace/diff.ts");
  const path = await shownPath(file);
  const newPath = result.movedTo === undefined ? path : await shownPath(result.movedTo);
  return unifiedDiff(
    before.exists ? { path, text: before.text } : null,
    result.text === null ? null : { path: newPath, text: result.text },
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
  redraft apply src/app.ts --edit sketch.txt --check "npm test"      puts the file back if the tests fail
  redraft apply src/app.ts --edit sketch.txt --check "npm test" --keep-passing > rest.patch      writes the hunks that pass
  redraft apply plot.ipynb --edit cell.txt --cell 3
  my-model | redraft apply src/app.ts --stream --format lazy      prints hunks while the model writes
  redraft apply - --edit sketch.txt --path app.ts < app.ts > new.ts      as a filter
  redraft apply new.ts --edit text.ts --format whole        creates the file

Exit codes: 0 done, 1 refused (nothing written), or with --keep-passing written in part, 2 wrong usage,
            3 the file is missing, unreadable, not text, or changed in the meantime, 4 the engine failed.`;
