import { LineDiff } from "../../text/line-diff.ts";
import type { PlaceChange } from "./render.ts";

/** Offsets of one text in another, where their lines are the same. */
export function offsetMap(from: string, to: string): (offset: number) => number | undefined {
  if (from === to) return (offset) => offset;
  const fromLines = from.split("\n");
  const toLines = to.split("\n");
  const starts = (lines: readonly string[]): number[] => {
    const found = [0];
    for (const line of lines) found.push(found.at(-1)! + line.length + 1);
    return found;
  };
  const fromStarts = starts(fromLines);
  const toStarts = starts(toLines);
  const changes = new LineDiff(fromLines, toLines).compare();
  return (offset) => {
    const line = fromStarts.findLastIndex((start) => start <= offset);
    let shift = 0;
    for (const { oldStart, oldEnd, newEnd } of changes) {
      if (line < oldStart) break;
      if (line < oldEnd) return undefined;
      shift = newEnd - oldEnd;
    }
    return toStarts[line + shift]! + offset - fromStarts[line]!;
  };
}

/** A text with stretches of it replaced. */
export interface ReplacedText {
  readonly text: string;
  /** Where something of the old text is now; undefined: it is removed. */
  at(offset: number): number | undefined;
  /** The start of the replacement around an offset of the new text. */
  indexAt(offset: number): number | undefined;
  /** The replacements by their start, with where they are now; inner ones are only in the text of outer ones. */
  readonly replacements: ReadonlyMap<number, PlaceChange & { readonly at: number }>;
}

/** Replaces the outermost of these stretches; inner ones are in their texts already. `from`, `to`: of this part of the text only. */
export function applyChanges(
  text: string,
  all: readonly PlaceChange[],
  from = 0,
  to: number = text.length,
): ReplacedText {
  const outer = all
    .filter(
      (one) =>
        !all.some(
          (other) =>
            other !== one &&
            other.start <= one.start &&
            one.end <= other.end &&
            other.end - other.start > one.end - one.start,
        ),
    )
    .sort((a, b) => a.start - b.start);
  const placed = new Map<number, PlaceChange & { at: number }>();
  let result = "";
  let last = from;
  for (const one of outer) {
    result += text.slice(last, one.start);
    placed.set(one.start, { ...one, at: result.length });
    result += one.text;
    last = one.end;
  }
  result += text.slice(last, to);
  return {
    text: result,
    at(offset) {
      let shift = -from;
      for (const one of placed.values()) {
        if (offset < one.start) break;
        if (offset < one.end) {
          const kept = one.kept.find(({ start, end }) => start <= offset && offset < end);
          const hasInner = all.some(
            (inner) =>
              inner !== one &&
              kept &&
              inner.start >= kept.start &&
              inner.end <= kept.end &&
              inner.start !== one.start,
          );
          return kept && !hasInner ? one.at + kept.at + offset - kept.start : undefined;
        }
        shift += one.text.length - (one.end - one.start);
      }
      return offset + shift;
    },
    indexAt(offset) {
      const found = [...placed.values()].find(
        ({ at, text: own }) => at <= offset && offset < at + own.length,
      );
      return found?.start;
    },
    replacements: placed,
  };
}
