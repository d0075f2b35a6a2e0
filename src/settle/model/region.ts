import type { Edit } from "../../core/edit.ts";
import type { Candidate, LineRange } from "../../core/merge.ts";
import { lineTexts, splitLines } from "../../text/lines.ts";

/**
 * The part of a file that an ambiguous edit leaves open, as a small model is asked about it: everything outside stays as
 * all candidates have it. Line numbers are 0-based, `end` not included.
 */
export interface Region {
  /** Lines of the source. */
  readonly source: LineRange;
  /** The same stretch of each candidate's text, in the order of the candidates. */
  readonly candidates: readonly LineRange[];
  /** Lines of the region as they are, without line ends. */
  readonly original: readonly string[];
  /** The part of the edit that belongs to the region, as written: lines, elisions and removals. */
  readonly sketch: readonly string[];
}

export interface RegionOptions {
  /** Agreed lines shown above and below, where there are so many. Default 6. */
  readonly context?: number;
}

interface Side {
  readonly lines: readonly string[];
  readonly candidate: Candidate;
}

/**
 * Cuts the region around what the candidates dispute. It begins and ends where every candidate keeps the same source
 * line, so each candidate's lines of the region can replace the source's.
 *
 * @example Candidates that put one call after either of two equal lines: the region holds both places, and the context.
 */
export function openRegion(
  source: string,
  edit: Edit,
  candidates: readonly Candidate[],
  { context = 6 }: RegionOptions = {},
): Region {
  const lines = lineTexts(source);
  const sides = candidates.map((candidate) => ({
    candidate,
    lines: lineTexts(candidate.text),
  }));
  const [first] = sides;
  if (!first) throw new RangeError("a region needs at least one candidate");
  const head = agreedHead(sides);
  const tail = agreedTail(sides, head);
  const start = startOf(sides, head, context);
  const end = endOf(sides, tail, context, lines.length);
  const range = { start: start.source, end: end.source };
  const ranges = sides.map((side) => ({
    start: start.result,
    end: side.lines.length - end.result,
  }));
  return {
    source: range,
    candidates: ranges,
    original: lines.slice(range.start, range.end),
    sketch: sketchPart(edit, sides, range, ranges),
  };
}

/** A region as its candidates are to be compared in: without the lines that no candidate touches. */
export interface DisputedLines {
  readonly original: readonly string[];
  /** Per candidate, in the order of the candidates. */
  readonly candidates: readonly (readonly string[])[];
}

/**
 * The region without what lies further than `context` lines from anything that a candidate adds, drops or matches: two places that
 * are a thousand lines apart then fit in one prompt. What is left out is left out on all sides alike.
 */
export function disputedLines(
  region: Region,
  candidates: readonly Candidate[],
  { context = 4 }: RegionOptions = {},
): DisputedLines {
  const { start, end } = region.source;
  const near = new Uint8Array(end - start);
  const mark = (line: number): void => {
    for (let at = line - context; at <= line + context; at++) {
      if (at >= start && at < end) near[at - start] = 1;
    }
  };
  for (const [i, { proof }] of candidates.entries()) {
    let last = start;
    for (let at = region.candidates[i]!.start; at < region.candidates[i]!.end; at++) {
      const origin = proof.result[at];
      if (origin?.from === "source") last = origin.source + 1;
      else for (const line of [last - 1, last]) mark(line);
    }
    for (let line = start; line < end; line++) {
      if (proof.source[line]?.fate !== "kept") mark(line);
    }
    for (const fate of proof.edit) if (fate.fate === "matched") mark(fate.source);
  }
  return {
    original: region.original.filter((_, i) => near[i] === 1),
    candidates: candidates.map(({ text, proof }, i) => {
      const range = region.candidates[i]!;
      return splitLines(text)
        .slice(range.start, range.end)
        .filter((_, at) => {
          const origin = proof.result[range.start + at];
          return origin?.from !== "source" || near[origin.source - start] !== 0;
        })
        .map((line) => line.text);
    }),
  };
}

/** How many lines at the beginning are the same, with the same origin, in all candidates. */
function agreedHead(sides: readonly Side[]): number {
  const [first, ...others] = sides;
  const most = Math.min(...sides.map((side) => side.lines.length));
  let count = 0;
  while (count < most && others.every((other) => sameLine(first!, count, other, count))) count++;
  return count;
}

function agreedTail(sides: readonly Side[], head: number): number {
  const [first, ...others] = sides;
  const most = Math.min(...sides.map((side) => side.lines.length)) - head;
  let count = 0;
  while (
    count < most &&
    others.every((other) =>
      sameLine(first!, first!.lines.length - 1 - count, other, other.lines.length - 1 - count),
    )
  )
    count++;
  return count;
}

function sameLine(a: Side, i: number, b: Side, j: number): boolean {
  if (a.lines[i] !== b.lines[j]) return false;
  return sourceOf(a, i) === sourceOf(b, j);
}

/** The source line that a result line is; -1 = the edit's. */
function sourceOf(side: Side, line: number): number {
  const origin = side.candidate.proof.result[line];
  return origin?.from === "source" ? origin.source : -1;
}

/** First line of the region: `context` agreed source lines above the dispute, where both sides count the same lines. */
function startOf(
  sides: readonly Side[],
  head: number,
  context: number,
): { source: number; result: number } {
  const [first] = sides;
  let kept = 0;
  for (let at = head - 1; at >= 0; at--) {
    if (sourceOf(first!, at) < 0) continue;
    if (first!.lines[at]!.trim() !== "") kept++;
    if (kept > context) return { source: sourceOf(first!, at) + 1, result: at + 1 };
  }
  return { source: 0, result: 0 };
}

/** End of the region; `result` counts lines from the end, because the candidates' lengths differ. */
function endOf(
  sides: readonly Side[],
  tail: number,
  context: number,
  sourceLength: number,
): { source: number; result: number } {
  const [first] = sides;
  const length = first!.lines.length;
  let kept = 0;
  for (let back = tail; back > 0; back--) {
    const at = length - back;
    if (sourceOf(first!, at) < 0) continue;
    if (first!.lines[at]!.trim() !== "") kept++;
    if (kept > context) return { source: sourceOf(first!, at), result: back };
  }
  return { source: sourceLength, result: 0 };
}

/** The edit's own text from its first to its last line that has to do with the region, in any candidate. */
function sketchPart(
  edit: Edit,
  sides: readonly Side[],
  source: LineRange,
  ranges: readonly LineRange[],
): string[] {
  const inside = (line: number): boolean =>
    sides.some(({ candidate }, i) => {
      const fate = candidate.proof.edit[line];
      if (fate === undefined) return false;
      if (fate.fate === "placed") return within(fate.result, ranges[i]!);
      return fate.fate !== "layout" && within(fate.source, source);
    });
  const rows: { text: string; mine: boolean; line: boolean }[] = [];
  let number = 0;
  for (const segment of edit.segments) {
    if (segment.kind !== "lines") rows.push({ text: segment.text, mine: false, line: false });
    else {
      for (const line of segment.lines) {
        rows.push({ text: line.text, mine: inside(number), line: true });
        number++;
      }
    }
  }
  let from = rows.findIndex((row) => row.mine);
  if (from < 0) return [];
  let to = rows.findLastIndex((row) => row.mine) + 1;
  // An elision or a removal right outside may reach into the region.
  if (from > 0 && !rows[from - 1]!.line) from--;
  if (to < rows.length && !rows[to]!.line) to++;
  return rows.slice(from, to).map((row) => row.text);
}

function within(line: number, range: LineRange): boolean {
  return line >= range.start && line < range.end;
}
