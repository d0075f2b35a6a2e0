import { RedraftError } from "../core/errors.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import { type FinalHunk, fullLines } from "../redraft/stream/final-hunks.ts";
import { contradicted, type MergeFeed, mergeFeed } from "../redraft/stream/merge-feed.ts";
import { unifiedDiff } from "../workspace/diff.ts";
import { decodeText } from "../workspace/encoding.ts";
import { readTextFile } from "../workspace/text-file.ts";
import { type DiffOutputOptions, shownDiff } from "./diff-output.ts";
import { shownPath } from "./shown-path.ts";
import { type DiffWriter, diffWriter } from "./stream-diff.ts";

/** An edit that was read from standard input while its hunks were printed. */
export interface StreamedEdit {
  readonly edit: string;
  /** The text of the file that its hunks are of. */
  readonly source: string;
  /** Prints the hunks that are left of a result. Throws `check-failed` where it changes one that was printed. */
  finish(result: EditResult): void;
}

export interface StreamOutput extends DiffOutputOptions {
  readonly format: NonNullable<EditRequest["format"]>;
  /** Whether nothing but the file's text determines the places: no base, symbol or cell. */
  readonly isPlain: boolean;
  readonly json?: boolean;
}

export async function streamEdit(
  file: string,
  input: AsyncIterable<Uint8Array>,
  { format, isPlain, json, ...output }: StreamOutput,
): Promise<StreamedEdit> {
  const { text: source, exists } = await readTextFile(file);
  if (format === "auto") {
    process.stderr.write(
      "redraft: the format is found at the end of the edit, so all hunks come then; name it (--format lazy) to see them earlier.\n",
    );
  }
  const feed = mergeFeed(source, { path: file, format: isPlain ? format : "auto" });
  const writer = json
    ? jsonWriter()
    : textWriter(await shownPath(file), exists ? source : null, output);
  const chunks: Uint8Array[] = [];
  const decoder = new TextDecoder();
  for await (const chunk of input) {
    chunks.push(chunk);
    const hunks = feed.push(decoder.decode(chunk, { stream: true }));
    writer.write(hunks, feed.settled.lines);
  }
  const { text: written, bom } = decodeText(Buffer.concat(chunks), "standard input");
  // Of a whole file the mark is a part.
  const edit = bom && format === "whole" ? `\uFEFF${written}` : written;
  return {
    edit,
    source,
    finish: (result) => finishStream(result, feed, writer, fullLines(source)),
  };
}

function finishStream(
  { text, action }: EditResult,
  feed: MergeFeed,
  writer: DiffWriter,
  source: readonly string[],
): void {
  const isEdited = action === "update" || action === "create";
  // What deletes or moves the file is no hunk of it.
  if (!isEdited && feed.settled.lines === 0) return;
  const hunks = isEdited ? feed.rest(text ?? "") : undefined;
  if (hunks === undefined) {
    const { code, message, details } = contradicted(feed.settled);
    throw new RedraftError(code, message, { details });
  }
  writer.write(hunks, source.length);
}

/** One JSON object per hunk. */
function jsonWriter(): DiffWriter {
  const line = (hunk: FinalHunk): string => `${JSON.stringify({ type: "hunk", ...hunk })}\n`;
  return { write: (hunks) => void process.stdout.write(hunks.map(line).join("")) };
}

/** @param source null: the file does not exist */
function textWriter(path: string, source: string | null, output: DiffOutputOptions): DiffWriter {
  // The header of any diff of this file.
  const before = source === null ? null : { path, text: "\n" };
  const any = unifiedDiff(before, { path, text: "a\n" });
  const header = any.slice(0, any.indexOf("@@ "));
  const print = (text: string): void => void process.stdout.write(shownDiff(text, output));
  return diffWriter(fullLines(source ?? ""), header, print);
}
