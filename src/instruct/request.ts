import type { EditResult } from "../core/request.ts";
import type { PromptFile } from "./prompt.ts";

export type Via = "auto" | "rewrite" | "cascade";

export interface InstructRequest {
  readonly files: readonly PromptFile[];
  readonly instruction: string;
  /** Default `auto`: the cheaper one, as expected. */
  readonly via?: Via;
}

export interface EditedFile {
  readonly path: string;
  readonly result: EditResult;
  /** `cascade`: from the first sketch; `cascade-again`: from the one written after a refusal; `rewrite`. */
  readonly via: "cascade" | "cascade-again" | "rewrite";
  /** The sketch that was applied, or undefined. */
  readonly sketch?: string;
}
