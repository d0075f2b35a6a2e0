import { firstReached } from "../../text/first-reached.ts";
import { LineDiff } from "../../text/line-diff.ts";
import type { PlaceChange } from "./render.ts";

/** Offsets of one text in another, where their lines are the same. */
export function offsetMap(from: string, to: string): (offset: number) => number | undefined {
  if (from === to) return (offset) => offset;
  const fromLines = from.split("\n");
  const toLines = to.split("\n");
  const fromStarts = lineStarts(fromLines);
  const toStarts = lineStarts(toLines);
  const changes = new LineDiff(fromLines, toLines).compare();
  return (offset) => {
    const line = firstReached(fromStarts.length, (at) => fromStarts[at]! > offset) - 1;
    // The last change that does not begin behind the line.
    const change = changes[firstReached(changes.length, (at) => changes[at]!.oldStart > line) - 1];
    if (change && line < change.oldEnd) return undefined;
    const shift = change ? change.newEnd - change.oldEnd : 0;
    return toStarts[line + shift]! + offset - fromStarts[line]!;
  };
}

/** Where each line starts, and where one behind the last would. */
export function lineStarts(lines: readonly string[]): number[] {
  const found = [0];
  for (const line of lines) found.push(found.at(-1)! + line.length + 1);
  return found;
}

/** The stretch [from, to) of a text with parts of it replaced; what is in a longer one is in its text already. */
export function applyChanges(
  text: string,
  all: readonly PlaceChange[],
  from = 0,
  to: number = text.length,
): string {
  const written: string[] = [];
  let last = from;
  let outer: PlaceChange | undefined;
  for (const one of [...all].sort(inWrittenOrder)) {
    if (outer && isWithinChange(one, outer)) continue;
    written.push(text.slice(last, one.start), one.text);
    last = one.end;
    outer = one;
  }
  written.push(text.slice(last, to));
  return written.join("");
}

/** What is inserted where another change ends is beside it. */
const isWithinChange = (one: PlaceChange, outer: PlaceChange): boolean =>
  one.end <= outer.end &&
  one.end - one.start < outer.end - outer.start &&
  (one.start < one.end || one.end < outer.end);

const inWrittenOrder = (one: PlaceChange, other: PlaceChange): number => {
  if (one.start !== other.start) return one.start - other.start;
  const [isInsertion, isOtherInsertion] = [one.start === one.end, other.start === other.end];
  if (isInsertion !== isOtherInsertion) return isInsertion ? -1 : 1;
  return other.end - one.end;
};
