import type { EditLine, LinesSegment } from "../core/edit.ts";
import { stretchPairs } from "../text/line-pairs.ts";
import { lineRoles } from "./line-roles.ts";

/**
 * The difference between the source and a text that a reader knows whole, as segments whose places are
 * certain: only the changed lines, since what is not named stays. `textAt` is the 1-based line of the
 * caller's text where `text` begins, or 0 if the caller's text does not contain it as lines.
 */
export function changedSegments(
  source: readonly string[],
  text: readonly string[],
  textAt = 0,
): LinesSegment[] {
  const segments: LinesSegment[] = [];
  let lines: EditLine[] = [];
  let atLine = 0;
  const close = (): void => {
    if (lines.length > 0) segments.push({ kind: "lines", lines, atLine });
    lines = [];
  };
  for (const stretch of stretchPairs(source, text)) {
    const { oldStart, newStart, oldEnd, newEnd } = stretch;
    if (oldStart === oldEnd && newStart === newEnd) {
      close();
      continue;
    }
    for (const line of lineRoles(source.slice(oldStart, oldEnd), text.slice(newStart, newEnd))) {
      if (line.role === "keep") {
        close();
        continue;
      }
      if (lines.length === 0) atLine = oldStart + line.oldLine + 1;
      lines.push({
        text: line.text,
        role: line.role,
        at: textAt === 0 ? 0 : textAt + newStart + line.new,
      });
    }
    if (oldEnd < source.length && newEnd < text.length) close();
  }
  close();
  return segments;
}
