import { spend } from "../text/budget.ts";
import type { TextLine } from "../text/lines.ts";
import { hasWords } from "../text/words.ts";
import { sameIndent } from "./align/indent.ts";
import type { Match } from "./align/match.ts";
import type { Placement } from "./align/placements.ts";
import type { Prepared } from "./align/prepare.ts";
import type { BlockTrace } from "./align/trace.ts";
import type { Block, BlockLine, Shape } from "./shape.ts";
import { isFoundChanged, isFoundNearly, type OldSide } from "./words/stale.ts";

/** An explicit edit of which every block occurs in the source to the letter, exactly once. */
export interface ExactPlacement {
  readonly placement: Placement;
  readonly prepared: Pick<Prepared, "matches" | "reindents">;
  readonly traces: readonly BlockTrace[];
}

/** What an exact look at an explicit edit found. */
export type ExactLook =
  | { readonly kind: "placed"; readonly placed: ExactPlacement }
  /** Blocks whose new side, not whose old side, is in the file: they were applied before. */
  | { readonly kind: "applied"; readonly blocks: readonly number[] }
  /** Two blocks claim the same lines. `ranges`: the lines of every block. */
  | {
      readonly kind: "overlap";
      readonly blocks: readonly [number, number];
      readonly ranges: Placement["ranges"];
    }
  | { readonly kind: "unclear" };

/**
 * Looks for the old side of every block, line for line. If each occurs exactly once, no tolerance is tried: an equal
 * place wins over a similar one, whatever the order of the blocks.
 */
export function lookExactly(source: readonly TextLine[], shape: Shape): ExactLook {
  const index = new Map<string, number[]>();
  for (const block of shape.blocks) for (const token of block.tokens) index.set(token.text, []);
  for (let line = 0; line < source.length; line++) index.get(source[line]!.text)?.push(line);
  const starts: number[] = [];
  const applied: number[] = [];
  let unclear = false;
  const sides: OldSide[] = [];
  for (const [k, block] of shape.blocks.entries()) {
    const before = block.tokens.filter((token) => token.role !== "add");
    const places = exactPlaces(before, block, source, index);
    const after = block.tokens.filter((token) => token.role !== "drop");
    const adds = block.tokens.filter((token) => token.role === "add");
    const haveWords = (tokens: readonly BlockLine[]): boolean =>
      tokens.some((token) => hasWords(token.text));
    if (
      block.atLine === undefined &&
      block.anchor === undefined &&
      adds.length > 0 &&
      before.length > 0
    ) {
      const done = exactPlaces(after, block, source, index);
      const isDone = (start: number): boolean =>
        done.some((at) => start < at + after.length && at < start + before.length);
      // The old lines are no longer there, or the new ones surround them already.
      if (
        done.length > 0 &&
        // Blank lines and braces occur everywhere: they do not show that this block was applied.
        haveWords(places.length === 0 ? after : adds) &&
        places.every((place) => {
          spend(done.length / 4);
          return done.some((at) => covers(at, after, place, before));
        }) &&
        !isFoundChanged({ source, before, isDone }, index) &&
        !remains(before, index, (line) => done.some((at) => at <= line && line < at + after.length))
      ) {
        applied.push(k);
        sides.push({ source, before, isDone });
        continue;
      }
    }
    const place = places.length > 1 ? hinted(places, block) : places[0];
    if (place === undefined) unclear = true;
    else starts[k] = place;
  }
  // An edit that was applied as a whole may be applied again. Of one that was not, no part is taken for done in doubt.
  if (applied.length < shape.blocks.length && sides.some(isFoundNearly)) return { kind: "unclear" };
  if (applied.length > 0) return { kind: "applied", blocks: applied };
  if (unclear) return { kind: "unclear" };
  return laidOut(shape, starts);
}

/** How often a line may be in a file and still identify a place. */
const rare = 2;

/**
 * Whether a line that a block removes is still in the file, outside the places of its new text: then that text was not
 * put there by this block.
 */
function remains(
  before: readonly BlockLine[],
  index: ReadonlyMap<string, readonly number[]>,
  isDone: (line: number) => boolean,
): boolean {
  return before.some(({ role, text }) => {
    if (role !== "drop" || !hasWords(text)) return false;
    const lines = index.get(text)!;
    return lines.length > 0 && lines.length <= rare && !lines.every(isDone);
  });
}

function covers(
  at: number,
  after: readonly BlockLine[],
  place: number,
  before: readonly BlockLine[],
): boolean {
  return at <= place && place + before.length <= at + after.length;
}

function exactPlaces(
  lines: readonly BlockLine[],
  block: Block,
  source: readonly TextLine[],
  index: ReadonlyMap<string, readonly number[]>,
): number[] {
  const fits = (start: number): boolean => {
    if (start < 0 || start + lines.length > source.length) return false;
    let same = 0;
    while (same < lines.length && source[start + same]!.text === lines[same]!.text) same++;
    spend(1 + same / 4);
    return same === lines.length;
  };
  if (block.atLine !== undefined) return fits(block.atLine - 1) ? [block.atLine - 1] : [];
  if (block.anchor === "start") return fits(0) ? [0] : [];
  if (block.anchor === "end") {
    const start = source.length - lines.length;
    return fits(start) ? [start] : [];
  }
  let rarest = 0;
  for (let i = 0; i < lines.length; i++) {
    if (index.get(lines[i]!.text)!.length < index.get(lines[rarest]!.text)!.length) rarest = i;
  }
  if (lines.length === 0) return [];
  return index
    .get(lines[rarest]!.text)!
    .map((line) => line - rarest)
    .filter(fits);
}

/** Of several equal places, the one at exactly the line that the edit names, or undefined. */
function hinted(places: readonly number[], block: Block): number | undefined {
  if (block.nearLine === undefined || block.under !== undefined) return undefined;
  return places.find((place) => place === block.nearLine! - 1);
}

function laidOut(shape: Shape, starts: readonly number[]): ExactLook {
  const ranges = shape.blocks.map((block, k) => ({
    start: starts[k]!,
    end: starts[k]! + block.tokens.filter((token) => token.role !== "add").length,
  }));
  const order = ranges
    .map((_, k) => k)
    .sort((a, b) => ranges[a]!.start - ranges[b]!.start || a - b);
  for (let i = 1; i < order.length; i++) {
    const [above, below] = [order[i - 1]!, order[i]!];
    if (ranges[above]!.end > ranges[below]!.start)
      return { kind: "overlap", blocks: [above, below], ranges };
  }
  const traces: BlockTrace[] = [];
  const matches: Match[][][] = [];
  for (const [k, block] of shape.blocks.entries()) {
    const source = new Int32Array(block.tokens.length).fill(-1);
    const position = new Int32Array(block.tokens.length);
    let line = ranges[k]!.start;
    const found: Match[][] = [];
    for (const [i, token] of block.tokens.entries()) {
      position[i] = line;
      if (token.role === "add") {
        found.push([]);
        continue;
      }
      source[i] = line;
      found.push([{ source: line, cost: 0, kind: "exact" }]);
      line++;
    }
    traces.push({ source, position, open: 0 });
    matches.push(found);
  }
  const reindents = shape.blocks.map(() => sameIndent);
  return {
    kind: "placed",
    placed: { placement: { cost: 0, ranges }, prepared: { matches, reindents }, traces },
  };
}
