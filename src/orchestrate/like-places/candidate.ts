import { firstReached } from "../../text/first-reached.ts";
import type { PatternMatch } from "./match.ts";
import { patternNames } from "./meaning.ts";
import { lineStarts } from "./offsets.ts";
import type { ParsedText } from "./parts.ts";
import { holesOf, leavesOf } from "./pattern.ts";
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
  // Each is in a value of the one before.
  let around: LikeCandidate[] = [];
  for (const one of [...candidates].sort(inOrder)) {
    if (around[0]?.path !== one.path) around = [];
    while (around.length > 0 && around.at(-1)!.match.end <= one.match.start) around.pop();
    const outer = around.at(-1);
    if (outer && !isInHole(one, outer)) {
      drop(one);
      continue;
    }
    kept.push(one);
    around.push(one);
  }
  return kept;
}

function isInHole({ match }: LikeCandidate, { found, match: outer }: LikeCandidate): boolean {
  const staying = found.rule.new.flatMap(holesOf);
  return [...outer.holes].some(
    ([hole, part]) => part.start <= match.start && match.end <= part.end && staying.includes(hole),
  );
}

/** Things by the files that they are in. */
export function groupedByPath<Item extends { readonly path: string }>(
  items: readonly Item[],
): Map<string, Item[]> {
  const found = new Map<string, Item[]>();
  for (const item of items) {
    const here = found.get(item.path);
    if (here) here.push(item);
    else found.set(item.path, [item]);
  }
  return found;
}

export function likePlaceAt(path: string, text: string, start: number): LikePlace {
  return new TextLineNumbers().placeAt(path, text, start);
}

/** The lines of texts, counted once for each file. */
export class TextLineNumbers {
  private readonly known = new Map<string, readonly number[]>();

  placeAt(path: string, text: string, start: number): LikePlace {
    let starts = this.known.get(path);
    if (!starts) {
      starts = lineStarts(text.split("\n"));
      this.known.set(path, starts);
    }
    const line = firstReached(starts.length - 1, (at) => starts[at]! > start);
    const lineStart = starts[line - 1]!;
    const content = text.slice(lineStart, starts[line]! - 1).trim();
    return { path, line, column: start - lineStart + 1, text: content.slice(0, 160) };
  }
}
