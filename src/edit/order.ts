import type { LinesSegment } from "../core/edit.ts";

/**
 * Brings segments into the order of the file. Writers put blocks and hunks in any order; where the old lines of a
 * segment stand in the source exactly once, or its place is certain, its order there is known. Any other one stays
 * behind the one before it.
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
  let last = -1;
  const placed = segments.map((segment) => {
    const place = placeOf(segment, source, starts) ?? last;
    if (place <= source.length) last = place;
    return { segment, place };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ segment }) => segment);
}

/** The source line where a segment begins, if that is known; one past the last for what goes to the end. */
function placeOf(
  { lines, atLine, anchor }: LinesSegment,
  source: readonly string[],
  starts: ReadonlyMap<string, readonly number[]>,
): number | undefined {
  if (atLine !== undefined) return atLine - 1;
  const old = lines.filter((line) => line.role !== "add").map((line) => line.text);
  if (old.length === 0) {
    return anchor === "end" ? source.length + 1 : anchor === "start" ? -1 : undefined;
  }
  const stands = (start: number): boolean =>
    old.every((line, index) => line === source[start + index]);
  const places = (starts.get(old[0]!) ?? []).filter(stands);
  return places.length === 1 ? places[0] : undefined;
}
