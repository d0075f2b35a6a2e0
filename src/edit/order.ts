import type { LinesSegment } from "../core/edit.ts";
import { runPlaces } from "../core/line-index.ts";

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
  const placed: { segment: LinesSegment; place: number }[] = [];
  for (const segment of segments) {
    const old = segment.lines.filter((line) => line.role !== "add").map((line) => line.text);
    const places = runPlaces(old, source);
    if (places.length !== 1) return segments;
    placed.push({ segment, place: places[0]! });
  }
  return placed.sort((a, b) => a.place - b.place).map(({ segment }) => segment);
}
