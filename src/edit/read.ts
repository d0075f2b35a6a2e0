import type { Edit, FormatName } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { formats } from "./formats.ts";
import { editInput } from "./input.ts";
import { unrecognised } from "./unrecognised.ts";

export interface ReadOptions {
  readonly format?: FormatName | "auto";
  /** Path of the file that is edited. */
  readonly path: string;
  /** Its text now; empty when it does not exist. */
  readonly source: string;
}

/** Reads an edit as written into segments: in the named format, or in the first whose signs it carries. */
export function readEdit(text: string, options: ReadOptions): Edit {
  const input = editInput(text, options.path, options.source);
  if (input.text.trim() === "") {
    throw new RedraftError("unreadable-edit", "the edit is empty: it names nothing to change.");
  }
  const named =
    options.format === undefined || options.format === "auto" ? undefined : options.format;
  const choice = formats.filter((format) => named === undefined || format.name === named);
  if (choice.length === 1) return choice[0]!.read(input, "named by the caller");
  for (const format of choice) {
    const why = format.recognise(input);
    if (why !== undefined)
      return format.read(input, named === undefined ? why : "named by the caller");
  }
  if (named === undefined) throw unrecognised(input);
  const format = choice.at(-1);
  if (!format) throw new RedraftError("usage", `unknown edit format ${JSON.stringify(named)}`);
  return format.read(input, "named by the caller");
}
