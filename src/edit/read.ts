import type { Edit, FormatName, Segment } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { LineRange } from "../core/merge.ts";
import { withinBudget } from "../text/budget.ts";
import { type EditFormat, type EditInput, namedByCaller } from "./format.ts";
import { editFormats } from "./formats.ts";
import { readHeld } from "./held-text.ts";
import { editInput } from "./input.ts";
import { forAnotherFile, samePath } from "./paths.ts";
import { unrecognised } from "./unrecognised.ts";
import { type Untagged, untagged } from "./untagged.ts";

export interface ReadOptions {
  readonly format?: FormatName | "auto";
  /** Path of the file that is edited. */
  readonly path: string;
  /** Its text now; empty when it does not exist. */
  readonly source: string;
  /** The lines of it that the edit is about, `end` not included. */
  readonly within?: LineRange | undefined;
}

/** Reads an edit as written into segments: in the named format, or in the first whose signs it carries. */
export function readEdit(text: string, options: ReadOptions): Edit {
  const edit = withinBudget(readLimit, () => readWithin(text, options));
  if (edit !== undefined) return edit;
  throw new RedraftError(
    "unreadable-edit",
    "the edit has too many parts, or parts too similar, to be read in reasonable time. Nothing was written. Send it in several smaller edits.",
  );
}

/** Steps that reading one edit may take, about a fifth of a second: see `text/budget.ts`. */
const readLimit = 10_000_000;

function readWithin(text: string, options: ReadOptions): Edit {
  const input = editInput(text, options.path, options.source, options.within);
  if (input.text.trim() === "") {
    throw new RedraftError("unreadable-edit", "the edit is empty. Send the lines to change.");
  }
  const named =
    options.format === undefined || options.format === "auto" ? undefined : options.format;
  return readHeld(input, named, { readIn, readSigned }) ?? readIn(input, named);
}

function readIn(input: EditInput, named: FormatName | undefined): Edit {
  const choice = editFormats.filter((format) => named === undefined || format.name === named);
  const last = choice.at(-1);
  if (!last) throw new RedraftError("usage", `unknown edit format ${JSON.stringify(named)}`);
  const because = named === undefined ? undefined : namedByCaller;
  // Blocks and diffs are found by their own lines, whatever is around them. Other text is taken out of its tags first.
  const bare = choice.filter(isBare);
  const signed = choice.length === 1 ? [] : choice.filter((format) => !isBare(format));
  const edit = recognised(signed, input, because);
  if (edit) return edit;
  const inner = bare.length > 0 || /^\s*</.test(input.text) ? untagged(input) : undefined;
  if (inner) return readInTags(inner, input, named);
  const text = recognised(choice.length === 1 ? [] : bare, input, because);
  if (text) return text;
  if (named === undefined) throw unrecognised(input);
  return last.read(input, namedByCaller);
}

/** Sketches and whole files: text of the file, without a syntax that marks where it begins and ends. */
const isBare = ({ name }: EditFormat): boolean => name === "lazy" || name === "whole";

function recognised(
  choice: readonly EditFormat[],
  input: EditInput,
  because: string | undefined,
): Edit | undefined {
  for (const format of choice) {
    const why = format.recognise(input);
    if (why !== undefined) return format.read(input, because ?? why);
  }
  return undefined;
}

/** Reads the edit in tags; its line numbers are those of the text around them. */
function readInTags(
  { text, at, path }: Untagged,
  outer: EditInput,
  named: FormatName | undefined,
): Edit {
  if (path !== undefined && !samePath(path, outer.path)) {
    throw forAnotherFile("text", [path], outer.path);
  }
  // A tag that closes says that the last line is whole.
  const ended = /[\r\n]$/.test(text) ? text : `${text}\n`;
  const { path: own, source } = outer;
  const edit = readWithin(ended, { path: own, source, ...(named && { format: named }) });
  const segments = edit.segments.map((segment) => moved(segment, at - 1));
  return { ...(path !== undefined && { path }), ...edit, segments };
}

function moved(segment: Segment, by: number): Segment {
  if (segment.kind !== "lines") return { ...segment, at: segment.at + by };
  const lines = segment.lines.map((line) => (line.at === 0 ? line : { ...line, at: line.at + by }));
  return { ...segment, lines };
}

/** Reads a text in the first of these formats whose signs it has; undefined if it has none. */
function readSigned(
  input: EditInput,
  among: readonly FormatName[],
  because?: string,
): Edit | undefined {
  return recognised(
    editFormats.filter(({ name }) => among.includes(name)),
    input,
    because,
  );
}
