import { costs, infinity } from "./costs.ts";
import type { Depths } from "./scope.ts";

/** One edit line as the alignment sees it: what it costs as a new line, and where it matches. */
export interface AlignRow {
  readonly added: number;
  /** What it costs on top as the first, the last line of its block, with nothing known beside it. */
  readonly looseStart: number;
  readonly looseEnd: number;
  /** Positions where its matches begin, ascending, and end; and what each match costs. */
  readonly at: Int32Array;
  readonly to: Int32Array;
  readonly cost: Int32Array;
  /** A comment before this line says that source lines are removed here. */
  readonly removal: boolean;
  /** It has letters or digits and occurs once in the edit: a match of it is meaningful. */
  readonly unique: boolean;
}

export interface AlignBlock {
  readonly rows: readonly AlignRow[];
  readonly removalAtEnd: boolean;
  /** Extra cost of beginning at each position; hints and certain places. */
  readonly startCost?: Int32Array;
  readonly endCost?: Int32Array;
}

/**
 * Blocks to place one after the other in a source of `steps` lines. Position p lies before source line p.
 * `explicit`: the edit says what it removes; source lines that it passes over stay, at a cost.
 */
export interface Problem {
  readonly steps: number;
  /** Cost of passing over each source line within a block, in a short and in a long run. */
  readonly short: Int32Array;
  readonly long: Int32Array;
  readonly blocks: readonly AlignBlock[];
  readonly anchoredStart: boolean;
  readonly anchoredEnd: boolean;
  readonly explicit: boolean;
  /** Without a marker, and shorter than half of the file: what it does not show is hardly meant to go. */
  readonly fragment?: boolean;
  /** How deep the source is indented; absent where that is not meaningful. */
  readonly depths?: Depths;
}

/** Whether a block begins at the file's start, ends at its end, with nothing elided there. */
export interface Edges {
  readonly anchoredStart: boolean;
  readonly anchoredEnd: boolean;
}

/** Costs that hold between two edit lines of a block: what may happen there. */
interface GapCosts {
  /** Opening a run of passed-over lines after a match (short, long), after new lines, after loose new lines. */
  readonly matchShort: number;
  readonly matchLong: number;
  readonly addedShort: number;
  readonly addedLong: number;
  readonly loose: number;
  /** Passing over nothing. */
  readonly stay: number;
  /** New lines that begin the block here. */
  readonly begin: number;
  /** At a block's end that is not the file's: after new lines, with no match at all, after passed-over lines. */
  readonly endAdded: number;
  readonly endUnknown: number;
  readonly endPassed: number;
  readonly removal: boolean;
}

/** The costs before row `i` of a block, and after its last row where i is the number of rows. */
function gapCosts(problem: Problem, block: AlignBlock, i: number, edges: Edges): GapCosts {
  const atEnd = i === block.rows.length;
  const removal = atEnd ? block.removalAtEnd : block.rows[i]!.removal;
  if (problem.explicit) {
    const open = costs.omittedOpen;
    return {
      matchShort: open,
      matchLong: infinity,
      addedShort: open,
      addedLong: infinity,
      loose: open,
      stay: 0,
      begin: 0,
      endAdded: 0,
      endUnknown: 0,
      endPassed: atEnd ? infinity : 0,
      removal: false,
    };
  }
  const fileEdge = (i === 0 && edges.anchoredStart) || (atEnd && edges.anchoredEnd);
  const beyond = problem.fragment ? costs.fragmentEdge : 0;
  const open = fileEdge ? costs.removeAtFileEdge + beyond : costs.removeOpen;
  // At a block's edge lines are removed only beside new lines, or where a comment says so.
  const closed = atEnd && !edges.anchoredEnd;
  const endAdded = atEnd ? (block.rows.at(-1)?.looseEnd ?? 0) : 0;
  const announced = costs.announcedAtEdge;
  const replaceAtEnd = atEnd && edges.anchoredEnd ? costs.replaceAtFileEdge + beyond : 0;
  return {
    matchShort: removal ? 0 : closed ? infinity : open,
    matchLong: closed ? infinity : costs.removeManyOpen + open - costs.removeOpen,
    addedShort: replaceAtEnd,
    addedLong: costs.replaceManyOpen + replaceAtEnd,
    loose: edges.anchoredStart ? costs.replaceAtFileEdge + beyond : infinity,
    stay: removal ? costs.announcedNothing : 0,
    begin: block.rows[0]?.looseStart ?? 0,
    endAdded,
    endUnknown: atEnd ? costs.unknownBlock + endAdded : 0,
    endPassed: !atEnd ? 0 : removal ? announced : infinity,
    removal,
  };
}

/** Lines [from, to) of a block, and the positions `first` to `last`, both included, that they are laid on. */
export interface LooseStretch {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
  /** Cost of beginning at each position, the first of the stretch first. */
  readonly starts: Int32Array;
  /** What the first position is: a place to begin at like the others, a line that matched, or the file's start. */
  readonly opening: "free" | "match" | "edge";
  /** Whether the last position is the file's end. */
  readonly closed: boolean;
  /** What the gaps at the block's ends are priced by. */
  readonly edges: Edges;
}

/**
 * States at a position, in the order in which equal costs prefer them. `match`: the last edit line matched; `added`: new
 * lines since the last match; `loose`: new lines, nothing matched yet; `short` and `long`: source lines are being passed
 * over, by two running sums whose minimum is a concave cost (many lines replaced are one change); `begin`: the block
 * begins here.
 */
export const states = { match: 0, added: 1, loose: 2, short: 3, long: 4, begin: 5 } as const;

/** Sums of one row for each position of a stretch, and the tag of each: where its value came from. */
export class RowSums {
  readonly match: Int32Array;
  readonly added: Int32Array;
  readonly loose: Int32Array;
  /** The cheapest of all states, what is laid so far being complete. */
  readonly best: Int32Array;
  readonly matchTag: Int32Array;
  readonly addedTag: Int32Array;
  readonly looseTag: Int32Array;
  readonly bestTag: Int32Array;
  readonly shortTag: Int32Array;
  readonly longTag: Int32Array;

  constructor(positions: number) {
    const array = (): Int32Array => new Int32Array(positions);
    [this.match, this.added, this.loose, this.best] = [array(), array(), array(), array()];
    [this.matchTag, this.addedTag, this.looseTag] = [array(), array(), array()];
    [this.bestTag, this.shortTag, this.longTag] = [array(), array(), array()];
  }
}

/** The state before each one, for every row and position of a stretch. */
export class Choices {
  readonly width: number;
  readonly best: Uint8Array;
  readonly added: Uint8Array;
  readonly loose: Uint8Array;
  readonly short: Uint8Array;
  readonly long: Uint8Array;

  constructor(rows: number, width: number) {
    this.width = width;
    const table = (): Uint8Array => new Uint8Array((rows + 1) * width);
    [this.best, this.added, this.loose] = [table(), table(), table()];
    [this.short, this.long] = [table(), table()];
  }

  /** Takes the tags of a row, each of them set anew before the row was laid. */
  record(row: number, sums: RowSums): void {
    const { width } = this;
    const at = row * width;
    this.best.set(sums.bestTag.subarray(0, width), at);
    this.added.set(sums.addedTag.subarray(0, width), at);
    this.loose.set(sums.looseTag.subarray(0, width), at);
    this.short.set(sums.shortTag.subarray(0, width), at);
    this.long.set(sums.longTag.subarray(0, width), at);
  }
}

/**
 * Dynamic programming over (edit lines x source positions), one row at a time; afterwards `sums.best` holds what all lines
 * of the stretch cost when they end at each position. Within a gap new lines come before removed lines, so each text has
 * one path. A tag says where the block began, or, with `choices`, from which state the value came.
 * Time is rows x positions, space positions; with `choices` rows x positions.
 */
export function layOut(
  problem: Problem,
  block: AlignBlock,
  stretch: LooseStretch,
  sums: RowSums,
  choices?: Choices,
): void {
  const { from, to, first, last, starts, opening } = stretch;
  const width = last - first + 1;
  sums.match.fill(infinity, 0, width);
  sums.added.fill(infinity, 0, width);
  sums.loose.fill(infinity, 0, width);
  if (opening !== "free" && width > 0) {
    sums.match[0] = starts[0]!;
    sums.matchTag[0] = first;
  }
  for (let i = from; i <= to; i++) {
    if (choices) {
      sums.matchTag.fill(states.match, 0, width);
      sums.addedTag.fill(states.added, 0, width);
      sums.looseTag.fill(states.loose, 0, width);
    }
    const row = i < to ? block.rows[i] : undefined;
    layRow(problem, gapCosts(problem, block, i, stretch.edges), i, row, stretch, sums, choices);
    choices?.record(i - from, sums);
    if (row) layMatches(row, first, last, sums);
  }
}

/** What comes before one edit line: new lines and lines passed over, position by position. */
function layRow(
  { short, long }: Problem,
  gap: GapCosts,
  i: number,
  row: AlignRow | undefined,
  { from, first, last, starts, opening, closed }: LooseStretch,
  { match, added, loose, best, ...tags }: RowSums,
  choices: Choices | undefined,
): void {
  const { matchTag, addedTag, looseTag, bestTag, shortTag, longTag } = tags;
  const { removal, stay } = gap;
  const isFirst = i === from;
  const isRecorded = choices !== undefined;
  const addedCost = row?.added ?? 0;
  const blocked = addedCost >= infinity;
  let d1 = infinity;
  let d1Tag: number = isRecorded ? states.short : -1;
  let d2 = infinity;
  let d2Tag: number = isRecorded ? states.long : -1;
  for (let p = first; p <= last; p++) {
    const q = p - first;
    const m = match[q]!;
    const mTag = matchTag[q]!;
    const n = added[q]!;
    const nTag = addedTag[q]!;
    const u = loose[q]!;
    const uTag = looseTag[q]!;
    const isOpened = isFirst && q === 0 && opening !== "free";
    const x = isFirst && !isOpened ? starts[q]! : infinity;
    const xTag = isRecorded ? states.begin : p;
    // What all lines so far cost when they end here.
    const isEnd = closed && p === last;
    let b = m + stay;
    let bTag = mTag;
    let offer = n + stay + (isEnd ? 0 : gap.endAdded);
    if (offer < b) {
      b = offer;
      bTag = nTag;
    }
    offer = u + stay + (isEnd ? 0 : gap.endUnknown);
    if (offer < b) {
      b = offer;
      bTag = uTag;
    }
    const passed = isEnd ? 0 : gap.endPassed;
    if (d1 + passed < b) {
      b = d1 + passed;
      bTag = d1Tag;
    }
    if (d2 + passed < b) {
      b = d2 + passed;
      bTag = d2Tag;
    }
    if (x + stay < b) {
      b = x + stay;
      bTag = xTag;
    }
    best[q] = b;
    bestTag[q] = bTag;
    // This line as a new one. The file's start is no match: new lines there are loose, though they may well begin it.
    const atEdge = isOpened && opening === "edge";
    added[q] = blocked || atEdge ? infinity : Math.min(m, n) + addedCost;
    addedTag[q] = n < m ? nTag : mTag;
    const begin = atEdge ? m : x + gap.begin;
    loose[q] = blocked ? infinity : Math.min(begin, u) + addedCost;
    looseTag[q] = begin < u ? xTag : uTag;
    if (p === last) break;
    // Lines passed over, from here to the next position.
    if (m + gap.matchShort < d1) {
      d1 = m + gap.matchShort;
      d1Tag = mTag;
    }
    if (n + gap.addedShort < d1) {
      d1 = n + gap.addedShort;
      d1Tag = nTag;
    }
    if (u + gap.loose < d1) {
      d1 = u + gap.loose;
      d1Tag = uTag;
    }
    if (removal && x + costs.announcedAtEdge < d1) {
      d1 = x + costs.announcedAtEdge;
      d1Tag = xTag;
    }
    if (m + gap.matchLong < d2) {
      d2 = m + gap.matchLong;
      d2Tag = mTag;
    }
    if (n + gap.addedLong < d2) {
      d2 = n + gap.addedLong;
      d2Tag = nTag;
    }
    if (isRecorded) {
      shortTag[q + 1] = d1Tag;
      longTag[q + 1] = d2Tag;
      d1Tag = states.short;
      d2Tag = states.long;
    }
    d1 += removal ? Math.min(short[p]!, costs.announcedLine) : short[p]!;
    d2 += long[p]!;
  }
}

/** One edit line as the source's, wherever it matches. */
function layMatches(row: AlignRow, first: number, last: number, sums: RowSums): void {
  const { match, matchTag, best, bestTag } = sums;
  const { at, to, cost } = row;
  match.fill(infinity, 0, last - first + 1);
  for (let c = firstAtLeast(at, first); c < at.length && at[c]! < last; c++) {
    const end = to[c]!;
    if (end > last) continue;
    match[end - first] = Math.min(infinity, best[at[c]! - first]! + cost[c]!);
    matchTag[end - first] = bestTag[at[c]! - first]!;
  }
}

function firstAtLeast(array: Int32Array, value: number): number {
  let low = 0;
  let high = array.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (array[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
