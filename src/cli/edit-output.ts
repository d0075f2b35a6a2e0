import type { ToolReport } from "../diagnostics/brought-errors.ts";
import { shortCost } from "../instruct/costs.ts";
import type { EditedFile, InstructResult } from "../instruct/edit-files.ts";
import type { LeftOut } from "../redraft/keep-passing.ts";
import { unifiedDiff } from "../workspace/diff.ts";
import type { Receipt } from "../workspace/receipt/format.ts";
import { receiptOf } from "../workspace/receipt/receipt.ts";
import type { TextFile } from "../workspace/text-file.ts";
import { toolLines } from "./brought.ts";
import { printDiff } from "./diff-output.ts";
import type { EditOptions } from "./edit-job.ts";
import type { HunkStream } from "./hunk-stream.ts";
import { printLeftOut } from "./left-out.ts";

/** The diff of each file. */
export function patchesOf(
  { files }: InstructResult,
  byPath: ReadonlyMap<string, TextFile>,
  names: ReadonlyMap<string, string>,
): readonly string[] {
  return files.map(({ path, result }) => {
    const before = byPath.get(path)!;
    const shown = names.get(path)!;
    return unifiedDiff(
      before.exists ? { path: shown, text: before.text } : null,
      result.text === null ? null : { path: shown, text: result.text },
      result.proof,
    );
  });
}

/** Of an edit that is written in part. */
export interface PartlyEdited {
  readonly leftOut: LeftOut;
  /** Of the check on parts. */
  readonly runs: number;
}

export interface EditExtras {
  readonly prediction: string | undefined;
  /** The engine that answered, of a model server. */
  readonly server: string | undefined;
  readonly reports: readonly ToolReport[] | undefined;
  /** What was printed of the diff already. */
  readonly hunks: HunkStream | undefined;
  /** Of each file. */
  readonly patches: readonly string[];
  /** The one that passed the check, from 1. */
  readonly attempt: number;
  readonly partly?: PartlyEdited | undefined;
}

/** Prints an edit: as JSON, or its diff, a line for each file, and what it took. */
export function printEdit(
  { files, report }: InstructResult,
  byPath: ReadonlyMap<string, TextFile>,
  options: EditOptions,
  { prediction, server, reports, hunks, patches, attempt, partly }: EditExtras,
): void {
  const written = options.dryRun !== true;
  if (partly) process.exitCode = 1;
  if (options.json) {
    const shownFiles = files.map((file, index) => {
      // The model's edit is another one than what is written of it.
      const receipt = written && !partly ? receiptOfFile(file, byPath.get(file.path)!) : {};
      return { ...fileJson(file, patches[index]!), ...receipt };
    });
    const more = { ...(prediction && { prediction }), ...(server && { server }) };
    const answer = {
      files: shownFiles,
      written,
      ...(options.attempts !== undefined && { attempt }),
      report: { ...report, ...more },
      ...(reports && { diagnostics: reports }),
      ...partly,
      error: null,
    };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  if (hunks) for (const [index, { path }] of files.entries()) hunks.finish(path, patches[index]!);
  else if (options.dryRun) printDiff(patches.join(""), options);
  for (const file of files) process.stderr.write(`${fileLine(file, written)}\n`);
  process.stderr.write(`${reportLine(report)}\n`);
  process.stderr.write(toolLines(reports ?? []));
  if (partly) printLeftOut(partly.leftOut, options);
}

/** Where the model rewrote the file there was no edit but the instruction. */
function receiptOfFile(
  { result, sketch }: EditedFile,
  before: TextFile,
): { readonly receipt: Receipt } {
  return { receipt: receiptOf(result, { edit: sketch ?? "", before }) };
}

function fileJson({ path, result, via, sketch }: EditedFile, patch: string): object {
  const { proof: _proof, path: _path, ...rest } = result;
  return { path, via, ...rest, ...(sketch !== undefined && { sketch }), patch };
}

function fileLine({ path, result, via }: EditedFile, written: boolean): string {
  const ways = {
    rewrite: "rewritten",
    region: "one part rewritten",
    orchestrate: "by a specialist",
  };
  const how =
    via in ways
      ? ways[via as keyof typeof ways]
      : `${via.startsWith("cascade") ? "sketch" : "blocks"} applied by ${result.route}${via.endsWith("-again") ? ", on the second try" : ""}`;
  const notes = result.notes.length > 0 ? `; ${result.notes.join("; ")}` : "";
  return `${path}: ${written ? "written" : "not written (dry run)"} (${how}${notes})`;
}

function reportLine({
  via,
  why,
  large,
  small,
  seconds,
  unit,
  cost,
  other,
}: InstructResult["report"]): string {
  if (via === "orchestrate") return `${via} (${why}); ${seconds.toFixed(1)} s`;
  const tokens = `${large.counted ? "" : "about "}${large.promptTokens} read, ${large.outputTokens} written by the large model`;
  const few = small.tokens > 0 ? `, ${small.tokens} by the small one` : "";
  return `${via} (${why}): tokens ${tokens}${few}; ${seconds.toFixed(1)} s; ${unit} ${shortCost(cost)}, by ${other.via} about ${shortCost(other.cost)} (${other.outputTokens} written)`;
}
