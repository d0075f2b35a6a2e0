import type { MergeOutcome } from "../../core/merge.ts";
import { readEdit } from "../../edit/read.ts";
import { merge } from "../../merge/merge.ts";
import { openRegion } from "../../settle/model/region.ts";
import { lineTexts } from "../../text/lines.ts";
import type { FileQuestion } from "./questions.ts";

/** What the merge left open of an edit whose result is known. */
export interface OpenQuestion {
  readonly kind: "open";
  readonly id: string;
  readonly repository: string;
  readonly language: string;
  readonly style: string;
  readonly original: readonly string[];
  readonly sketch: readonly string[];
  /** The region as each candidate has it, in the order of the merge. */
  readonly candidates: readonly (readonly string[])[];
  /** Which candidate is the expected text; -1 = none. */
  readonly right: number;
  /** The region after the edit; absent where the candidates are wrong outside the region too. */
  readonly expected?: readonly string[];
}

export interface Settled {
  readonly outcome: MergeOutcome["kind"];
  /** Of a proved text: whether it is the expected one. */
  readonly exact: boolean;
  readonly open?: OpenQuestion;
}

/** Merges the question's edit and, where that is ambiguous, cuts the region that a model would be asked about. */
export function settleByMerge(question: FileQuestion): Settled {
  const { original, edit: text, expected, path, format = "lazy" } = question;
  const edit = readEdit(text, { path, source: original, format });
  const outcome = merge(original, edit);
  if (outcome.kind !== "ambiguous") {
    return {
      outcome: outcome.kind,
      exact: outcome.kind === "proved" && outcome.text === expected,
    };
  }
  const region = openRegion(original, edit, outcome.candidates);
  const texts = outcome.candidates.map(({ text }) => lineTexts(text));
  const wanted = lineTexts(expected);
  const slice = region.candidates[0]!;
  const tail = texts[0]!.length - slice.end;
  const agrees =
    slice.start + tail <= wanted.length &&
    same(wanted.slice(0, slice.start), texts[0]!.slice(0, slice.start)) &&
    same(wanted.slice(wanted.length - tail), texts[0]!.slice(slice.end));
  const { id, repository, language, style } = question;
  return {
    outcome: "ambiguous",
    exact: false,
    open: {
      kind: "open",
      id,
      repository,
      language,
      style,
      original: region.original,
      sketch: region.sketch,
      candidates: texts.map((lines, i) =>
        lines.slice(region.candidates[i]!.start, region.candidates[i]!.end),
      ),
      right: outcome.candidates.findIndex((candidate) => candidate.text === expected),
      ...(agrees && { expected: wanted.slice(slice.start, wanted.length - tail) }),
    },
  };
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i]);
}
