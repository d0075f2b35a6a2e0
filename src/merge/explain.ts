import type { TextLine } from "../core/lines.ts";
import type { Ambiguous, Candidate, Refused } from "../core/merge.ts";
import type { Prepared } from "./matches.ts";
import type { Shape } from "./shape.ts";

export function noMatch(_source: readonly TextLine[], _shape: Shape, _prepared: Prepared): Refused {
  return { kind: "refused", code: "no-match", message: "no match", details: {} };
}
export function ambiguous(
  _source: readonly TextLine[],
  _shape: Shape,
  candidates: readonly Candidate[],
): Ambiguous {
  return { kind: "ambiguous", candidates, message: "ambiguous", details: {} };
}
export function checkFailed(problems: readonly string[]): Refused {
  return { kind: "refused", code: "check-failed", message: problems.join("\n"), details: {} };
}
