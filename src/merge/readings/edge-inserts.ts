import type { FormatName } from "../../core/edit.ts";
import { indentOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { isFilled } from "../../text/words.ts";
import { limits } from "../align/costs.ts";
import type { Placement } from "../align/placements.ts";
import type { BlockTrace } from "../align/trace.ts";
import type { Block, BlockLine, Shape } from "../shape.ts";

/** New lines at a block's edge with no context beyond them, so that they may belong further out. */
export interface EdgeInsert {
  readonly block: number;
  readonly side: "start" | "end";
  /** How many new lines. */
  readonly count: number;
}

const beginsClosing = (text: string): boolean => /^\s*(?:[)\]}]|end\b)/.test(text);
const endsOpen = (text: string): boolean => /[([{:]\s*$/.test(text);
const width = (text: string): number => indentOf(text).length;

/**
 * Edges of explicit edits whose new lines most likely belong at the file's own edge, a line or two further out: a diff
 * shows context on both sides wherever there is some, and new lines that would split the code around them are probably
 * misplaced.
 */
export function edgeInserts(
  source: readonly TextLine[],
  shape: Shape,
  placement: Placement,
  format: FormatName,
): EdgeInsert[] {
  const found: EdgeInsert[] = [];
  if (shape.extent !== "parts") return found;
  // Where there is context on one side only, a diff's new lines are for the file's edge; a patch's follow that context.
  const showsBothSides = format === "unified-diff";
  const texts = source.map((line) => line.text);
  for (const [k, block] of shape.blocks.entries()) {
    if (block.atLine !== undefined || block.anchor !== undefined) continue;
    const { start, end } = placement.ranges[k]!;
    const isFree = (from: number, to: number): boolean => {
      let filled = 0;
      // Few blocks are this close to the edge, so counting stops at the limit.
      for (let line = from; line < to && filled <= limits.edgeInsertLines; line++) {
        if (isFilled(texts[line]!)) filled++;
      }
      if (filled === 0 || filled > limits.edgeInsertLines) return false;
      return !placement.ranges.some(
        (range, other) => other !== k && range.start < to && range.end > from,
      );
    };
    for (const side of ["start", "end"] as const) {
      const edge = side === "end" ? mirroredOf(block) : block.tokens;
      const count = edge.findIndex((token) => token.role !== "add");
      if (count <= 0 || edge[count]!.role !== "keep") continue;
      if (!(side === "end" ? isFree(end, texts.length) : isFree(0, start))) continue;
      const newTexts = edge.slice(0, count).map((token) => token.text);
      const kept = edge[count]!.text;
      // Both sides are judged as ends: `beyond` leads from the new lines to the file's edge.
      const beyond = side === "end" ? texts.slice(end) : texts.slice(0, start).reverse();
      const ordered = side === "end" ? newTexts.toReversed() : newTexts;
      const first = ordered.find(isFilled);
      if (first === undefined) continue;
      const outermost = beyond.findLast(isFilled)!;
      if (width(first) > width(outermost)) continue;
      const splits =
        side === "end" ? splitsBelow(ordered, kept, beyond) : splitsAbove(ordered, beyond);
      if (splits || showsBothSides) found.push({ block: k, side, count });
    }
  }
  return found;
}

const mirroredOf = (block: Block): readonly BlockLine[] => block.tokens.toReversed();

/** Whether new lines below `kept` would split what belongs together: a block from its end, or a paragraph. */
function splitsBelow(
  newTexts: readonly string[],
  kept: string,
  beyond: readonly string[],
): boolean {
  const first = newTexts.find(isFilled)!;
  const next = beyond.find(isFilled)!;
  if (beginsClosing(next)) return !beginsClosing(first) && width(next) >= width(first);
  if (width(next) > width(first) && width(kept) > width(first)) return true;
  return (
    !isFilled(newTexts[0]!) && isFilled(newTexts.at(-1)!) && isFilled(kept) && isFilled(beyond[0]!)
  );
}

/** The same above: `beyond[0]` is the line above the new ones. */
function splitsAbove(newTexts: readonly string[], beyond: readonly string[]): boolean {
  const previous = beyond.find(isFilled)!;
  if (endsOpen(previous)) return width(previous) >= width(newTexts.find(isFilled)!);
  return isFilled(newTexts[0]!) && !isFilled(newTexts.at(-1)!) && isFilled(beyond[0]!);
}

/** The placement and the lines of a block with the new lines of one edge at the file's edge instead. */
export function atFileEdge(
  placement: Placement,
  trace: BlockTrace,
  edge: EdgeInsert,
  lineCount: number,
): { placement: Placement; trace: BlockTrace } {
  const position = trace.position.slice();
  if (edge.side === "start") position.fill(0, 0, edge.count);
  else position.fill(lineCount, position.length - edge.count);
  const ranges = placement.ranges.map((range, k) => {
    if (k !== edge.block) return range;
    return edge.side === "start" ? { ...range, start: 0 } : { ...range, end: lineCount };
  });
  return { placement: { ...placement, ranges }, trace: { ...trace, position } };
}
