/** One message of a compiler, a linter, a language server or a traceback about a place. */
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
  /** What the tool calls this kind of message: `TS2304`, `F401`, `no-unused-vars`, `NameError`; absent where it has no such name. */
  readonly code?: string;
}
