import type { EditLine, LinesSegment } from "../core/edit.ts";
import { lineRoles } from "./roles.ts";

/**
 * The difference between the source and a text that a reader has worked out itself, as segments whose
 * places are certain: only the changed lines, since what is not named stays.
 */
export function changesBetween(source: readonly string[], text: readonly string[]): LinesSegment[] {
  const segments: LinesSegment[] = [];
  let lines: EditLine[] = [];
  let atLine = 0;
  const close = (): void => {
    if (lines.length > 0) segments.push({ kind: "lines", lines, atLine });
    lines = [];
  };
  for (const line of lineRoles(source, text)) {
    if (line.role === "keep") {
      close();
      continue;
    }
    if (lines.length === 0) atLine = line.old + 1;
    lines.push({ text: line.text, role: line.role, at: 0 });
  }
  close();
  return segments;
}
