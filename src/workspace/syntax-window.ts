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
  const old = before.split("\n");
  const fresh = after.split("\n");
  const changes = changesBetween(old, fresh);
  if (changes.length < 2 || changes.length > changesLimit) {
    yield windows(old, fresh);
    return;
  }
  let lines = old;
  // From the last to the first, so that the lines above keep their numbers.
  for (const { from, to, freshFrom, freshTo } of changes.reverse()) {
    const next = [...lines.slice(0, from), ...fresh.slice(freshFrom, freshTo), ...lines.slice(to)];
    yield windows(lines, next);
    lines = next;
  }
}

interface WindowChange {
  readonly from: number;
  to: number;
  readonly freshFrom: number;
  freshTo: number;
}

/** Stretches that differ, those near each other as one. */
function changesBetween(old: readonly string[], fresh: readonly string[]): WindowChange[] {
  const changes: WindowChange[] = [];
  const add = (from: number, to: number, freshFrom: number, freshTo: number): void => {
    const last = changes.at(-1);
    if (last && from - last.to < windowGap) {
      last.to = to;
      last.freshTo = freshTo;
    } else changes.push({ from, to, freshFrom, freshTo });
  };
  for (const stretch of changedStretches(old, fresh)) {
    let [a, b] = [stretch.from, stretch.freshFrom];
    const ends: [number, number] = [stretch.to, stretch.freshTo];
    const pairs = anchors(old.slice(a, stretch.to), fresh.slice(b, stretch.freshTo)).map(
      ([p, q]): [number, number] => [p + stretch.from, q + stretch.freshFrom],
    );
    for (const [nextOld, nextFresh] of [...pairs, ends]) {
      let [to, freshTo] = [nextOld, nextFresh];
      while (a < to && b < freshTo && old[a] === fresh[b]) {
        a++;
        b++;
      }
      while (a < to && b < freshTo && old[to - 1] === fresh[freshTo - 1]) {
        to--;
        freshTo--;
      }
      if (a < to || b < freshTo) add(a, to, b, freshTo);
      a = nextOld + 1;
      b = nextFresh + 1;
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

function* windows(old: readonly string[], fresh: readonly string[]): Generator<SyntaxWindow> {
  const least = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < least && old[head] === fresh[head]) head++;
  let tail = 0;
  while (tail < least - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
  const depths = new Set<number>();
  for (const lines of [old, fresh]) {
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
  let end = old.length - tail;
  for (let tries = 0; tries < triesLimit; tries++) {
    start = startAt(old, start, depth);
    end = endAt(old, end, depth);
    if (end - start > worthwhile * old.length) return;
    const cut = (lines: readonly string[], until: number): string => {
      return lines
        .slice(start, until)
        .map((line) => dedented(line, depth))
        .join("\n");
    };
    yield { before: cut(old, end), after: cut(fresh, fresh.length - (old.length - end)) };
    const lower = depthBelow(old, start, end, depth);
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
