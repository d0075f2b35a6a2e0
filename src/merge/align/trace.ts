import { OverBudget, spend } from "../../core/budget.ts";
import type { TextLine } from "../../core/lines.ts";
import type { Token } from "../shape.ts";
import { costs, infinity } from "./costs.ts";
import type { Match } from "./matches.ts";
import type { BlockRange } from "./placements.ts";
import { type Edges, gapCosts, type Problem } from "./recurrence.ts";

/** What became of each line of one block placed on source lines [start, end). */
export interface Trace {
  /** Explicit edits: how many runs of new lines may go before or behind omitted lines just as well. */
  readonly open: number;
  /** Per edit line: the source line it matches, or -1. */
  readonly source: Int32Array;
  /** Per edit line: the source position at which it stands. */
  readonly position: Int32Array;
}

/** Cells of the table beyond which the middle of a block is taken as replaced whole. */
const tableLimit = 3_000_000;

const enum_ = { M: 0, I: 1, U: 2, D1: 3, D2: 4, X: 5 } as const;

/** Edit lines [first, last) on source lines [start, end). */
interface Window {
  readonly first: number;
  readonly last: number;
  readonly start: number;
  readonly end: number;
}

/** The cheapest way to lay one block on exactly these source lines; undefined = too large to say. */
export function traceBlock(
  problem: Problem,
  k: number,
  matches: readonly (readonly Match[])[],
  range: BlockRange,
): Trace {
  const block = problem.blocks[k]!;
  const count = block.rows.length;
  const source = new Int32Array(count).fill(-1);
  const position = new Int32Array(count);
  let first = 0;
  let start = range.start;
  // Equal lines at both ends need no table.
  while (first < count && start < range.end && !block.rows[first]!.removal) {
    if (!isExact(matches[first]!, start)) break;
    source[first] = start;
    position[first] = start;
    first++;
    start++;
  }
  let last = count;
  let end = range.end;
  while (last > first && end > start && !(last < count && block.rows[last]!.removal)) {
    if (last === count && block.removalAtEnd) break;
    if (!isExact(matches[last - 1]!, end - 1)) break;
    last--;
    end--;
    source[last] = end;
    position[last] = end;
  }
  if (first === last) return { source, position, open: 0 };
  const edges = {
    anchoredStart:
      range.boundStart === true || (k === 0 && problem.anchoredStart && range.start === 0),
    anchoredEnd:
      range.boundEnd === true ||
      (k === problem.blocks.length - 1 && problem.anchoredEnd && range.end === problem.steps),
  };
  const traced = { source, position, open: 0 };
  const isTooLarge = (window: Window): boolean =>
    (window.last - window.first + 1) * (window.end - window.start + 1) > tableLimit;
  const rest = { first, last, start, end };
  if (isTooLarge(rest)) {
    // Lines that an explicit edit removes have to be found one by one.
    if (problem.explicit) throw new OverBudget();
    position.fill(start, first, last);
    return traced;
  }
  if (table(problem, k, rest, edges, source, position)) return traced;
  // The equal lines were not the ones: of several blank lines the block stands on a later one.
  const whole = { first: 0, last: count, ...range };
  source.fill(-1);
  if (!isTooLarge(whole) && table(problem, k, whole, edges, source, position)) return traced;
  // A range that was reached for takes more than the lines can be laid on: they replace it whole.
  source.fill(-1);
  position.fill(range.start);
  return traced;
}

/**
 * Explicit edits: new lines in a gap with omitted source lines stand beside the lines that they replace;
 * between two lines that stay, either side of the omitted ones is possible. `choice` picks the far side
 * for one of these open gaps. Where the omitted lines are blank, no side is taken that puts blank lines
 * side by side which the other side keeps apart.
 */
export function settleGaps(
  trace: Trace,
  tokens: readonly Token[],
  lines: readonly TextLine[],
  choice: number | undefined,
): Trace {
  const position = trace.position.slice();
  let open = 0;
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]!.role !== "add") continue;
    const first = i;
    while (i + 1 < tokens.length && tokens[i + 1]!.role === "add") i++;
    if (first === 0 || i + 1 === tokens.length) continue;
    const near = trace.source[first - 1]! + 1;
    const far = trace.source[i + 1]!;
    let at = near;
    if (far > near && tokens[first - 1]!.role !== "drop") {
      const fresh = tokens.slice(first, i + 1).map((token) => token.text);
      if (tokens[i + 1]!.role === "drop") at = far;
      else {
        const told = sideByBlanks(fresh, lines, near, far);
        if (told === undefined && choice === open++) at = far;
        else if (told === "far") at = far;
      }
    }
    position.fill(at, first, i + 1);
  }
  return { source: trace.source, position, open };
}

/** The side of omitted blank lines on which new lines make fewer blank ones neighbours, if one does. */
function sideByBlanks(
  fresh: readonly string[],
  lines: readonly TextLine[],
  near: number,
  far: number,
): "near" | "far" | undefined {
  const texts = (from: number, to: number): string[] =>
    lines.slice(from, to).map((line) => line.text);
  const omitted = texts(near, far);
  if (!omitted.every(isBlank)) return undefined;
  const above = texts(near - 1, near);
  const below = texts(far, far + 1);
  const atNear = neighbours([...above, ...fresh, ...omitted, ...below]);
  const atFar = neighbours([...above, ...omitted, ...fresh, ...below]);
  if (atNear === atFar) return undefined;
  return atNear < atFar ? "near" : "far";
}

const isBlank = (text: string): boolean => text.trim() === "";

function neighbours(texts: readonly string[]): number {
  return texts.filter((text, i) => i > 0 && isBlank(text) && isBlank(texts[i - 1]!)).length;
}

function isExact(matches: readonly Match[], line: number): boolean {
  if (matches.length === 1) return matches[0]!.source === line && matches[0]!.kind === "exact";
  let low = 0;
  let high = matches.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = matches[middle]!.source;
    if (at === line) return matches[middle]!.kind === "exact";
    if (at < line) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/**
 * The same recurrence as `forward` in recurrence.ts, over a small window, remembering where each value came from. False = the
 * lines cannot be laid there.
 */
function table(
  problem: Problem,
  k: number,
  window: Window,
  edges: Edges,
  source: Int32Array,
  position: Int32Array,
): boolean {
  const { first, last, start, end } = window;
  const block = problem.blocks[k]!;
  // The recurrence prices a gap before it knows where the block begins.
  const gapEdges = {
    ...edges,
    anchoredStart: edges.anchoredStart || (k === 0 && problem.anchoredStart),
  };
  const rows = last - first;
  const width = end - start + 1;
  const matchedBefore = first > 0 || edges.anchoredStart;
  const closed = last < block.rows.length || edges.anchoredEnd;
  const cells = (rows + 1) * width;
  spend(4 * cells);
  const from = Array.from({ length: 5 }, () => new Uint8Array(cells));
  const [fromM, fromI, fromU, from1, from2] = from as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  let M = new Int32Array(width).fill(infinity);
  let I = new Int32Array(width).fill(infinity);
  let U = new Int32Array(width).fill(infinity);
  if (matchedBefore) M[0] = 0;
  let finalState: number = enum_.M;
  let finalCost = infinity;
  for (let r = 0; r <= rows; r++) {
    const row = block.rows[first + r];
    const atEnd = r === rows;
    const fresh = row?.fresh ?? 0;
    const blocked = fresh >= infinity;
    const gap = gapCosts(problem, block, first + r, gapEdges);
    const { removal, stay } = gap;
    const nextM = new Int32Array(width).fill(infinity);
    const nextI = new Int32Array(width).fill(infinity);
    const nextU = new Int32Array(width).fill(infinity);
    const costAt = new Map<number, number>();
    if (!atEnd) {
      for (let c = lowerBound(row!.at, start); c < row!.at.length && row!.at[c]! < end; c++) {
        costAt.set(row!.at[c]! - start, row!.cost[c]!);
      }
    }
    let d1 = infinity;
    let d2 = infinity;
    for (let p = 0; p < width; p++) {
      const cell = r * width + p;
      const m = M[p]!;
      const ins = I[p]!;
      const u = U[p]!;
      const x = r === 0 && p === 0 && !matchedBefore ? 0 : infinity;
      let state: number = enum_.M;
      let b = m + stay;
      const closing = atEnd && !closed;
      const offers: readonly (readonly [number, number])[] = [
        [enum_.I, ins + stay + (closing ? gap.endFresh : 0)],
        [enum_.U, u + stay + (closing ? gap.endUnknown : 0)],
        [enum_.D1, Math.min(infinity, d1 + (closing ? gap.endPassed : 0))],
        [enum_.D2, d2 + (closing ? gap.endPassed : 0)],
        [enum_.X, x + stay],
      ];
      for (const [offer, cost] of offers) {
        if (cost < b) {
          b = cost;
          state = offer;
        }
      }
      if (atEnd && p === width - 1) {
        finalState = state;
        finalCost = b;
      }
      if (atEnd) {
        // Only the passing over of lines goes on.
      } else {
        const match = costAt.get(p);
        if (match !== undefined && p + 1 < width) {
          nextM[p + 1] = Math.min(infinity, b + match);
          fromM[cell + width + 1] = state;
        }
        if (!blocked) {
          let value = m;
          let origin: number = enum_.M;
          if (ins < value) {
            value = ins;
            origin = enum_.I;
          }
          const atStart = r === 0 && first === 0 && p === 0 && edges.anchoredStart;
          nextI[p] = atStart ? infinity : Math.min(infinity, value + fresh);
          fromI[cell + width] = origin;
          const begin = atStart ? m : x + gap.begin;
          nextU[p] = Math.min(infinity, Math.min(begin, u) + fresh);
          fromU[cell + width] = begin < u ? enum_.X : enum_.U;
        }
      }
      if (p + 1 === width) break;
      const line = start + p;
      let origin1: number = enum_.D1;
      const opening: readonly (readonly [number, number])[] = [
        [enum_.M, m + gap.matchShort],
        [enum_.I, ins + gap.freshShort],
        [enum_.U, u + gap.loose],
        [enum_.X, removal ? x + costs.announcedAtEdge : infinity],
      ];
      for (const [offer, cost] of opening) {
        if (cost < d1) {
          d1 = cost;
          origin1 = offer;
        }
      }
      from1[cell + 1] = origin1;
      let origin2: number = enum_.D2;
      if (m + gap.matchLong < d2) {
        d2 = m + gap.matchLong;
        origin2 = enum_.M;
      }
      if (ins + gap.freshLong < d2) {
        d2 = ins + gap.freshLong;
        origin2 = enum_.I;
      }
      from2[cell + 1] = origin2;
      const step = problem.short[line]!;
      d1 = Math.min(infinity, d1 + (removal ? Math.min(step, costs.announcedLine) : step));
      d2 = Math.min(infinity, d2 + problem.long[line]!);
    }
    M = nextM;
    I = nextI;
    U = nextU;
  }
  if (finalCost >= infinity) return false;
  // Back from the end.
  let state = finalState;
  let r = rows;
  let p = width - 1;
  while (state !== enum_.X && (r > 0 || p > 0)) {
    const cell = r * width + p;
    if (state === enum_.M) {
      if (r === 0) break;
      state = fromM[cell]!;
      r--;
      p--;
      source[first + r] = start + p;
      position[first + r] = start + p;
    } else if (state === enum_.I || state === enum_.U) {
      state = (state === enum_.I ? fromI : fromU)[cell]!;
      r--;
      position[first + r] = start + p;
    } else {
      state = (state === enum_.D1 ? from1 : from2)[cell]!;
      p--;
    }
  }
  return true;
}

function lowerBound(array: Int32Array, value: number): number {
  let low = 0;
  let high = array.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (array[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
