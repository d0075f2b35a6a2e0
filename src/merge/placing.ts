import type { Edit } from "../core/edit.ts";
import type { LineRange } from "../core/merge.ts";
import type { TextLine } from "../text/lines.ts";
import { isBlank } from "../text/words.ts";
import type { Placement, Placements } from "./align/placements.ts";
import type { Prepared } from "./align/prepare.ts";
import { type Displaced, displacedLine } from "./displaced.ts";
import { type BuildOptions, type Built, build } from "./proof/build.ts";
import { replacedInPlace } from "./readings/in-place.ts";
import type { ReplacedBeside } from "./readings/replaced-beside.ts";
import { repeatedLines } from "./repeated.ts";
import type { Shape } from "./shape.ts";
import { unquotedRemoval } from "./unquoted-removal.ts";

/** What is known while an edit is placed. */
export interface PlacingInput {
  readonly source: string;
  readonly lines: readonly TextLine[];
  readonly edit: Edit;
  readonly shape: Shape;
  readonly prepared: Prepared;
  readonly found: Placements;
}

/** An edit that is being placed: what is known of it, and the text that each placement gives. */
export interface Placing extends PlacingInput {
  /** The text of a placement. */
  draw(placement: Placement, options?: BuildOptions): Built;
  /** The text of a placement together with the lines beside its blocks that they certainly replace. */
  complete(placement: Placement): Built;
  /** Lines beside the blocks of a text that they may replace. */
  replaceable(built: Built): ReplacedBeside[];
  /** Lines that a text removes although the edit quotes nothing around them. */
  unquoted(built: Built): LineRange | undefined;
  /** A line that a text moves into a scope that is not its own. */
  displaced(built: Built): Displaced | undefined;
  /** How many lines a text adds that the file has in the same scope. */
  repeats(built: Built): number;
}

export function placingOf(question: PlacingInput): Placing {
  const { lines, edit, shape, prepared } = question;
  const settings = settingsOf(edit);
  const draw = (placement: Placement, options: BuildOptions = {}): Built =>
    build(lines, shape, prepared, placement, { ...settings, ...options });
  const displaced = (built: Built): Displaced | undefined => displacedLine(lines, shape, built);
  const replaceable = (built: Built): ReplacedBeside[] =>
    replacedInPlace(lines, shape, built, prepared.symbol);
  return {
    ...question,
    draw,
    complete(found) {
      const placement = withoutEdgeBlanks(lines, shape, found);
      const drawn = draw(placement);
      const changes = replaceable(drawn);
      const sure = changes.filter(({ isSure }) => isSure);
      const built = sure.length === 0 ? drawn : draw(withReplaced(placement, sure));
      if (sure.length === changes.length || !displaced(built)) return built;
      // The new lines cannot be added beside the lines that they may replace.
      return draw(withReplaced(placement, changes));
    },
    replaceable,
    unquoted: (built) => unquotedRemoval(lines, shape, built),
    displaced,
    repeats: shape.extent === "file" ? repeatedLines(lines, shape) : () => 0,
  };
}

/** Whether a text removes and moves only what the edit shows. */
export function isOwn({ unquoted, displaced }: Placing, built: Built): boolean {
  return !unquoted(built) && !displaced(built);
}

/** How the texts of an edit are written, wherever it is placed. */
export function settingsOf({ finalNewline, format }: Edit): BuildOptions {
  return { finalNewline, asWritten: format === "whole" };
}

/** A placement whose blocks reach as far as what they replace. */
export function withReplaced(placement: Placement, changes: readonly ReplacedBeside[]): Placement {
  const ranges = [...placement.ranges];
  for (const { block, side, position } of changes) {
    const range = ranges[block]!;
    ranges[block] =
      side === "start"
        ? { ...range, start: position, boundStart: true }
        : { ...range, end: position, boundEnd: true };
  }
  return { ...placement, ranges };
}

/**
 * A placement in which no block of a sketch begins or ends with blank lines of the file beside a marker: no line of
 * the block is one, so they stay.
 */
function withoutEdgeBlanks(
  source: readonly TextLine[],
  shape: Shape,
  placement: Placement,
): Placement {
  if (shape.extent !== "file") return placement;
  const isBlankLine = (line: number): boolean => isBlank(source[line]!.text);
  const last = shape.blocks.length - 1;
  const ranges = placement.ranges.map((range, k) => {
    const { tokens } = shape.blocks[k]!;
    let { start, end } = range;
    if ((k > 0 || shape.elidedStart) && tokens[0]?.text.trim() !== "")
      while (start < end && isBlankLine(start)) start++;
    if ((k < last || shape.elidedEnd) && tokens.at(-1)?.text.trim() !== "")
      while (end > start && isBlankLine(end - 1)) end--;
    return start === range.start && end === range.end ? range : { ...range, start, end };
  });
  return { ...placement, ranges };
}
