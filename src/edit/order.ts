import type { LinesSegment } from "../core/edit.ts";

/**
 * Brings segments into the order of the file. Writers put blocks and hunks in any order; where the old
 * lines of each stand in the source exactly once, their order there is known. Otherwise they stay as
 * written.
 */
export function inFileOrder(
  segments: readonly LinesSegment[],
  source: readonly string[],
): readonly LinesSegment[] {
  if (segments.length < 2) return segments;
  const starts = new Map<string, number[]>();
  source.forEach((line, index) => {
    const places = starts.get(line);
    if (places) places.push(index);
    else starts.set(line, [index]);
  });
  const placed: { segment: LinesSegment; place: number }[] = [];
  for (const segment of segments) {
    const old = segment.lines.filter((line) => line.role !== "add").map((line) => line.text);
    const stands = (start: number): boolean =>
      old.every((line, index) => line === source[start + index]);
    const places = old.length === 0 ? [] : (starts.get(old[0]!) ?? []).filter(stands);
    if (places.length !== 1) return segments;
    placed.push({ segment, place: places[0]! });
  }
  return placed.sort((a, b) => a.place - b.place).map(({ segment }) => segment);
}
