import type { FormatName } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { LineRange } from "../core/merge.ts";
import { readEdit } from "../edit/read.ts";
import { merge } from "../merge/merge.ts";
import { type MergePicture, pictureOf } from "./picture.ts";

/** What the page asks its worker to merge. */
export interface MergeQuestion {
  /** Answers carry the number of their question, so that late ones are dropped. */
  readonly id: number;
  readonly path: string;
  readonly source: string;
  readonly edit: string;
  readonly format: FormatName | "auto";
}

/** One text that the edit may mean, with its picture. */
export interface CandidateView {
  readonly text: string;
  readonly cost: number;
  readonly sourceRange: LineRange;
  readonly textRange: LineRange;
  readonly picture: MergePicture;
}

/** What the edit was read as. */
export interface ReadAs {
  readonly format: FormatName;
  readonly why: string;
}

export type MergeView =
  | (ReadAs & {
      readonly kind: "proved";
      readonly text: string;
      readonly notes: readonly string[];
      readonly cost: number;
      /** Infinity: there is no other text. */
      readonly runnerUp: number;
      readonly picture: MergePicture;
    })
  | (ReadAs & {
      readonly kind: "ambiguous";
      readonly message: string;
      readonly reading: string;
      /** 0-based line of the edit as written that the question is about; -1 = none. */
      readonly editLine: number;
      readonly candidates: readonly CandidateView[];
      /** Of candidates that are not shown. */
      readonly more: number;
    })
  | (Partial<ReadAs> & {
      readonly kind: "refused";
      readonly code: string;
      readonly message: string;
      /** 0-based lines of the edit as written, and of the file, that the message is about. */
      readonly editLines: readonly number[];
      readonly fileLines: readonly number[];
    });

export interface MergeAnswer {
  readonly id: number;
  /** Of reading and merging, and of the picture. */
  readonly ms: { readonly merge: number; readonly picture: number };
  readonly view: MergeView;
}

/** Candidates that are shown; an edit that fits in more places is better quoted than chosen. */
const shownCandidates = 8;

/** Reads and merges one edit and draws the outcome. Never throws: a refusal is an outcome, and so is a defect. */
export function viewMerge(question: MergeQuestion, now: () => number): MergeAnswer {
  const { id, source, edit: text, path, format } = question;
  const started = now();
  let merged = started;
  const answer = (view: MergeView): MergeAnswer => {
    const end = now();
    return { id, ms: { merge: merged - started, picture: end - merged }, view };
  };
  try {
    const edit = readEdit(text, { path, source, format });
    const outcome = merge(source, edit);
    merged = now();
    const as: ReadAs = { format: edit.format, why: edit.why };
    if (outcome.kind === "refused") {
      const { code, message, details } = outcome;
      return answer({ kind: "refused", code, message, ...as, ...refusedLines(details) });
    }
    if (outcome.kind === "proved") {
      const { proof, notes } = outcome;
      const picture = pictureOf(source, edit, text, outcome.text, proof);
      const { cost, runnerUp } = proof;
      return answer({ kind: "proved", text: outcome.text, notes, cost, runnerUp, picture, ...as });
    }
    const { candidates, message, details } = outcome;
    const shown = candidates.slice(0, shownCandidates).map(
      ({ proof, ...one }): CandidateView => ({
        ...one,
        picture: pictureOf(source, edit, text, one.text, proof),
      }),
    );
    return answer({
      kind: "ambiguous",
      message,
      reading: String(details.reading ?? ""),
      editLine: Number(details.editLine ?? 0) - 1,
      candidates: shown,
      more: candidates.length - shown.length,
      ...as,
    });
  } catch (error) {
    if (merged === started) merged = now();
    if (RedraftError.is(error)) {
      const { code, message, details } = error;
      return answer({ kind: "refused", code, message, ...refusedLines(details) });
    }
    const message = `The merge failed, which is a defect of Redraft: ${String(error)}`;
    return answer({ kind: "refused", code: "check-failed", message, editLines: [], fileLines: [] });
  }
}

/** The lines that a refusal names in its details; both sides count from 1 there. */
export function refusedLines(details: Readonly<Record<string, unknown>>): {
  readonly editLines: readonly number[];
  readonly fileLines: readonly number[];
} {
  const editLines = new Set<number>();
  const fileLines = new Set<number>();
  const add = (to: Set<number>, value: unknown): void => {
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) to.add(value - 1);
  };
  const each = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  const field = (value: unknown, name: string): unknown =>
    typeof value === "object" && value !== null
      ? (value as Readonly<Record<string, unknown>>)[name]
      : undefined;
  add(editLines, details.editLine);
  for (const line of [...each(details.editLines), ...each(details.unplaced)]) add(editLines, line);
  for (const one of each(details.missing)) {
    add(editLines, field(one, "editLine"));
    for (const near of each(field(one, "nearest")).slice(0, 1)) add(fileLines, field(near, "line"));
  }
  for (const place of each(details.places)) {
    const [from, to] = [Number(field(place, "from")), Number(field(place, "to"))];
    for (let line = from; line <= Math.min(to, from + 200); line++) add(fileLines, line);
  }
  const ascending = (lines: Set<number>): number[] => [...lines].sort((a, b) => a - b);
  return { editLines: ascending(editLines), fileLines: ascending(fileLines) };
}
