import type { LineRange } from "../../core/merge.ts";
import type { TextLine } from "../../text/lines.ts";
import { hasWords } from "../../text/words.ts";
import { infinity, limits } from "../align/costs.ts";
import { type Placement, placements } from "../align/placements.ts";
import type { Problem } from "../align/recurrence.ts";
import type { Placing } from "../placing.ts";
import type { Built } from "../proof/build.ts";
import type { Block } from "../shape.ts";
import { fateOf, onlyDifference, size } from "./ranges.ts";
import type { RepeatedStretches } from "./repeated-stretches.ts";

/** The name and reason of `heldSides`. */
export const heldSide = {
  name: "held-side",
  why: "its first or last quoted line matches again further out, and the lines up to there may be removed as well",
} as const;

/** Texts in which a block reaches further on one side, while its other side stays where the best text has it. */
export function* heldSides(
  { lines, shape, prepared, draw }: Placing,
  best: Built,
  repeated: RepeatedStretches,
): Generator<Built> {
  const { ranges } = best.placement;
  let looked = 0;
  for (const placement of heldPlacements(lines, prepared.problem, best)) {
    if (looked++ >= limits.suspected) return;
    const k = onlyDifference(ranges, placement.ranges);
    if (k === undefined) continue;
    const [now, other] = [ranges[k]!, placement.ranges[k]!];
    if (size(other) <= size(now)) continue;
    const isDoubtful = changesNoWords(lines, shape.blocks[k]!, k, best);
    if (!isDoubtful && !repeated.addsOnlyRepeats(now, other)) continue;
    const built = draw(placement);
    if (!built.idle[k]) yield built;
  }
}

/** Whether a block adds and removes only blank lines and braces, which is rarely what an edit is about. */
function changesNoWords(
  source: readonly TextLine[],
  { tokens }: Block,
  k: number,
  best: Built,
): boolean {
  const { start, end } = best.placement.ranges[k]!;
  for (let line = start; line < end; line++) {
    if (best.proof.source[line]!.fate !== "kept" && hasWords(source[line]!.text)) return false;
  }
  return tokens.every(
    ({ editLine, text }) => fateOf(best, editLine) !== "placed" || !hasWords(text),
  );
}

/**
 * Placements in which one side of one block stays where the best one has it, where what is at the block's other side
 * is found again further out. `Placements.others` knows only the cheapest placement through each position, and that
 * one may move both sides.
 */
function* heldPlacements(
  source: readonly TextLine[],
  problem: Problem,
  best: Built,
): Generator<Placement> {
  const { cost, ranges } = best.placement;
  for (const [k, range] of ranges.entries()) {
    if (best.idle[k]) continue;
    for (const side of ["start", "end"] as const) {
      if (!isFurtherOut(source, range, side === "start" ? 1 : -1)) continue;
      const alone = placements(heldAlone(problem, k, side, range[side]));
      if (alone.best === undefined) continue;
      for (const other of alone.others(alone.best.cost + limits.heldReach)) {
        const moved = other.ranges[0]!;
        if (moved.start < (ranges[k - 1]?.end ?? 0)) continue;
        if (moved.end > (ranges[k + 1]?.start ?? source.length)) continue;
        yield { cost: cost + other.cost - alone.best.cost, ranges: ranges.with(k, moved) };
      }
    }
  }
}

/** One block by itself, with one side of it held where it is. */
function heldAlone(problem: Problem, k: number, side: "start" | "end", position: number): Problem {
  const only = new Int32Array(problem.steps + 1).fill(infinity);
  only[position] = 0;
  const held = side === "start" ? { startCost: only } : { endCost: only };
  return {
    ...problem,
    blocks: [{ ...problem.blocks[k]!, ...held }],
    anchoredStart: problem.anchoredStart && k === 0,
    anchoredEnd: problem.anchoredEnd && k === problem.blocks.length - 1,
  };
}

/** Whether the last two lines with words of a range (step 1), or its first two (-1), are found again close beyond it. */
function isFurtherOut(source: readonly TextLine[], range: LineRange, step: 1 | -1): boolean {
  const outermost = step === 1 ? range.end - 1 : range.start;
  const inside = (line: number): boolean => line >= range.start && line < range.end;
  let innermost = outermost;
  for (let words = 0; inside(innermost); innermost -= step) {
    if (hasWords(source[innermost]!.text) && ++words === 2) break;
  }
  if (!inside(innermost)) return false;
  const length = Math.abs(outermost - innermost) + 1;
  for (let away = 1; away <= limits.outwardLines; away++) {
    const at = (offset: number): string | undefined =>
      source[outermost + step * (away - offset)]?.text;
    if (at(0) === undefined) return false;
    let same = 0;
    while (same < length && at(same) === source[outermost - step * same]!.text) same++;
    if (same === length) return true;
  }
  return false;
}
