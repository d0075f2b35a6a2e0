import type { FormatName } from "./edit.ts";
import type { CarriedProof, Proof } from "./merge.ts";
import type { SpeculationStats } from "./target.ts";
import type { TextHash } from "./text-store.ts";

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
  /**
   * The text that the edit was written for, or its hash (`core/text-store.ts`), where the file may have changed since: the
   * edit is placed in it, and the change carried over to `source`.
   */
  readonly base?: string | TextHash;
  /**
   * The function, class or other symbol that the edit is about, by name (`get`, `Store.get`): the edit is placed inside it. Refused where
   * the file declares it not at all, or more than once.
   */
  readonly symbol?: string;
  /**
   * A notebook's cell for whose source the edit was written: its id, or its number from 1. Without it an edit of a notebook is one of
   * the cell whose source has its lines, or of the file's JSON.
   */
  readonly cell?: string | number;
}

/** A cell of a notebook that was edited, with the account of its lines. */
export interface CellResult {
  readonly number: number;
  readonly id?: string;
  readonly proof?: Proof | CarriedProof;
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
  /**
   * The file that the edit itself names, and others that it names as well, as written. Only the part for `path` was applied: who
   * applies an edit of several files asks once for each.
   */
  readonly named?: { readonly path?: string; readonly others: readonly string[] };
  readonly checks: readonly Check[];
  /** What needed tolerance: declared tiers and repairs, in words. */
  readonly notes: readonly string[];
  readonly proof?: Proof | CarriedProof;
  /** The change as a unified diff, where that was asked for instead of a proof. */
  readonly diff?: string;
  /** For every line of the proof's edit the line of the edit as written, from 1; 0 = it is in no line of its own. */
  readonly editLines?: readonly number[];
  /** SHA-256 of the text that the edit was written for, where the change was carried over from it. */
  readonly base?: string;
  /** The model that was asked, on the routes `model` and `rewrite`. */
  readonly model?: string;
  /** The cells that were edited by their source; `proof` is about lines of the file and is absent then. */
  readonly cells?: readonly CellResult[];
  /** Probability, calibrated, that a model-made result is right; absent on the merge route. */
  readonly confidence?: number;
  readonly stats?: SpeculationStats;
  /** From the parsed request to the answer, checks included. */
  readonly ms: number;
}
