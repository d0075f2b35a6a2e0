import type { Edit, LinesSegment } from "../core/edit.ts";
import { quotedLine } from "../text/quote.ts";
import {
  isTellingKey,
  type LineComparison,
  lineKey,
  positionIn,
  uniquePairs,
} from "./guard-lines.ts";

/**
 * What is wrong with the positions of lines: lines that the edit does not write keep the order of the source, lines
 * that it writes keep the order of the edit, and what a block or a hunk adds is where that block is.
 */
export function placeProblem(edit: Edit, compared: LineComparison): string | undefined {
  if (edit.format === "whole" || compared.oldKeys.length === 0 || compared.newKeys.length === 0)
    return undefined;
  const written = new Set<string>();
  for (const segment of edit.segments) {
    if (segment.kind !== "lines") continue;
    for (const { text, role } of segment.lines) {
      if (role === "add" || role === "either") written.add(lineKey(text));
    }
  }
  const pairs = uniquePairs(compared.oldKeys, compared.newKeys).filter(
    ([index]) => !written.has(compared.oldKeys[index]!),
  );
  for (const [n, [, place]] of pairs.entries()) {
    if (n === 0 || pairs[n - 1]![1] < place) continue;
    const [above, below] = [pairs[n - 1]![0], pairs[n]![0]].map((at) => compared.oldLines[at]!);
    return (
      `line ${below! + 1} (${quotedLine(compared.source[below!]!)}) would move above line ${above! + 1}, and the edit does not move it. ` +
      "Quote more of the lines around the change."
    );
  }
  return edit.extent === "parts"
    ? partsProblem(edit, compared, pairs)
    : sketchProblem(edit, compared);
}

/** The lines of a sketch keep their order. */
function sketchProblem(edit: Edit, compared: LineComparison): string | undefined {
  const keys: string[] = [];
  const texts: string[] = [];
  for (const segment of edit.segments) {
    if (segment.kind !== "lines") continue;
    for (const { text } of segment.lines) {
      keys.push(lineKey(text));
      texts.push(text);
    }
  }
  const pairs = uniquePairs(keys, compared.newKeys);
  // Whether a line is unique in the whole result matters only where the order is not the edit's.
  if (pairs.every(([, place], n) => n === 0 || pairs[n - 1]![1] <= place)) return undefined;
  let last: readonly [number, number] | undefined;
  for (const pair of pairs) {
    if (compared.inResult.of(keys[pair[0]]!) > 1) continue;
    if (last && last[1] > pair[1]) {
      return `the edit has ${quotedLine(texts[last[0]]!)} above ${quotedLine(texts[pair[0]]!)}, but the result would have them in reverse order.`;
    }
    last = pair;
  }
  return undefined;
}

/** What a segment adds is between the lines around it that no segment touches. */
function partsProblem(
  edit: Edit,
  compared: LineComparison,
  untouched: readonly (readonly [number, number])[],
): string | undefined {
  const places = new Map<string, number>();
  const lineIn = (keys: readonly string[]): Map<string, number> => {
    const lines = new Map<string, number>();
    for (const [index, key] of keys.entries()) lines.set(key, lines.has(key) ? -1 : index);
    return lines;
  };
  const segments = edit.segments.filter((one): one is LinesSegment => one.kind === "lines");
  for (const { lines } of segments) {
    for (const { text, role } of lines) {
      if (role === "add") places.set(lineKey(text), places.has(lineKey(text)) ? -1 : 1);
    }
  }
  const indexes = untouched.map(([index]) => index);
  let sourceAt: Map<string, number> | undefined;
  let resultAt: Map<string, number> | undefined;
  for (const { lines } of segments) {
    const added = lines.filter(
      ({ text, role }) =>
        role === "add" && isTellingKey(lineKey(text)) && places.get(lineKey(text)) === 1,
    );
    const oldLines = lines.filter(
      ({ text, role }) => role !== "add" && isTellingKey(lineKey(text)),
    );
    if (added.length === 0 || oldLines.length === 0) continue;
    sourceAt ??= lineIn(compared.source.map((line) => line.trim()));
    resultAt ??= lineIn(compared.result.map((line) => line.trim()));
    // Each unique line determines where the block begins and ends.
    const old = lines.filter(({ role }) => role !== "add");
    const keys = new Set(old.map(({ text }) => lineKey(text)));
    let first = compared.source.length;
    let last = -1;
    for (const [offset, { text }] of old.entries()) {
      const line = isTellingKey(lineKey(text)) ? (sourceAt.get(text.trim()) ?? -1) : -1;
      if (line < 0) continue;
      first = Math.min(first, positionIn(compared.oldLines, line - offset));
      last = Math.max(last, positionIn(compared.oldLines, line + old.length - 1 - offset));
    }
    if (last < 0 && first >= compared.source.length) continue;
    const isOutside = (n: number): boolean => !keys.has(compared.oldKeys[untouched[n]![0]]!);
    let before = Math.ceil(positionIn(indexes, first)) - 1;
    while (before >= 0 && !isOutside(before)) before--;
    const end = positionIn(indexes, last);
    let behind = Number.isInteger(end) ? end + 1 : Math.ceil(end);
    while (behind < untouched.length && !isOutside(behind)) behind++;
    const above = untouched[before]?.[1] ?? -1;
    const below = untouched[behind]?.[1] ?? compared.newKeys.length;
    for (const { text, at: line } of added) {
      const place = resultAt.get(text.trim()) ?? -1;
      if (place < 0 || sourceAt.has(text.trim())) continue;
      const inside = positionIn(compared.newLines, place);
      if (inside > above && inside < below) continue;
      const where = line > 0 ? `line ${line} of the edit` : "the new line";
      return (
        `${where} (${quotedLine(text)}) would be at line ${place + 1}, away from the lines that the edit has beside it. ` +
        "Quote more of the lines around the change."
      );
    }
  }
  return undefined;
}
