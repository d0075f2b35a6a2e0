import { indentOf } from "../text/indent.ts";
import { isBlank } from "../text/words.ts";
import { changedStretches } from "./changed-stretches.ts";
import { anchors } from "./guard-lines.ts";

/** A change and the lines around it that are a whole by themselves, in the text before and after. */
export interface SyntaxWindow {
  readonly before: string;
  readonly after: string;
}

/** Windows that are tried before the whole text is. */
const triesLimit = 3;

/** Windows longer than this share of the text save nothing. */
const worthwhile = 0.6;

/** More changes than these are looked at as one. */
const changesLimit = 24;

/** Lines between two changes from which on each is looked at by itself. */
const windowGap = 6;

/**
 * The changes between two texts, one after the other, each with the stretches around it that may be a whole by
 * themselves. Where a stretch of every change is sound, before and after, the text is as sound as it was.
 */
export function* syntaxChanges(before: string, after: string): Generator<Iterable<SyntaxWindow>> {
  const oldLines = before.split("\n");
  const newLines = after.split("\n");
  const changes = changesBetween(oldLines, newLines);
  if (changes.length < 2 || changes.length > changesLimit) {
    yield windows(oldLines, newLines);
    return;
  }
  let lines = oldLines;
  // From the last to the first, so that the lines above keep their numbers.
  for (const { from, to, newFrom, newTo } of changes.reverse()) {
    const next = [...lines.slice(0, from), ...newLines.slice(newFrom, newTo), ...lines.slice(to)];
    yield windows(lines, next);
    lines = next;
  }
}

interface WindowChange {
  readonly from: number;
  to: number;
  readonly newFrom: number;
  newTo: number;
}

/** Stretches that differ, those near each other as one. */
function changesBetween(oldLines: readonly string[], newLines: readonly string[]): WindowChange[] {
  const changes: WindowChange[] = [];
  const add = (from: number, to: number, newFrom: number, newTo: number): void => {
    const last = changes.at(-1);
    if (last && from - last.to < windowGap) {
      last.to = to;
      last.newTo = newTo;
    } else changes.push({ from, to, newFrom, newTo });
  };
  for (const stretch of changedStretches(oldLines, newLines)) {
    let [a, b] = [stretch.from, stretch.newFrom];
    const ends: [number, number] = [stretch.to, stretch.newTo];
    const pairs = anchors(oldLines.slice(a, stretch.to), newLines.slice(b, stretch.newTo)).map(
      ([p, q]): [number, number] => [p + stretch.from, q + stretch.newFrom],
    );
    for (const [nextOld, nextNew] of [...pairs, ends]) {
      let [to, newTo] = [nextOld, nextNew];
      while (a < to && b < newTo && oldLines[a] === newLines[b]) {
        a++;
        b++;
      }
      while (a < to && b < newTo && oldLines[to - 1] === newLines[newTo - 1]) {
        to--;
        newTo--;
      }
      if (a < to || b < newTo) add(a, to, b, newTo);
      a = nextOld + 1;
      b = nextNew + 1;
    }
  }
  return changes;
}

/**
 * Stretches around what differs between two texts, small ones first: from a paragraph's first line to a
 * paragraph's last, at the depth of the change and at each lower one. Whether such a stretch is whole in
 * its language only a parse of it can say.
 */
export function syntaxWindows(before: string, after: string): Generator<SyntaxWindow> {
  return windows(before.split("\n"), after.split("\n"));
}

function* windows(
  oldLines: readonly string[],
  newLines: readonly string[],
): Generator<SyntaxWindow> {
  const least = Math.min(oldLines.length, newLines.length);
  let head = 0;
  while (head < least && oldLines[head] === newLines[head]) head++;
  let tail = 0;
  while (tail < least - head && oldLines.at(-1 - tail) === newLines.at(-1 - tail)) tail++;
  const depths = new Set<number>();
  for (const lines of [oldLines, newLines]) {
    for (
      let line = Math.max(0, head - 1);
      line < Math.min(lines.length, lines.length - tail + 1);
      line++
    ) {
      if (!isBlank(lines[line]!)) depths.add(indentOf(lines[line]!).length);
    }
  }
  let depth = depths.size > 0 ? Math.min(...depths) : 0;
  let start = head;
  let end = oldLines.length - tail;
  for (let tries = 0; tries < triesLimit; tries++) {
    start = startAt(oldLines, start, depth);
    end = endAt(oldLines, end, depth);
    if (end - start > worthwhile * oldLines.length) return;
    const cut = (lines: readonly string[], until: number): string => {
      return lines
        .slice(start, until)
        .map((line) => dedented(line, depth))
        .join("\n");
    };
    yield {
      before: cut(oldLines, end),
      after: cut(newLines, newLines.length - (oldLines.length - end)),
    };
    const lower = depthBelow(oldLines, start, end, depth);
    if (lower === undefined) return;
    depth = lower;
  }
}

/** The first line at or above this one that begins a paragraph and is not deeper than `depth`. */
function startAt(lines: readonly string[], from: number, depth: number): number {
  let line = Math.min(from, lines.length - 1);
  while (line > 0 && !(begins(lines, line) && indentOf(lines[line]!).length <= depth)) line--;
  return Math.max(0, line);
}

function endAt(lines: readonly string[], from: number, depth: number): number {
  let line = from;
  while (line < lines.length && !(begins(lines, line) && indentOf(lines[line]!).length <= depth))
    line++;
  return line;
}

function begins(lines: readonly string[], line: number): boolean {
  return line > 0 && isBlank(lines[line - 1]!) && !isBlank(lines[line]!);
}

/** The depth of the lines that enclose the window. */
function depthBelow(
  lines: readonly string[],
  start: number,
  end: number,
  depth: number,
): number | undefined {
  if (depth === 0) return undefined;
  for (let line = start; line >= 0; line--) {
    if (!isBlank(lines[line]!) && indentOf(lines[line]!).length < depth)
      return indentOf(lines[line]!).length;
  }
  return end < lines.length ? 0 : undefined;
}

function dedented(line: string, depth: number): string {
  return line.slice(Math.min(depth, indentOf(line).length));
}
