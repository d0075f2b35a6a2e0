import type { FormatName } from "../../core/edit.ts";
import type { Encoding } from "../encoding.ts";
import { sha256 } from "../sha256.ts";

/** First and last line of a stretch, counted from 1, both included. */
export type Span = readonly [first: number, last: number];

/** Where a stretch of lines of the result comes from. Line numbers count from 1. */
export type ResultRun =
  /** Lines of the source, from line `source` on; `ends`: the text is the source's, the line end is not. */
  | {
      readonly from: "source";
      readonly lines: Span;
      readonly source: number;
      readonly ends?: "changed";
    }
  /** Lines of the edit, from line `edit` on (`editTexts` numbers them); their indentation may be the file's. */
  | { readonly from: "edit"; readonly lines: Span; readonly edit: number }
  /** A line made of the edit (line `edit`, where one line is known) and of source lines: begins as the first, ends as the last. */
  | {
      readonly from: "merged";
      readonly lines: Span;
      readonly source?: Span;
      readonly edit?: number;
    }
  /** Blank lines that set new code apart. */
  | { readonly from: "layout"; readonly lines: Span }
  /** Lines that a model wrote; `edit`: they are those of the edit from this line on. */
  | { readonly from: "model"; readonly lines: Span; readonly edit?: number }
  /** JSON lines of notebook cells whose sources have maps of their own. */
  | { readonly from: "cell"; readonly lines: Span }
  /** Lines whose origin could not be traced. */
  | { readonly from: "other"; readonly lines: Span };

/** What became of a stretch of source lines. */
export type SourceRun =
  | { readonly fate: "kept"; readonly lines: Span; readonly result: number }
  /** Lines `result` of the result replace them. */
  | { readonly fate: "replaced"; readonly lines: Span; readonly result: Span }
  | { readonly fate: "removed"; readonly lines: Span };

/** Every line of the result and every line of the source, each in exactly one run, in order. */
export interface LineMap {
  readonly result: readonly ResultRun[];
  readonly source: readonly SourceRun[];
}

/** One side of an edit: the file's bytes by hash and size, and how they become lines. */
export interface ReceiptSide {
  readonly sha256: string;
  readonly bytes: number;
  readonly lines: number;
  readonly encoding: Encoding;
  readonly bom: boolean;
}

/** The source of one edited cell of a notebook: how many lines it had and has, and their map. */
export interface ReceiptCell extends LineMap {
  readonly number: number;
  readonly id?: string;
  readonly before: number;
  readonly after: number;
}

/** The account of one edit of one file, version 1: `docs/guide/receipt.md`. Plain JSON. */
export interface Receipt {
  readonly receipt: 1;
  /** Program and version, as `redraft 0.1.0`. */
  readonly tool: string;
  /** As the caller named it. */
  readonly path: string;
  readonly movedTo?: string;
  readonly action: "update" | "create" | "delete" | "move";
  /** null: the file did not exist. */
  readonly before: ReceiptSide | null;
  /** null: the file was deleted. */
  readonly after: ReceiptSide | null;
  /** The edit as written; absent where there was only an instruction. */
  readonly edit?: { readonly sha256: string; readonly format: FormatName };
  /** The text that the edit was written for, where that is not the file's. */
  readonly base?: { readonly sha256: string };
  readonly route: "merge" | "model" | "rewrite";
  readonly why: string;
  readonly model?: {
    readonly name: string;
    /** Calibrated probability that the result is right, to four digits. */
    readonly confidence?: number;
  };
  readonly checks: readonly { readonly name: string; readonly ok: boolean | "unknown" }[];
  readonly lines: LineMap;
  readonly cells?: readonly ReceiptCell[];
  /** SHA-256 of the canonical form of everything else. */
  readonly digest: string;
}

/** JSON without white space, names sorted: one text for one value. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Adds the digest, and puts the names in order: printed as JSON without white space it is canonical. */
export function sealed(receipt: Omit<Receipt, "digest">): Receipt {
  const digest = sha256(canonical(receipt));
  return JSON.parse(canonical({ ...receipt, digest })) as Receipt;
}

/** The receipt as a file: one line, the only form that verifies. */
export function receiptText(receipt: Receipt): string {
  return `${canonical(receipt)}\n`;
}
