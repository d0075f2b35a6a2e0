/** One message of a compiler, a linter or a language server about a place. */
export interface Diagnostic {
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; absent where the tool names none. */
  readonly column?: number;
  readonly severity: "error" | "warning";
  /** With its code in front, where it has one. */
  readonly message: string;
}
