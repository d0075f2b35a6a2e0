/** Where one line of the result comes from. Line numbers are 0-based throughout the proof. */
export type ResultOrigin =
  | { readonly from: "source"; readonly source: number; readonly edit?: number }
  | { readonly from: "edit"; readonly edit: number }
  /** A new line that keeps the source line's typography where it repeats it. */
  | { readonly from: "merged"; readonly source: number; readonly edit: number }
  /** A blank line between new code and its neighbours, as the file sets its own code apart. */
  | { readonly from: "layout" };

/** What became of one source line. */
export type SourceFate =
  | {
      readonly fate: "kept";
      readonly result: number;
      readonly because: "elided" | "matched" | "outside";
    }
  | { readonly fate: "replaced"; readonly because: string }
  | { readonly fate: "removed"; readonly because: string };

/** What became of one edit line. Edit lines are numbered in order over all lines segments. */
export type EditFate =
  | { readonly fate: "matched"; readonly source: number; readonly tier: Tier }
  | { readonly fate: "placed"; readonly result: number }
  | { readonly fate: "dropped-source"; readonly source: number; readonly tier: Tier }
  /** A blank line of a sketch next to a marker: it sets the marker off and says nothing about the file. */
  | { readonly fate: "layout" };

/** How exactly an edit line equals its source line, from surest to loosest. */
export const tiers = ["exact", "trailing", "indent", "typography", "misquoted"] as const;
export type Tier = (typeof tiers)[number];

/**
 * The account of a merge: every line of both sides. Plain data, checkable by a routine that shares no
 * code with the alignment that produced it.
 */
export interface Proof {
  readonly result: readonly ResultOrigin[];
  readonly source: readonly SourceFate[];
  readonly edit: readonly EditFate[];
  /** Cost of this placement, and of the best placement that gives a different text (Infinity: there is none). */
  readonly cost: number;
  readonly runnerUp: number;
}

/** What became of an edit line whose place is not in the source, but in the text that the edit was written for. */
export type CarriedFate =
  /** It matched or dropped line `base` of that text, which the file no longer has as it was. */
  | { readonly fate: "gone"; readonly base: number }
  /** It is a new line that the file has already, because somebody else made the same change. */
  | { readonly fate: "present"; readonly source: number };

/**
 * The account of an edit that was placed in another text than the source, the one it was written for, and carried over:
 * `result` and `source` are complete and about the source, as in every proof.
 */
export interface CarriedProof extends Omit<Proof, "edit"> {
  readonly edit: readonly (EditFate | CarriedFate)[];
  /** The account of the placement in the text that the edit was written for; its lines of `source` are that text's. */
  readonly base: Proof;
}

/** A stretch of 0-based lines, `end` not included. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/** One whole text that an ambiguous edit may mean. */
export interface Candidate {
  readonly text: string;
  readonly cost: number;
  /** Lines of the source, and of `text`, outside which all candidates agree. */
  readonly sourceRange: LineRange;
  readonly textRange: LineRange;
  readonly proof: Proof;
}

export interface Ambiguous {
  readonly kind: "ambiguous";
  /** Best first; at least two; their texts differ. */
  readonly candidates: readonly Candidate[];
  /** For the caller: both places with line numbers and surroundings, and what to send next. */
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Refused {
  readonly kind: "refused";
  readonly code: "no-match" | "unreadable-edit" | "check-failed";
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Proved {
  readonly kind: "proved";
  readonly text: string;
  readonly proof: Proof;
  /** Declared tiers and repairs that the placement needed, in words; empty when all was exact. */
  readonly notes: readonly string[];
}

export type MergeOutcome = Proved | Ambiguous | Refused;
