import type { RedraftError } from "../core/errors.ts";
import { spend } from "../text/budget.ts";
import { linePlaces } from "../text/line-index.ts";
import { isNearStart, type Marker, markersOf } from "./block-markers.ts";
import { pathBefore } from "./block-paths.ts";
import { type BlockSpan, blockOf, headerOf, type SearchBlock } from "./block-text.ts";
import type { EditInput } from "./format.ts";
import { unreadable } from "./unreadable.ts";
import { fenceOf } from "./wrapping.ts";

/**
 * Cuts the edit into blocks. The file itself may hold lines that look like markers (a document about
 * search blocks, a heading underlined with `=======`), so every way of pairing the markers is tried, the
 * likeliest first, until one leaves no marker outside a block.
 */
export function parseBlocks(input: EditInput): SearchBlock[] {
  const blocks: SearchBlock[] = [];
  let from = 0;
  let path: string | undefined;
  for (const span of spansOf(input)) {
    path = pathBefore(input, from, span.start) ?? path;
    blocks.push(blockOf(input, span, path));
    from = span.end + 1;
  }
  return blocks;
}

/** Where the blocks of an edit are. */
export function spansOf(input: EditInput): readonly BlockSpan[] {
  const markers = markersOf(input);
  return pairMarkers(input, markers) ?? pairFirst(input, markers);
}

/** Pairings that are tried, and markers beyond which none is: documents about blocks hold a few. */
const steps = 500;
const mostMarkers = 200;

/** A pairing that leaves no marker outside a block, or undefined. Only needed where markers can be text. */
function pairMarkers(input: EditInput, markers: readonly Marker[]): BlockSpan[] | undefined {
  const plain = isPlainBlock(markers);
  if (plain) {
    const spans: BlockSpan[] = [];
    for (let index = 0; index < markers.length; index += 3) {
      const [start, divider, end] = markers.slice(index, index + 3) as [Marker, Marker, Marker];
      spans.push({ start: start.index, divider: divider.index, end: end.index });
    }
    return spans;
  }
  if (markers.length === 0 || markers.length > mostMarkers) return undefined;
  let budget = steps;
  const search = (from: number): BlockSpan[] | undefined => {
    if (from >= markers.length) return [];
    const start = markers[from]!;
    if (start.kind !== "start") return undefined;
    for (let end = from + 2; end < markers.length; end++) {
      if (markers[end]!.kind !== "end") continue;
      for (const divider of dividersBetween(input, markers, from, end)) {
        if (budget-- <= 0) return undefined;
        const rest = search(end + 1);
        if (rest) {
          const span = { start: start.index, divider, end: markers[end]!.index };
          return [span, ...rest];
        }
      }
    }
    return undefined;
  };
  return search(0);
}

function isPlainBlock(markers: readonly Marker[]): boolean {
  const order = ["start", "divider", "end"];
  return (
    markers.length > 0 &&
    markers.length % 3 === 0 &&
    markers.every((marker, index) => marker.kind === order[index % 3])
  );
}

/**
 * Lines that may divide the block, likeliest first: those whose search part is in the source, with at most a line
 * or two left out (the longest part first), then those of the fence's own length that the file does not contain.
 * A block that swallows markers which the file does not contain is no block.
 */
function dividersBetween(
  input: EditInput,
  markers: readonly Marker[],
  from: number,
  to: number,
): number[] {
  const inner = markers.slice(from + 1, to);
  const dividers = inner.filter((marker) => marker.kind === "divider");
  const swallowed = inner.filter((marker) => marker.kind !== "divider" && !marker.known);
  if (swallowed.length > 0) return [];
  const own = dividers.filter((marker) => marker.length === markers[from]!.length);
  const choice = own.length > 0 ? own : dividers;
  const above = markers[from]!.index + 1;
  const start = above + headerOf(input.lines.slice(above, markers[to]!.index), input).lines;
  const isInSource = (marker: Marker): boolean =>
    isPartOf(input.lines.slice(start, marker.index), input.sourceLines);
  const known = choice.filter(isInSource).reverse();
  const rest = choice.filter((marker) => !known.includes(marker));
  const notInSource = rest.filter((marker) => !marker.known);
  const last = rest.filter((marker) => marker.known);
  return [...known, ...notInSource, ...last].map((marker) => marker.index);
}

/** Lines of the source that a search part may leave out and still be found. */
const mostOmitted = 2;

function isPartOf(lines: readonly string[], text: readonly string[]): boolean {
  if (lines.length === 0) return false;
  const source = trimmedEnds(text);
  const first = lines[0]!.trimEnd();
  // A part begins where it begins: nothing is left out above it.
  return (linePlaces(source).get(first) ?? []).some((start) => {
    let at = start + 1;
    let left = mostOmitted;
    let found = 1;
    while (found < lines.length && at < source.length) {
      if (source[at++] === lines[found]!.trimEnd()) found++;
      else if (left-- === 0) break;
    }
    spend(1 + found);
    return found === lines.length;
  });
}

const trimmedBlock = new WeakMap<readonly string[], readonly string[]>();

/** The lines without blanks at their ends; made once for a text. */
function trimmedEnds(lines: readonly string[]): readonly string[] {
  const made = trimmedBlock.get(lines) ?? lines.map((line) => line.trimEnd());
  trimmedBlock.set(lines, made);
  return made;
}

/** Markers in the order they come; what is wrong with them is said to the writer. */
function pairFirst(input: EditInput, markers: readonly Marker[]): BlockSpan[] {
  const spans: BlockSpan[] = [];
  let start: Marker | undefined;
  let divider: Marker | undefined;
  for (const marker of markers) {
    if (marker.kind === "start") {
      if (start) throw unfinished(start, divider, spans.length + 1);
      start = marker;
    } else if (marker.kind === "divider") {
      if (start) divider ??= marker;
    } else if (start && divider) {
      spans.push({ start: start.index, divider: divider.index, end: marker.index });
      start = undefined;
      divider = undefined;
    } else {
      throw unopened(input, marker, start);
    }
  }
  if (start) {
    const end = divider && fencedEnd(input, start, divider);
    if (divider === undefined || end === undefined)
      throw unfinished(start, divider, spans.length + 1);
    spans.push({ start: start.index, divider: divider.index, end });
  }
  if (spans.length === 0) {
    throw unreadable("search-replace", `the edit holds no search block. Send ${shape}.`, 1);
  }
  return spans;
}

const shape = "<<<<<<< SEARCH, the old lines, =======, the new lines, >>>>>>> REPLACE";

function unopened(input: EditInput, end: Marker, start: Marker | undefined): RedraftError {
  const closing = `line ${end.index + 1} closes a search block (${input.lines[end.index]!.trim()})`;
  const near = input.lines.findIndex((line, index) => index < end.index && isNearStart(line));
  const missing = start
    ? "there is no ======= before it"
    : near === -1
      ? "there is no <<<<<<< SEARCH before it"
      : `line ${near + 1} (${input.lines[near]!.trim()}) does not open one`;
  return unreadable(
    "search-replace",
    `${closing}, but ${missing}. Send the whole block: ${shape}.`,
    end.index + 1,
  );
}

/**
 * The fence that closes around a last block without its own end: its content is complete, since the writer went
 * on after it. Undefined if the text may be cut off.
 */
function fencedEnd(input: EditInput, start: Marker, divider: Marker): number | undefined {
  const above = input.lines.slice(Math.max(0, start.index - 2), start.index);
  const open = above.map(fenceOf).find((fence) => fence !== undefined);
  if (!open) return undefined;
  const end = input.lines.findIndex((line, index) => {
    if (index <= divider.index || input.inSource(line)) return false;
    const fence = fenceOf(line);
    return fence?.info === "" && fence.mark === open.mark;
  });
  return end === -1 ? undefined : end;
}

function unfinished(start: Marker, divider: Marker | undefined, block: number): RedraftError {
  const missing = divider === undefined ? "=======" : ">>>>>>> REPLACE";
  return unreadable(
    "search-replace",
    `search block ${block}, which begins on line ${start.index + 1} of the edit, has no ${missing} line: ` +
      "the edit is cut off or malformed. Send the whole block again.",
    start.index + 1,
  );
}
