import { OverBudget, spend } from "../../text/budget.ts";
import type { TextLine } from "../../text/lines.ts";
import { isBlank } from "../../text/words.ts";
import type { BlockLine } from "../shape.ts";
import { bounds, infinity } from "./costs.ts";
import type { Match } from "./match.ts";
import type { BlockRange } from "./placements.ts";
import { Choices, type Edges, layOut, type Problem, RowSums, states } from "./recurrence.ts";

/** What became of each line of one block placed on source lines [start, end). */
export interface BlockTrace {
  /** Explicit edits: how many runs of new lines may go before or behind omitted lines just as well. */
  readonly open: number;
  /** Per edit line: the source line it matches, or -1. */
  readonly source: Int32Array;
  /** Per edit line: the source position of it. */
  readonly position: Int32Array;
}

/** Edit lines [first, last) on source lines [start, end). */
interface Window {
  readonly first: number;
  readonly last: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The cheapest way to lay one block on exactly these source lines. A stretch that is too large is taken as replaced whole.
 *
 * @throws {OverBudget} the stretch is too large, and the edit is explicit.
 */
export function traceBlock(
  problem: Problem,
  k: number,
  matches: readonly (readonly Match[])[],
  range: BlockRange,
): BlockTrace {
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
    (window.last - window.first + 1) * (window.end - window.start + 1) > bounds.traceCells;
  const rest = { first, last, start, end };
  if (isTooLarge(rest)) {
    // Lines that an explicit edit removes have to be found one by one.
    if (problem.explicit) throw new OverBudget();
    position.fill(start, first, last);
    return traced;
  }
  if (lay(problem, k, rest, edges, source, position)) return traced;
  // The equal lines were not the right ones: of several blank lines the block has a later one.
  const whole = { first: 0, last: count, ...range };
  source.fill(-1);
  if (!isTooLarge(whole) && lay(problem, k, whole, edges, source, position)) return traced;
  // The lines cannot be laid on this range: they replace it whole.
  source.fill(-1);
  position.fill(range.start);
  return traced;
}

/**
 * Explicit edits: new lines in a gap with omitted source lines are put beside the lines that they replace; between two
 * lines that stay, either side of the omitted lines is possible. `choice` is the open gap whose new lines are put on the
 * far side. Where the omitted lines are blank, the side with fewer adjacent blank lines is taken.
 */
export function settleGaps(
  trace: BlockTrace,
  tokens: readonly BlockLine[],
  lines: readonly TextLine[],
  choice: number | undefined,
): BlockTrace {
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
      const newTexts = tokens.slice(first, i + 1).map((token) => token.text);
      if (tokens[i + 1]!.role === "drop") at = far;
      else {
        const side = sideByBlanks(newTexts, lines, near, far);
        if (side === undefined && choice === open++) at = far;
        else if (side === "far") at = far;
      }
    }
    position.fill(at, first, i + 1);
  }
  return { source: trace.source, position, open };
}

/** The side of omitted blank lines on which new lines leave fewer blank lines adjacent, or undefined. */
function sideByBlanks(
  newTexts: readonly string[],
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
  const atNear = neighbours([...above, ...newTexts, ...omitted, ...below]);
  const atFar = neighbours([...above, ...omitted, ...newTexts, ...below]);
  if (atNear === atFar) return undefined;
  return atNear < atFar ? "near" : "far";
}

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

/** The cheapest way to lay lines of block k on all source lines of a window, written to the two arrays. False = there is none. */
function lay(
  problem: Problem,
  k: number,
  { first, last, start, end }: Window,
  edges: Edges,
  source: Int32Array,
  position: Int32Array,
): boolean {
  const block = problem.blocks[k]!;
  const rows = last - first;
  const width = end - start + 1;
  spend(4 * (rows + 1) * width);
  const starts = new Int32Array(width).fill(infinity, 1);
  const stretch = {
    from: first,
    to: last,
    first: start,
    last: end,
    starts,
    opening: first > 0 ? "match" : edges.anchoredStart ? "edge" : "free",
    closed: last < block.rows.length || edges.anchoredEnd,
    // Sums price a gap before it is known where the block begins.
    edges: {
      ...edges,
      anchoredStart: edges.anchoredStart || (k === 0 && problem.anchoredStart),
    },
  } as const;
  const sums = new RowSums(width);
  const choices = new Choices(rows, width);
  layOut(problem, block, stretch, sums, choices);
  if (sums.best[width - 1]! >= infinity) return false;
  // Back from the end.
  let r = rows;
  let p = width - 1;
  let state: number = choices.best[r * width + p]!;
  while (state !== states.begin && (r > 0 || p > 0)) {
    if (state === states.match) {
      if (r === 0) break;
      r--;
      p--;
      state = choices.best[r * width + p]!;
      source[first + r] = start + p;
      position[first + r] = start + p;
    } else if (state === states.added || state === states.loose) {
      r--;
      state = (state === states.added ? choices.added : choices.loose)[r * width + p]!;
      position[first + r] = start + p;
    } else {
      state = (state === states.short ? choices.short : choices.long)[r * width + p]!;
      p--;
    }
  }
  return true;
}
