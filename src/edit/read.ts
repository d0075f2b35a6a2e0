import { withinBudget } from "../core/budget.ts";
import type { Edit, FormatName } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { EditInput } from "./format.ts";
import { formats } from "./formats.ts";
import { readHeld } from "./held-text.ts";
import { editInput } from "./input.ts";

export interface ReadOptions {
  readonly format?: FormatName | "auto";
  /** Path of the file that is edited. */
  readonly path: string;
  /** Its text now; empty when it does not exist. */
  readonly source: string;
}

/** Reads an edit as written into segments: in the named format, or in the first whose signs it carries. */
export function readEdit(text: string, options: ReadOptions): Edit {
  const edit = withinBudget(readLimit, () => readWithin(text, options));
  if (edit !== undefined) return edit;
  throw new RedraftError(
    "unreadable-edit",
    "the edit has too many parts, or parts too much alike, to be read in good time. Nothing was changed. Send it in several smaller edits.",
  );
}

/** Steps that reading one edit may take, about a fifth of a second: see `core/budget.ts`. */
const readLimit = 10_000_000;

function readWithin(text: string, options: ReadOptions): Edit {
  const input = editInput(text, options.path, options.source);
  if (input.text.trim() === "") {
    throw new RedraftError("unreadable-edit", "the edit is empty: it names nothing to change.");
  }
  const named =
    options.format === undefined || options.format === "auto" ? undefined : options.format;
  return readHeld(input, named, { readIn, readSigned }) ?? readIn(input, named);
}

function readIn(input: EditInput, named: FormatName | undefined): Edit {
  const choice = formats.filter((format) => named === undefined || format.name === named);
  if (choice.length === 1) return choice[0]!.read(input, "named by the caller");
  const names = choice.map(({ name }) => name);
  const signed = readSigned(input, names, named === undefined ? undefined : "named by the caller");
  if (signed) return signed;
  const format = choice.at(-1);
  if (!format) throw new RedraftError("usage", `unknown edit format ${JSON.stringify(named)}`);
  return format.read(input, "named by the caller");
}

/** In the first of these formats whose signs the text carries; undefined = it carries none. */
function readSigned(
  input: EditInput,
  among: readonly FormatName[],
  because?: string,
): Edit | undefined {
  for (const format of formats) {
    const why = among.includes(format.name) ? format.recognise(input) : undefined;
    if (why !== undefined) return format.read(input, because ?? why);
  }
  return undefined;
}
