import type { Carried } from "./three-way.ts";

/**
 * Whether both sides changed something in one top-level stretch of the file: between two lines that begin at the margin and
 * that nobody changed. Only there can two changes that are sound by themselves break the file together.
 */
export function inOneStretch(lines: readonly Carried[], texts: readonly string[]): boolean {
  let theirs = false;
  let ours = false;
  let last: Carried = { current: -1, edited: -1 };
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
