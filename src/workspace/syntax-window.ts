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
  const found = changesBetween(oldLines, newLines);
  const changes =
    found.length < 2 || found.length > changesLimit ? [wholeChange(oldLines, newLines)] : found;
  let lines: readonly string[] = oldLines;
  // From the last to the first, so that the lines above keep their numbers.
  for (const { from, to, newFrom, newTo } of changes.reverse()) {
    const added = newLines.slice(newFrom, newTo);
    yield windows(lines, from, to, added);
    lines = lines.slice(0, from).concat(added, lines.slice(to));
  }
}

/** From the first line that differs to the last. */
function wholeChange(oldLines: readonly string[], newLines: readonly string[]): WindowChange {
  const least = Math.min(oldLines.length, newLines.length);
  let from = 0;
  while (from < least && oldLines[from] === newLines[from]) from++;
  let tail = 0;
  while (tail < least - from && oldLines.at(-1 - tail) === newLines.at(-1 - tail)) tail++;
  return { from, to: oldLines.length - tail, newFrom: from, newTo: newLines.length - tail };
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
  const oldLines = before.split("\n");
  const newLines = after.split("\n");
  const { from, to, newFrom, newTo } = wholeChange(oldLines, newLines);
  return windows(oldLines, from, to, newLines.slice(newFrom, newTo));
}

/** The windows of a change that puts the lines `added` in place of those from `from` to `to`. */
function* windows(
  lines: readonly string[],
  from: number,
  to: number,
  added: readonly string[],
): Generator<SyntaxWindow> {
  const touched = [...lines.slice(Math.max(0, from - 1), to + 1), ...added];
  const depths = touched.flatMap((line) => (isBlank(line) ? [] : [indentOf(line).length]));
  let depth = depths.length > 0 ? Math.min(...depths) : 0;
  let start = from;
  let end = to;
  for (let tries = 0; tries < triesLimit; tries++) {
    start = startAt(lines, start, depth);
    end = endAt(lines, end, depth);
    if (end - start > worthwhile * lines.length) return;
    const cut = (within: readonly string[]): string =>
      within.map((line) => dedented(line, depth)).join("\n");
    yield {
      before: cut(lines.slice(start, end)),
      after: cut([...lines.slice(start, from), ...added, ...lines.slice(to, end)]),
    };
    const lower = depthBelow(lines, start, end, depth);
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
