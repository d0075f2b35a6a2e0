import type {
  CarriedFate,
  CarriedProof,
  EditFate,
  Proof,
  ResultOrigin,
  SourceFate,
} from "../../core/merge.ts";
import type { PairedSide } from "./hunks.ts";
import type { CarriedRegion } from "./three-way.ts";

/**
 * The proof of a carried edit against the file as it is now: the proof of the placement in the base, with each line mapped
 * to its place in the file. The file's own new lines are `elided` or `outside`, by the extent of the edit.
 */
export function carriedProof(
  placement: Proof,
  current: PairedSide,
  lines: readonly CarriedRegion[],
): CarriedProof {
  const inCurrent = new Map(current.pairs);
  const inBase = new Map(current.pairs.map(([line, own]) => [own, line]));
  const inParts = placement.source.some((one) => one.fate === "kept" && one.because === "outside");
  const aside = inParts ? "outside" : "elided";
  const resultOf = new Map<number, number>();
  const source = new Array<SourceFate>(current.lines.length);
  const present = new Map<number, number>();
  const result = lines.map((line, r): ResultOrigin => {
    const origin = line.edited < 0 ? undefined : placement.result[line.edited];
    if (line.current < 0) {
      resultOf.set(line.edited, r);
      return ownOrigin(origin!, inCurrent);
    }
    const matched = origin?.from === "source" && origin.edit !== undefined;
    source[line.current] = { fate: "kept", result: r, because: matched ? "matched" : aside };
    if (origin?.from === "edit" || origin?.from === "merged")
      present.set(line.edited, line.current);
    return { from: "source", source: line.current, ...(matched && { edit: origin.edit! }) };
  });
  for (let line = 0; line < source.length; line++) {
    // A line that is not in the result is one of the base, and the edit says why it is removed.
    source[line] ??= placement.source[inBase.get(line)!]!;
  }
  const edit = placement.edit.map((fate): EditFate | CarriedFate => {
    if (fate.fate === "placed") {
      const placed = resultOf.get(fate.result);
      if (placed !== undefined) return { fate: "placed", result: placed };
      return { fate: "present", source: present.get(fate.result)! };
    }
    if (fate.fate === "layout") return fate;
    const line = inCurrent.get(fate.source);
    if (line === undefined) return { fate: "gone", base: fate.source };
    return { ...fate, source: line };
  });
  const { cost, runnerUp } = placement;
  return { result, source, edit, cost, runnerUp, base: placement };
}

/** Where a line comes from that the current file does not have: the edit, or the layout around new code. */
function ownOrigin(origin: ResultOrigin, inCurrent: ReadonlyMap<number, number>): ResultOrigin {
  if (origin.from === "layout") return origin;
  const line = origin.from === "merged" ? inCurrent.get(origin.source) : undefined;
  if (line !== undefined) return { from: "merged", source: line, edit: origin.edit! };
  return { from: "edit", edit: (origin as { readonly edit: number }).edit };
}
