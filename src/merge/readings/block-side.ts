import { columnsOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { limits } from "../align/costs.ts";
import { isDistinctive } from "../align/distinctive.ts";
import type { Built } from "../proof/build.ts";
import { writtenIn } from "../proof/written.ts";
import { type BlockLine, isFilledLine, type Shape } from "../shape.ts";

/** One side of a block that has new lines, and the lines of the file beyond it. */
export interface BlockSide {
  readonly block: number;
  readonly side: "start" | "end";
  /** Where the block's range ends on this side, and where the next block's begins. */
  readonly edge: number;
  readonly limit: number;
  /** The new lines at this side, from the outermost quoted line outwards. */
  readonly run: readonly BlockLine[];
  /** The nearest lines of the file beyond the edge, from there outwards. */
  readonly beyond: readonly string[];
  /** The texts of new lines near the edge that may have been moved there. */
  moved(): ReadonlySet<string>;
  /**
   * Whether the sketch shows that its block ends at a position: at the file's own start or end without a marker, or by a
   * blank line where the file has one.
   */
  isBounded(position: number): boolean;
}

/** The sides of the blocks of a sketch that have new lines and something to place them by. */
export function* blockSides(
  source: readonly TextLine[],
  shape: Shape,
  best: Built,
): Generator<BlockSide> {
  const { ranges } = best.placement;
  const movedLines = movedIn(shape, source);
  const written = writtenIn(source, best);
  const isMatched = ({ editLine }: BlockLine): boolean =>
    best.proof.edit[editLine]!.fate === "matched";
  for (const [k, { tokens: asSent }] of shape.blocks.entries()) {
    const { start, end } = ranges[k]!;
    const isShifted = asSent.some((token) => isFilledLine(token) && written(token) !== token.text);
    const tokens = isShifted ? asSent.map((token) => ({ ...token, text: written(token) })) : asSent;
    const added = tokens.filter((token) => !isMatched(token)).length;
    if (added === 0) continue;
    // Without a quote only the file's own start shows where the lines are.
    const atStart = k === 0 && !shape.elidedStart && start === 0;
    if (added === tokens.length && !atStart) continue;
    for (const side of ["start", "end"] as const) {
      const isStart = side === "start";
      const edge = isStart ? start : end;
      const limit = isStart ? (ranges[k - 1]?.end ?? 0) : (ranges[k + 1]?.start ?? source.length);
      const ordered = isStart ? tokens : tokens.toReversed();
      const firstMatched = ordered.findIndex(isMatched);
      const run = ordered.slice(0, firstMatched < 0 ? ordered.length : firstMatched).reverse();
      const room = Math.min(Math.abs(limit - edge), added + limits.beyondLines);
      yield {
        block: k,
        side,
        edge,
        limit,
        run,
        beyond: Array.from(
          { length: room },
          (_, n) => source[isStart ? edge - 1 - n : edge + n]!.text,
        ),
        moved() {
          const columns = ordered.filter(isFilledLine).map(({ text }) => columnsOf(text));
          const least = Math.min(...columns);
          const near = ordered.slice(0, run.length + limits.movedLines);
          return movedLines(
            near.filter((token) => !isMatched(token) && columnsOf(token.text) === least),
          );
        },
        isBounded: (position) => isBounded(source, shape, k, side, position),
      };
    }
  }
}

function isBounded(
  source: readonly TextLine[],
  { blocks, elidedStart, elidedEnd }: Shape,
  k: number,
  side: "start" | "end",
  position: number,
): boolean {
  const beyond = side === "start" ? position - 1 : position;
  const { blankBefore, blankBehind } = blocks[k]!;
  if (side === "start" ? blankBefore : blankBehind) return source[beyond]?.text.trim() === "";
  if (side === "start") return k === 0 && !elidedStart && position === 0;
  return k === blocks.length - 1 && !elidedEnd && position === source.length;
}

/**
 * Returns a function that selects, of new lines, those with words that occur once in the edit and once in the file: a line
 * of the file that the edit also adds was moved.
 */
function movedIn(
  shape: Shape,
  source: readonly TextLine[],
): (added: readonly BlockLine[]) => Set<string> {
  let known: { readonly inFile: Set<string>; readonly inEdit: Set<string> } | undefined;
  return (added) => {
    const moved = new Set<string>();
    for (const token of added) {
      const text = token.text.trim();
      if (!isDistinctive(text)) continue;
      known ??= {
        inFile: onceIn(source),
        inEdit: onceIn(shape.blocks.flatMap((block) => block.tokens)),
      };
      if (known.inFile.has(text) && known.inEdit.has(text)) moved.add(text);
    }
    return moved;
  };
}

/** The lines that occur once. */
function onceIn(lines: readonly { readonly text: string }[]): Set<string> {
  const seen = new Set<string>();
  const once = new Set<string>();
  for (const { text } of lines) {
    const key = text.trim();
    if (seen.has(key)) once.delete(key);
    else once.add(key);
    seen.add(key);
  }
  return once;
}
