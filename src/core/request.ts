import type { FormatName } from "./edit.ts";
import type { Proof } from "./merge.ts";
import type { SpeculationStats } from "./target.ts";

/** How a result was made. Always reported, with the reason it was taken. */
export type Route = "merge" | "model" | "rewrite";

/** What the caller wants: one file, one edit. Texts are decoded; bytes are the business of `file/`. */
export interface EditRequest {
  readonly path: string;
  readonly source: string;
  /** The edit as a model or a person wrote it. */
  readonly edit: string;
  readonly format?: FormatName | "auto";
  readonly instruction?: string;
}

/** One check of a result before it may become a file. */
export interface Check {
  readonly name: string;
  readonly ok: boolean | "unknown";
  readonly message?: string;
  /** What the reader of the result should know, though it is no reason to refuse it. */
  readonly note?: string;
}

export interface EditResult {
  readonly path: string;
  /** The whole edited file; null when the edit deletes the file. */
  readonly text: string | null;
  /** False when the edit was already applied, or asks for nothing. */
  readonly changed: boolean;
  readonly action: "update" | "create" | "delete" | "move";
  readonly movedTo?: string;
  readonly route: Route;
  readonly routeReason: string;
  readonly format: { readonly name: FormatName; readonly why: string };
  readonly checks: readonly Check[];
  /** What needed tolerance: declared tiers and repairs, in words. */
  readonly notes: readonly string[];
  readonly proof?: Proof;
  /** Probability, calibrated, that a model-made result is right; absent on the merge route. */
  readonly confidence?: number;
  readonly stats?: SpeculationStats;
  /** From the parsed request to the answer, checks included. */
  readonly ms: number;
}
