import { spend } from "../../text/budget.ts";
import type { TextLine } from "../../text/lines.ts";
import { hasWords } from "../../text/words.ts";
import { limits } from "../align/costs.ts";
import { boundedDistance, looseKey } from "../align/similar.ts";
import type { BlockLine } from "../shape.ts";

/** Whether a source line may be a changed version of an edit line: at most one character in four differs. */
export function isNearly(edit: string, source: string): boolean {
  const [one, other] = [looseKey(edit), looseKey(source)];
  const limit = Math.min(
    limits.misquotedCharacters,
    Math.floor(Math.max(one.length, other.length) / limits.changedOneIn),
  );
  return hasWords(other) && boundedDistance(one, other, limit) <= limit;
}

/**
 * Whether the old side of a block is at a place that is not `done`, except for small changes in the lines that it removes:
 * then new lines elsewhere do not show that the block was applied.
 */
export function isFoundChanged(
  source: readonly TextLine[],
  before: readonly BlockLine[],
  index: ReadonlyMap<string, readonly number[]>,
  isDone: (start: number) => boolean,
): boolean {
  const isThere = (start: number): boolean =>
    start >= 0 &&
    !isDone(start) &&
    before.every(({ text, role }, i) => {
      const there = source[start + i]?.text;
      if (there === undefined) return false;
      return there === text || (role === "drop" && isNearly(text, there));
    });
  const worded = before.flatMap(({ text, role }, i) => (hasWords(text) ? [{ text, role, i }] : []));
  const [rarest] = worded
    .filter(({ role }) => role === "keep")
    .toSorted((a, b) => index.get(a.text)!.length - index.get(b.text)!.length);
  if (rarest) return index.get(rarest.text)!.some((line) => isThere(line - rarest.i));
  // A block without context is compared with every place, by its longest line first.
  const [longest] = worded.toSorted((a, b) => b.text.length - a.text.length);
  if (!longest) return false;
  spend(source.length);
  return source.some(({ text }, line) => isNearly(longest.text, text) && isThere(line - longest.i));
}
