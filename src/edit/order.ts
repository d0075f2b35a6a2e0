import type { LinesSegment } from "../core/edit.ts";
import { runPlaces } from "../text/line-index.ts";

/**
 * Brings segments into the order of the file. Writers put blocks and hunks in any order. If the old lines of a
 * segment occur in the source exactly once, or its place is certain, its order is known. Any other segment stays
 * behind the one before it.
 */
export function inFileOrder(
  segments: readonly LinesSegment[],
  source: readonly string[],
): readonly LinesSegment[] {
  if (segments.length < 2) return segments;
  let last = -1;
  const placed = segments.map((segment) => {
    const place = segmentPlace(segment, source) ?? last;
    if (place <= source.length) last = place;
    return { segment, place };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ segment }) => segment);
}

/** The source line where a segment begins, if that is known; one past the last for a segment at the end. */
function segmentPlace(
  { lines, atLine, anchor }: LinesSegment,
  source: readonly string[],
): number | undefined {
  if (atLine !== undefined) return atLine - 1;
  const old = lines.filter((line) => line.role !== "add").map((line) => line.text);
  if (old.length === 0) {
    return anchor === "end" ? source.length + 1 : anchor === "start" ? -1 : undefined;
  }
  const places = runPlaces(old, source);
  return places.length === 1 ? places[0] : undefined;
}
