import type { FormatName } from "../../../src/core/edit.ts";
import type { Change, FileText } from "./text.ts";

/** What the answer has to be. `flat` = the text with `\n` line ends; `also` = as right. */
export type Wanted =
  | {
      readonly kind: "text";
      readonly flat: string;
      readonly also?: readonly string[];
      /** The edit holds lines that its own syntax uses as well, so that asking is no mistake. */
      readonly mayRefuse?: boolean;
    }
  | { readonly kind: "deletion" }
  | { readonly kind: "refusal"; readonly also?: readonly string[] }
  | { readonly kind: "anything" };

/** One edit of one file, and what is right. */
export interface Trial {
  readonly kind: string;
  readonly file: FileText;
  readonly edit: string;
  readonly format: FormatName | "auto";
  readonly wanted: Wanted;
  /** The changes by lines, where the bytes of the other lines can be compared. */
  readonly changes?: readonly Change[];
}

/** Whether a line may say that something is left out: no format writes it into a file, however it is sent. */
export const looksElided = (line: string): boolean =>
  /^\W*(?:\.{3}|…)/.test(line) || /\.{3} \w+ \w+ \.{3}/.test(line);

/** Whether a line may be taken for a line of an edit format, or for what stands around one. */
export const looksLikeSyntax = (line: string): boolean =>
  /^\s*(?:[<>=+-]{3,}|\*{3} ?[A-Z]|@@|`{3}|~{3}|:(?:start|end)_line:|\\|diff --git|<\/?[\w-]+>)/.test(
    line,
  ) || looksElided(line);
