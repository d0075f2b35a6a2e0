import type { PatternMatch } from "./match.ts";
import { patternNames } from "./meaning.ts";
import { applyChanges } from "./offsets.ts";
import type { ParsedText } from "./parts.ts";
import { holesOf, leavesOf } from "./pattern.ts";
import { type PlaceChange, render } from "./render.ts";
import type { FoundRule } from "./rules.ts";

/** A place, for people. */
export interface LikePlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The line without the blanks around it. */
  readonly text: string;
}

/** A place where a rule may be applied. */
export interface LikeCandidate {
  readonly path: string;
  readonly parsed: ParsedText;
  readonly match: PatternMatch;
  readonly found: FoundRule;
  /** Whether values that are moved get brackets. */
  readonly bracketed: boolean;
}

export const inOrder = (one: LikeCandidate, other: LikeCandidate): number =>
  one.path === other.path
    ? one.match.start - other.match.start || other.match.end - one.match.end
    : one.path < other.path
      ? -1
      : 1;

/** The names that a candidate writes or replaces. */
export function namesAt({ found: { rule }, match, parsed }: LikeCandidate): string[] {
  const fixed = [...patternNames(rule.old), ...patternNames(rule.new)].map(({ text }) => text);
  const own = rule.old
    .flatMap(leavesOf)
    .flatMap((leaf, index) => (leaf.kind === "hole" && leaf.isName ? match.leaves[index]! : []))
    .filter(({ children }) => children.length === 0);
  return [...fixed, ...own.map(({ start, end }) => parsed.text.slice(start, end))];
}

/** Outer places, and inner ones where they are in a value that stays; the rest is given to `drop`. */
export function withoutOverlaps(
  candidates: readonly LikeCandidate[],
  drop: (one: LikeCandidate) => void,
): LikeCandidate[] {
  const kept: LikeCandidate[] = [];
  for (const one of [...candidates].sort(inOrder)) {
    const other = kept.find(
      ({ path, match }) =>
        path === one.path && match.start < one.match.end && one.match.start < match.end,
    );
    const isInHole =
      other !== undefined &&
      [...other.match.holes].some(
        ([hole, part]) =>
          part.start <= one.match.start &&
          one.match.end <= part.end &&
          other.found.rule.new.flatMap(holesOf).includes(hole),
      );
    if (!other || isInHole) kept.push(one);
    else drop(one);
  }
  return kept;
}

/** The replacements of one file, inner places written into the outer ones. */
export function placeChanges(candidates: readonly LikeCandidate[]): PlaceChange[] {
  const done: PlaceChange[] = [];
  const bySize = [...candidates].sort(
    (a, b) => a.match.end - a.match.start - (b.match.end - b.match.start),
  );
  for (const { found, parsed, match, bracketed } of bySize) {
    const textOf = (start: number, end: number): string =>
      applyChanges(
        parsed.text,
        done.filter((one) => one.start >= start && one.end <= end),
        start,
        end,
      ).text;
    done.push(render(found.rule, found.example, { parsed, match, textOf, bracketed }));
  }
  return done;
}

export function likePlaceAt(path: string, text: string, start: number): LikePlace {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", start);
  const line = text.slice(0, lineStart).split("\n").length;
  const content = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).trim();
  return { path, line, column: start - lineStart + 1, text: content.slice(0, 160) };
}
