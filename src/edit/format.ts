import type { Edit, FormatName } from "../core/edit.ts";
import type { LineRange } from "../core/merge.ts";

/** What a format reader is given: the edit as written, and what is known about the file it is for. */
export interface EditInput {
  readonly text: string;
  /** Whether the edit began with a byte order mark, which `text` is without. */
  readonly marked?: boolean;
  /** The lines of `text`, without their line ends. */
  readonly lines: readonly string[];
  /** How many lines at the start were a model's thoughts; they are blank now. */
  readonly thoughts: number;
  /** Path of the file that is edited; where an edit names several files, only this one's part is read. */
  readonly path: string;
  /** The file's text before the edit; empty when it does not exist. */
  readonly source: string;
  /** The lines of `source`, without their line ends. */
  readonly sourceLines: readonly string[];
  /** The lines of the source that the edit is about, where the caller named them. */
  readonly within?: LineRange | undefined;
  /** Whether the source has this line, ignoring blanks around it: then it is text, not a marker or a fence. */
  readonly inSource: (line: string) => boolean;
}

/** Why an edit is read in a format, where the caller said so. */
export const namedByCaller = "named by the caller";

/** One way of writing edits. A new format is this object, its test, and one line in `formats.ts`. */
export interface EditFormat {
  readonly name: FormatName;
  /** Why this text is in this format, for `--json`, or undefined if it is not. Must be cheap. */
  recognise(input: EditInput): string | undefined;
  /** Throws a `RedraftError` `unreadable-edit` whose message says what the writer of the edit has to correct. */
  read(input: EditInput, why: string): Edit;
}
