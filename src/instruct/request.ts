import type { CallOptions } from "../core/redraft.ts";
import type { EditResult } from "../core/request.ts";
import type { PassAccount } from "../core/target.ts";
import type { FailedAttempt } from "./attempts.ts";
import type { PromptFile } from "./prompt.ts";

/** How a model is asked: for whole files, for sketches, for search/replace blocks, or for the part of a file that the instruction names. */
export type Way = "rewrite" | "cascade" | "search-replace" | "region";
export type Via = "auto" | Way;

export interface InstructRequest {
  readonly files: readonly PromptFile[];
  readonly instruction: string;
  /** Default `auto`: the cheaper one, as expected; for a small local model see `chooseWay`. */
  readonly via?: Via;
  /** The declaration that `region` rewrites, as `name` or `Outer.name`; default: the one that the instruction names. */
  readonly symbol?: string;
  /** The last attempt at this request that was taken back; it becomes a part of the prompt. */
  readonly failed?: FailedAttempt;
}

/** What happens while a model edits files, in order. */
export type InstructEvent =
  | {
      readonly type: "asked";
      readonly via: Way;
      readonly paths: readonly string[];
      /** Lines of the one file that are rewritten, 1-based and inclusive, for `region`. */
      readonly lines?: readonly [number, number];
      /** The one file comes in a code block, and not between tags. */
      readonly fenced?: boolean;
      /** Of the prompt, counted by a local model and estimated else; of the answer, as expected. */
      readonly promptTokens: number;
      readonly outputTokens: number;
      /** What is expected of a local model whose passes were measured. */
      readonly seconds?: number;
    }
  | {
      readonly type: "text";
      readonly text: string;
      readonly tokens?: number;
      readonly accepted?: number;
      /** The passes that wrote it, of a local model. */
      readonly passes?: readonly PassAccount[];
    }
  | { readonly type: "refused"; readonly path: string; readonly message: string }
  /** Checked, and not written yet. */
  | { readonly type: "edited"; readonly file: EditedFile };

export interface InstructCall extends CallOptions {
  readonly onEvent?: (event: InstructEvent) => void;
}

export interface EditedFile {
  readonly path: string;
  readonly result: EditResult;
  /**
   * `cascade`, `search-replace`: from the first answer; with `-again`: from the one written after a refusal; `rewrite`; `region`;
   * `orchestrate`: of a specialist.
   */
  readonly via: Way | "cascade-again" | "search-replace-again" | "orchestrate";
  /** The sketch that was applied, or the blocks, or the text that a specialist proposed, or undefined. */
  readonly sketch?: string;
}
