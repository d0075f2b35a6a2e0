import type { SettledSide } from "./settle.ts";
import type { CarriedRegion } from "./three-way.ts";

/** What opens and what closes something that may reach beyond a change, and what does both. */
const pairsOfSigns = ["()", "[]", "{}", ["/*", "*/"], ["<!--", "-->"]] as const;
const quotesLine = ['"', "'", "`"] as const;

/**
 * Whether a change of this side opens or closes something that what it replaced did not: a bracket, a comment, a string. Only
 * then can it reach lines that it does not touch.
 */
export function reachesOut(base: readonly string[], side: SettledSide): boolean {
  return side.changes.some(({ start, end, from, to }) => {
    const before = lineIndents(base, start, end);
    const after = lineIndents(side.lines, from, to);
    return before.some((depth, kind) => depth !== after[kind]);
  });
}

function lineIndents(lines: readonly string[], start: number, end: number): number[] {
  const text = lines.slice(start, end).join("\n");
  const count = (sign: string): number => text.split(sign).length - 1;
  return [
    ...pairsOfSigns.map(([open, close]) => count(open!) - count(close!)),
    ...quotesLine.map((quote) => count(quote) % 2),
  ];
}

/**
 * Whether both sides changed something in one top-level stretch of the file: between two lines that begin at the margin and
 * that nobody changed. Only there can two changes that are sound by themselves break the file together.
 */
export function inOneStretch(lines: readonly CarriedRegion[], texts: readonly string[]): boolean {
  let theirs = false;
  let ours = false;
  let last: CarriedRegion = { current: -1, edited: -1 };
  for (const [r, line] of lines.entries()) {
    // A line that one text has and the result has not was removed by the other side.
    if (line.current < 0 || line.current > last.current + 1) ours = true;
    if (line.edited < 0 || line.edited > last.edited + 1) theirs = true;
    if (theirs && ours) return true;
    last = {
      current: Math.max(last.current, line.current),
      edited: Math.max(last.edited, line.edited),
    };
    if (line.current >= 0 && line.edited >= 0 && /^[^\s\p{P}\p{S}]/u.test(texts[r]!)) {
      theirs = false;
      ours = false;
    }
  }
  return false;
}
