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

/** The old side of a block that may have been applied before. */
export interface OldSide {
  readonly source: readonly TextLine[];
  /** The lines that the block keeps or removes. */
  readonly before: readonly BlockLine[];
  /** Whether the block's new text is around a position already. */
  isDone(start: number): boolean;
}

/**
 * Whether the old side of a block is at a place that is not done, except for small changes in the lines that it removes:
 * then new lines elsewhere do not show that the block was applied. The place is looked for by the lines that it keeps.
 */
export function isFoundChanged(
  old: OldSide,
  index: ReadonlyMap<string, readonly number[]>,
): boolean {
  const kept = old.before.flatMap(({ text, role }, i) =>
    role === "keep" && hasWords(text) ? [{ text, i }] : [],
  );
  const [rarest] = kept.toSorted((a, b) => index.get(a.text)!.length - index.get(b.text)!.length);
  return !!rarest && index.get(rarest.text)!.some((line) => isAtPlace(old, line - rarest.i));
}

/** The same of a block that keeps no line: it is compared with every place, by its longest line first. */
export function isFoundNearly(old: OldSide): boolean {
  const worded = old.before.flatMap(({ text, role }, i) =>
    hasWords(text) ? [{ text, role, i }] : [],
  );
  if (worded.some(({ role }) => role === "keep")) return false;
  const [longest] = worded.toSorted((a, b) => b.text.length - a.text.length);
  if (!longest) return false;
  spend(old.source.length);
  return old.source.some(
    ({ text }, line) => isNearly(longest.text, text) && isAtPlace(old, line - longest.i),
  );
}

function isAtPlace({ source, before, isDone }: OldSide, start: number): boolean {
  if (start < 0 || isDone(start)) return false;
  return before.every(({ text, role }, i) => {
    const there = source[start + i]?.text;
    if (there === undefined) return false;
    return there === text || (role === "drop" && isNearly(text, there));
  });
}
