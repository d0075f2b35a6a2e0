import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { Command } from "commander";
import { z } from "zod";
import { formatNames } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { baseOf } from "../core/text-store.ts";
import type { CheckAnswer } from "../orchestrate/refine.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { type LeftOut, mostCheckRuns } from "../redraft/keep-passing.ts";
import { settleRoute } from "../redraft/settle-route.ts";
import {
  type AppliedAll,
  type ApplyAllOptions,
  appliedAll,
  applyAll,
  type EditRow,
  planEdits,
} from "../workspace/apply-all.ts";
import { confinedTo } from "../workspace/confined.ts";
import { shownIn } from "../workspace/journal/state-home.ts";
import { persistentTextStore } from "../workspace/journal/texts.ts";
import { splitPatch } from "../workspace/patches.ts";
import { answerErrors } from "./answer-errors.ts";
import { checkedWrite } from "./check-command.ts";
import { printDiff } from "./diff-output.ts";
import { type FolderEditOptions, withFolderEditOptions } from "./folder-options.ts";
import { readEditText } from "./input.ts";
import { cliJournal } from "./journal.ts";
import { readJsonLines } from "./json-lines.ts";
import {
  checkRefusal,
  keepPassingOption,
  printLeftOut,
  requireCheck,
  writePassing,
} from "./left-out.ts";
import { modelOption } from "./model-option.ts";
import { whileWaiting } from "./waiting.ts";

interface PatchOptions extends FolderEditOptions {
  readonly jsonl?: boolean;
  readonly check?: string;
  readonly keepPassing?: boolean;
  readonly model: string;
}

/** `redraft patch`: edits of any formats and files as one transaction. */
export function patchCommand(): Command {
  const command = new Command("patch")
    .description(
      "Applies a patch to several files, or edits in any format (--jsonl), as one change: all files are written, or none.",
    )
    .argument("[patch]", "file with the patch (default, or -: standard input)")
    .option(
      "--jsonl",
      "the input has one edit per line: {path, edit, format?, base?, cell?, symbol?}",
    )
    .addOption(modelOption())
    .addOption(keepPassingOption());
  return withFolderEditOptions(command, {
    rootHelp: "paths are relative to it, and nothing outside is touched",
    jsonHelp: "print the whole result as JSON, with the receipts",
  })
    .addHelpText("after", help)
    .action((file: string | undefined, options: PatchOptions) =>
      answerErrors(options.json, { edits: [], files: [], written: false }, () =>
        patch(file, options),
      ),
    );
}

async function patch(file: string | undefined, options: PatchOptions): Promise<void> {
  requireCheck(options);
  const { check, dryRun = false } = options;
  const root = await rootFolder(options.root);
  const text = await readEditText(file);
  const rows = options.jsonl ? await jsonlEdits(text) : patchRows(text);
  const journal = cliJournal(root, options.journal);
  const settle = await settleRoute(options.model, { env: process.env });
  const texts = persistentTextStore(journal.home);
  const redraft = createRedraft({ texts, ...(settle ? { settle } : {}) });
  const apply = {
    redraft,
    roots: [root],
    fs: confinedTo([root]),
    dryRun,
    receipts: options.json === true,
    journal,
    texts,
    note: { kind: "edit", by: "redraft patch" } as const,
    ...checkedWrite(check, root),
  };
  const applied = async (): Promise<PartlyApplied> => {
    // Made of the files as they are before the first run: where one changes meanwhile, its part is refused as stale.
    const planned = options.keepPassing ? await planEdits(rows, apply) : undefined;
    return applyAll(rows, apply).catch((error: unknown) => {
      const whole = planned && checkRefusal(error, check!);
      if (!whole) throw error;
      return applyPassing(planned, apply, { check: check!, root, whole, error });
    });
  };
  try {
    const waiting = check === undefined ? `applying ${rows.length} edits` : undefined;
    const done = await whileWaiting(waiting, applied);
    print(done, options);
  } finally {
    await redraft.dispose();
  }
}

interface RefusedPatch {
  readonly check: string;
  readonly root: string;
  readonly whole: CheckAnswer;
  readonly error: unknown;
}

/** Writes what the check accepts of edits that it refuses as a whole; where that is nothing, the refusal is as without the option. */
async function applyPassing(
  { edits, changes }: Awaited<ReturnType<typeof planEdits>>,
  apply: ApplyAllOptions & { readonly signal?: AbortSignal },
  { check, root, whole, error }: RefusedPatch,
): Promise<PartlyApplied> {
  const { redraft: _redraft, roots, check: _check, signal, ...writing } = apply;
  const { written, leftOut, runs, ...kept } = await writePassing(changes, check, {
    ...writing,
    signal: signal!,
    whole,
    cwd: root,
    nameOf: (path) => shownIn(roots, path),
  });
  if (written.length === 0) throw error;
  return { ...appliedAll({ edits, changes: kept.changes }, written, roots), leftOut, runs };
}

/** `edits` says what was asked for, `files` what of it is written. */
interface PartlyApplied extends AppliedAll {
  readonly leftOut?: LeftOut;
  /** Of the check on parts. */
  readonly runs?: number;
}

export async function rootFolder(path: string): Promise<string> {
  const folder = await realpath(resolve(path)).catch(() => undefined);
  if (folder !== undefined && (await stat(folder)).isDirectory()) return folder;
  throw new RedraftError("usage", `--root ${path}: there is no such folder.`);
}

function patchRows(text: string): EditRow[] {
  return splitPatch(text).map((part) => ({
    path: part.path,
    edit: part.text,
    format: part.format,
  }));
}

const rowShape = z.strictObject({
  path: z.string().min(1),
  edit: z.string(),
  format: z.enum(["auto", ...formatNames]).nullish(),
  base: z.string().nullish(),
  cell: z.union([z.string(), z.int().min(1)]).nullish(),
  symbol: z.string().nullish(),
  instruction: z.string().nullish(),
});

async function jsonlEdits(text: string): Promise<EditRow[]> {
  const rows: EditRow[] = [];
  let number = 0;
  for await (const line of readJsonLines(Readable.from([Buffer.from(text)]))) {
    number += 1;
    if (typeof line !== "string") throw line;
    rows.push(jsonlEdit(line, number));
  }
  return rows;
}

function jsonlEdit(line: string, number: number): EditRow {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new RedraftError("usage", `line ${number} is not JSON: ${(cause as Error).message}`);
  }
  const parsed = rowShape.safeParse(value);
  if (!parsed.success) {
    throw new RedraftError(
      "usage",
      `line ${number} is not an edit {path, edit, format?, base?, cell?, symbol?}: ${z.prettifyError(parsed.error)}`,
    );
  }
  const { path, edit, format, base, cell, symbol, instruction } = parsed.data;
  return {
    path,
    edit,
    ...(format == null ? {} : { format }),
    ...(base == null ? {} : { base: baseOf(base) }),
    ...(cell == null ? {} : { cell }),
    ...(symbol == null ? {} : { symbol }),
    ...(instruction == null ? {} : { instruction }),
  };
}

function print(
  { edits, files, written, entry, leftOut, runs }: PartlyApplied,
  options: PatchOptions,
): void {
  if (leftOut) process.exitCode = 1;
  if (options.json) {
    const known = entry ? { entry } : {};
    const part = leftOut ? { leftOut, runs } : {};
    const answer = { edits, files, written, ...known, ...part, error: null };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  if (options.dryRun) printDiff(files.map(({ diff }) => diff).join(""), options);
  // Of edits that are written in part, what is left out says more.
  for (const edit of leftOut ? [] : edits) {
    const name = edit.movedTo === undefined ? edit.path : `${edit.path} -> ${edit.movedTo}`;
    const notes = edit.notes.length > 0 ? `; ${edit.notes.join("; ")}` : "";
    const what = edit.changed ? edit.action : "nothing to change";
    process.stderr.write(`${name}: ${what} (${edit.route}: ${edit.routeReason}${notes})\n`);
  }
  const count = `${files.length} ${files.length === 1 ? "file" : "files"}`;
  const end = options.dryRun
    ? `${count} would be written (dry run)`
    : `${count} written${entry === undefined ? "" : `; redraft undo --id ${entry}`}`;
  process.stderr.write(`${end}\n`);
  if (leftOut) printLeftOut(leftOut, options);
}

const help = `
Edits of one file are applied in order, each to the result of the one before. Files may be created, deleted, moved and swapped.
If a file changes in the meantime, its edits are applied again to the new text, or all edits are refused.

In a line of --jsonl, format is auto, ${formatNames.join(", ")}; base is the text that the edit was
written for, or its hash; cell names the cell of a notebook.

--keep-passing tries the hunks of an edit that --check refuses: without each in turn, or by halves where they are many. Each trial is written, checked
and taken back; what passes is written and checked once more, and exit code 1 says that hunks are left out. Files that are made, moved or deleted,
and notebooks, are kept or left out as a whole. The check must not change files. Hunks that are not judged after ${mostCheckRuns} runs are left out.

Examples:
  git diff main | redraft patch --root ../other-checkout
  redraft patch change.patch --check "npm test"       restores every file if the tests fail
  redraft patch change.patch --check "npm test" --keep-passing > rest.patch
  redraft patch --jsonl edits.jsonl --dry-run

Exit codes: 0 done, 1 refused (nothing written), or with --keep-passing written in part, 2 wrong usage,
            3 a file is missing, unreadable, not text, or changed in the meantime, 4 the engine failed.`;
