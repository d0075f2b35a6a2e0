import type { LineRange } from "../../core/merge.ts";
import { spend } from "../../text/budget.ts";
import type { TextLine } from "../../text/lines.ts";
import { hasWords } from "../../text/words.ts";
import { infinity, limits } from "../align/costs.ts";
import { type Placement, placements } from "../align/placements.ts";
import type { Problem } from "../align/recurrence.ts";
import type { Built } from "../proof/build.ts";

/** Lines and stretches of a file that stand in it more than once. */
export class Twins {
  private readonly source: readonly TextLine[];
  private lineCounts: Map<string, number> | undefined;

  constructor(source: readonly TextLine[]) {
    this.source = source;
  }

  /** Whether a range reaches beyond another over nothing but stretches that stand elsewhere too, words in them. */
  addsOnlyTwins(now: LineRange, other: LineRange): boolean {
    const stretches = [
      { start: other.start, end: Math.min(now.start, other.end) },
      { start: Math.max(now.end, other.start), end: other.end },
    ].filter(({ start, end }) => end > start);
    let words = 0;
    for (const { start, end } of stretches) {
      for (let line = start; line < end; line++) {
        if (!this.isTwin(line)) return false;
        if (hasWords(this.source[line]!.text)) words++;
      }
    }
    return words > 1 && stretches.every((stretch) => this.standsElsewhere(stretch));
  }

  private isTwin(line: number): boolean {
    if (this.lineCounts === undefined) {
      this.lineCounts = new Map();
      for (const { text } of this.source) {
        this.lineCounts.set(text, (this.lineCounts.get(text) ?? 0) + 1);
      }
    }
    return this.lineCounts.get(this.source[line]!.text)! > 1;
  }

  private standsElsewhere({ start, end }: LineRange): boolean {
    const { source } = this;
    for (let from = 0; from + (end - start) <= source.length; from++) {
      if (from === start) continue;
      let line = start;
      spend(1);
      while (line < end && source[line]!.text === source[from + line - start]!.text) line++;
      if (line === end) return true;
    }
    return false;
  }
}

/**
 * Placements in which one side of one block stays where the best one has it, where what stands at the
 * block's other side stands again further out: through each position only the cheapest placement is
 * known otherwise, and that one may move both sides.
 */
export function* heldPlacements(
  source: readonly TextLine[],
  problem: Problem,
  best: Built,
): Generator<Placement> {
  const { cost, ranges } = best.placement;
  for (const [k, range] of ranges.entries()) {
    if (best.idle[k]) continue;
    for (const side of ["start", "end"] as const) {
      if (!standsFurtherOut(source, range, side === "start" ? 1 : -1)) continue;
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

/** Whether the last two lines with words of a range (step 1), or its first two (-1), stand again close beyond it. */
function standsFurtherOut(source: readonly TextLine[], range: LineRange, step: 1 | -1): boolean {
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
