import { spend } from "../core/budget.ts";
import { RedraftError } from "../core/errors.ts";
import { linePlaces } from "../core/line-index.ts";
import type { EditInput } from "./format.ts";
import { pathIn } from "./paths.ts";
import { fenceOf } from "./wrapping.ts";

/** One search block as written. `searchAt` and `replaceAt` are 1-based lines of the caller's text. */
export interface SearchBlock {
  readonly search: readonly string[];
  readonly replace: readonly string[];
  readonly searchAt: number;
  readonly replaceAt: number;
  readonly path?: string;
  /** Roo's `:start_line:`, 1-based. */
  readonly nearLine?: number;
}

interface Marker {
  readonly kind: "start" | "divider" | "end";
  readonly index: number;
  readonly length: number;
  readonly known: boolean;
}

const startPattern = /^\s{0,8}(<{5,9}|-{5,9})\s*(?:SEARCH|ORIGINAL|FIND|OLD)\b[^<=]{0,80}$/i;
const dividerPattern = /^\s{0,8}(={5,9})\s*$/;
const endPattern = /^\s{0,8}(>{5,9}|\+{5,9})\s*(?:REPLACE|UPDATED|NEW)\b[^<=]{0,80}$/i;

/** The fence of a line that opens a search block; undefined = it opens none. */
export function startOf(line: string): string | undefined {
  return startPattern.exec(line)?.[1];
}

function markersOf(input: EditInput): Marker[] {
  const markers: Marker[] = [];
  input.lines.forEach((line, index) => {
    const add = (kind: Marker["kind"], match: RegExpExecArray | null): void => {
      if (match)
        markers.push({ kind, index, length: match[1]!.length, known: input.inSource(line) });
    };
    add("start", startPattern.exec(line));
    add("divider", dividerPattern.exec(line));
    add("end", endPattern.exec(line));
  });
  return markers;
}

interface Span {
  readonly start: number;
  readonly divider: number;
  readonly end: number;
}

/**
 * Cuts the edit into blocks. The file itself may hold lines that look like markers (a document about
 * search blocks, a heading underlined with `=======`), so every way of pairing the markers is tried, the
 * likeliest first, until one leaves no marker outside a block.
 */
export function parseBlocks(input: EditInput): SearchBlock[] {
  const markers = markersOf(input);
  const spans = pairMarkers(input, markers) ?? pairFirst(input, markers);
  const blocks: SearchBlock[] = [];
  let from = 0;
  let path: string | undefined;
  for (const span of spans) {
    path = pathBefore(input, from, span.start) ?? path;
    blocks.push(blockOf(input, span, path));
    from = span.end + 1;
  }
  return blocks;
}

function blockOf(input: EditInput, span: Span, path: string | undefined): SearchBlock {
  let first = span.start + 1;
  let nearLine: number | undefined;
  // Roo's header: `:start_line:12`, `:end_line:14`, then a rule of dashes.
  for (let index = first; index < span.divider; index++) {
    const line = input.lines[index]!;
    const start = /^\s*:start_line:\s*(\d+)\s*$/.exec(line);
    if (start) nearLine = Number(start[1]);
    else if (!/^\s*:end_line:\s*\d+\s*$/.test(line)) {
      if (index > first && /^-{5,9}\s*$/.test(line)) first = index + 1;
      else if (nearLine !== undefined) first = index;
      break;
    }
  }
  const block = {
    search: input.lines.slice(first, span.divider),
    replace: input.lines.slice(span.divider + 1, span.end),
    searchAt: first + 1,
    replaceAt: span.divider + 2,
  };
  return {
    ...block,
    ...(path === undefined ? {} : { path }),
    ...(nearLine === undefined ? {} : { nearLine }),
  };
}

/** The path named on the lines before a block, fences and blank lines aside. */
function pathBefore(input: EditInput, from: number, start: number): string | undefined {
  for (let index = start - 1, looked = 0; index >= from && looked < 2; index--) {
    const line = input.lines[index]!;
    if (line.trim() === "") continue;
    const fence = fenceOf(line);
    const path = fence ? infoPath(fence.info) : pathIn(line);
    if (path !== undefined) return path;
    looked += 1;
    if (!fence) return undefined;
  }
  return undefined;
}

function infoPath(info: string): string | undefined {
  const word = info.split(/[\s:]+/).find((one) => /[./\\]/.test(one));
  return word === undefined ? undefined : pathIn(word);
}

/** Pairings that are tried, and markers beyond which none is: documents about blocks hold a few. */
const steps = 500;
const mostMarkers = 200;

/** A pairing that leaves no marker outside a block, or undefined. Only needed where markers can be text. */
function pairMarkers(input: EditInput, markers: readonly Marker[]): Span[] | undefined {
  const plain = isPlain(markers);
  if (plain) {
    const spans: Span[] = [];
    for (let index = 0; index < markers.length; index += 3) {
      const [start, divider, end] = markers.slice(index, index + 3) as [Marker, Marker, Marker];
      spans.push({ start: start.index, divider: divider.index, end: end.index });
    }
    return spans;
  }
  if (markers.length > mostMarkers) return undefined;
  let budget = steps;
  const search = (from: number): Span[] | undefined => {
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

function isPlain(markers: readonly Marker[]): boolean {
  const order = ["start", "divider", "end"];
  return (
    markers.length > 0 &&
    markers.length % 3 === 0 &&
    markers.every((marker, index) => marker.kind === order[index % 3])
  );
}

/**
 * Lines that may divide the block, likeliest first: those whose search part stands in the source, a line or
 * two of it left out at most (the longest part first), then those of the fence's own length that the file
 * does not hold. A block that swallows markers which the file does not hold is no block.
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
  const start = markers[from]!.index + 1;
  const stands = (marker: Marker): boolean =>
    standsIn(input.lines.slice(start, marker.index), input.sourceLines);
  const known = choice.filter(stands).reverse();
  const rest = choice.filter((marker) => !known.includes(marker));
  const fresh = rest.filter((marker) => !marker.known);
  const last = rest.filter((marker) => marker.known);
  return [...known, ...fresh, ...last].map((marker) => marker.index);
}

/** Lines of the source that a search part may leave out and still be found. */
const mostOmitted = 2;

function standsIn(lines: readonly string[], text: readonly string[]): boolean {
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

const trimmed = new WeakMap<readonly string[], readonly string[]>();

/** The lines without blanks at their ends; made once for a text. */
function trimmedEnds(lines: readonly string[]): readonly string[] {
  const made = trimmed.get(lines) ?? lines.map((line) => line.trimEnd());
  trimmed.set(lines, made);
  return made;
}

/** Markers in the order they come; what is wrong with them is said to the writer. */
function pairFirst(input: EditInput, markers: readonly Marker[]): Span[] {
  const spans: Span[] = [];
  let start: Marker | undefined;
  let divider: Marker | undefined;
  for (const marker of markers) {
    if (marker.kind === "start") {
      if (start)
        throw unfinished(
          start,
          divider === undefined ? "=======" : ">>>>>>> REPLACE",
          spans.length + 1,
        );
      start = marker;
    } else if (marker.kind === "divider") {
      if (start) divider ??= marker;
    } else if (start && divider) {
      spans.push({ start: start.index, divider: divider.index, end: marker.index });
      start = undefined;
      divider = undefined;
    } else {
      const what = start ? "no ======= before it" : "no <<<<<<< SEARCH before it";
      throw unreadable(
        `line ${marker.index + 1} closes a search block (${input.lines[marker.index]!.trim()}), but there is ${what}.`,
        marker.index + 1,
      );
    }
  }
  if (start)
    throw unfinished(
      start,
      divider === undefined ? "=======" : ">>>>>>> REPLACE",
      spans.length + 1,
    );
  if (spans.length === 0) {
    throw unreadable(
      "no search block found: expected <<<<<<< SEARCH, =======, >>>>>>> REPLACE.",
      1,
    );
  }
  return spans;
}

function unfinished(start: Marker, missing: string, block: number): RedraftError {
  return unreadable(
    `search block ${block}, which begins on line ${start.index + 1} of the edit, has no ${missing} line: ` +
      "the edit is cut off or malformed. Send the whole block again.",
    start.index + 1,
  );
}

function unreadable(message: string, line: number): RedraftError {
  return new RedraftError("unreadable-edit", message, {
    details: { line, format: "search-replace" },
  });
}
