import type { LinePair } from "../../text/line-pairs.ts";
import { hasWords } from "../../text/words.ts";
import { bounds } from "../align/costs.ts";

/** Lines `start` to `end` of the base that one side has as its lines `from` to `to`. 0-based, ends not included. */
export interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/**
 * A hunk with all lines of the base that it may be about. Among equal adjacent lines a diff cannot say which of them was
 * removed, or between which of them a line was added: the hunk slides, from `lo` to `hi`.
 */
export interface Change extends Hunk {
  readonly lo: number;
  readonly hi: number;
  /** The hunks that were joined into it, because nothing shows that the lines between them stayed. */
  readonly parts: readonly Hunk[];
}

/** One side of a three-way merge: its lines, and the lines that it has in common with the base. */
export interface PairedSide {
  readonly lines: readonly string[];
  readonly pairs: readonly LinePair[];
}

/** What a side changed, in order. */
export function slidingChanges(base: readonly string[], side: PairedSide): Change[] {
  const hunks = hunksOf(base.length, side);
  const changes = hunks.map((hunk, i) => {
    const least = i === 0 ? 0 : hunks[i - 1]!.end + 1;
    const most = i + 1 === hunks.length ? base.length : hunks[i + 1]!.start - 1;
    return { ...hunk, ...slideOf(base, side.lines, hunk, least, most), parts: [hunk] };
  });
  return joinedChanges(base, side, changes);
}

function hunksOf(baseLength: number, side: PairedSide): Hunk[] {
  const hunks: Hunk[] = [];
  let start = 0;
  let from = 0;
  for (const [line, own] of [...side.pairs, [baseLength, side.lines.length] as const]) {
    if (line > start || own > from) hunks.push({ start, end: line, from, to: own });
    start = line + 1;
    from = own + 1;
  }
  return hunks;
}

/** The first and the last place where a hunk may lie: from where it may begin to where it may end. */
function slideOf(
  base: readonly string[],
  lines: readonly string[],
  { start, end, from, to }: Hunk,
  least: number,
  most: number,
): { lo: number; hi: number } {
  // A hunk slides only if it only adds lines or only removes lines.
  if (start !== end && from !== to) return { lo: start, hi: end };
  const [text, first, after] = start === end ? [lines, from, to] : [base, start, end];
  let up = 0;
  let down = 0;
  while (start - up > least && text[first - up - 1] === text[after - up - 1]) up++;
  while (end + down < most && text[first + down] === text[after + down]) down++;
  if (up + down > bounds.slides) return { lo: start - up, hi: end + down };
  const places: number[] = [];
  for (let by = -up; by <= down; by++) {
    if (beginsAtMargin(text, first + by, after + by)) places.push(by);
  }
  return { lo: start + (places[0] ?? -up), hi: end + (places.at(-1) ?? down) };
}

/** Whether no line is less indented than the first: people add and remove whole blocks. */
function beginsAtMargin(lines: readonly string[], start: number, end: number): boolean {
  let margin = -1;
  for (let at = start; at < end; at++) {
    const indent = lines[at]!.search(/\S/);
    if (indent < 0) continue;
    if (margin < 0) margin = indent;
    if (indent < margin) return false;
  }
  return true;
}

/**
 * Joins two hunks if nothing shows that the lines between them stayed: a rewritten stretch may have blank lines, braces and
 * `return` in common with the old one by chance. Lines stayed if one of them has words and they occur once on both sides.
 */
function joinedChanges(
  base: readonly string[],
  side: PairedSide,
  changes: readonly Change[],
): Change[] {
  const inBase = placesFinder(base, changes.length);
  const inSide = placesFinder(side.lines, changes.length);
  const result: Change[] = [];
  for (const change of changes) {
    const last = result.at(-1);
    if (last === undefined || isBarrier(last, change)) result.push(change);
    else {
      const { start, from, lo } = last;
      const { end, to, hi } = change;
      result[result.length - 1] = {
        start,
        end,
        from,
        to,
        lo,
        hi: Math.max(last.hi, hi),
        parts: [...last.parts, ...change.parts],
      };
    }
  }
  return result;

  function isBarrier(above: Change, below: Change): boolean {
    const start = above.hi;
    const end = below.lo;
    let word = -1;
    // The longest line with words is the likeliest to occur once.
    for (let at = start; at < end; at++) {
      if (word >= 0 && base[at]!.length <= base[word]!.length) continue;
      if (hasWords(base[at]!)) word = at;
    }
    if (word < 0) return false;
    const shift = above.to - above.end;
    return (
      occursOnce(base, inBase, start, end, word) &&
      occursOnce(side.lines, inSide, start + shift, end + shift, word + shift)
    );
  }
}

/** The places of a line. */
type Places = (line: string) => readonly number[];

function placesFinder(lines: readonly string[], questions: number): Places {
  const places = new Map<string, number[]>();
  if (questions <= bounds.scans) {
    return (line) => {
      const known = places.get(line);
      if (known) return known;
      const found: number[] = [];
      for (let at = 0; at < lines.length; at++) if (lines[at] === line) found.push(at);
      places.set(line, found);
      return found;
    };
  }
  for (let at = 0; at < lines.length; at++) {
    const known = places.get(lines[at]!);
    if (known) known.push(at);
    else places.set(lines[at]!, [at]);
  }
  return (line) => places.get(line) ?? [];
}

/** Whether this run of lines occurs at no other place; `at` is the line of it to search for. */
function occursOnce(
  lines: readonly string[],
  places: Places,
  start: number,
  end: number,
  at: number,
): boolean {
  return places(lines[at]!).every((place) => {
    const other = place - (at - start);
    if (other === start) return true;
    for (let i = 0; i < end - start; i++) if (lines[start + i] !== lines[other + i]) return true;
    return false;
  });
}
