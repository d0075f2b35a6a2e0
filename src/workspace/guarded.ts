import type { Edit } from "../core/edit.ts";
import type { SyntaxChecker } from "./syntax.ts";

/** What the guard knows of an answer: the texts and the edit, and nothing of how it was placed. */
export interface Guarded {
  readonly path: string;
  readonly source: string;
  readonly text: string;
  readonly edit: Edit;
  /** The edit as it was written. */
  readonly written: string;
  /** The caller says that the edit is the whole file: what it leaves out is to go. */
  readonly isWhole: boolean;
  /** What the edit is for, in words; what it names may go. */
  readonly instruction?: string;
  readonly checker?: SyntaxChecker;
}
