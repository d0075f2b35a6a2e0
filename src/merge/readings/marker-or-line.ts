import type { Edit, EditLine, LinesSegment, Segment } from "../../core/edit.ts";
import { isFilled } from "../../text/words.ts";

/** The readings of a sketch with markers or removal comments that are lines of the file too: as markers, and as lines. */
export function readingsOf(edit: Edit, source: ReadonlySet<string>): Edit[] {
  // A sketch without any marker has elisions without a text: a blank line of the file is none of them.
  const inFile = (segment: Segment): boolean =>
    segment.kind !== "lines" && isFilled(segment.text) && source.has(segment.text.trim());
  if (edit.extent !== "file" || !edit.segments.some(inFile)) return [edit];
  return [edit, withLines(edit, inFile)];
}

/** The edit with some of its markers and comments taken as lines to place. */
export function withLines(edit: Edit, chosen: (segment: Segment) => boolean): Edit {
  const segments: Segment[] = [];
  let open: { kind: "lines"; lines: EditLine[] } | undefined;
  for (const segment of edit.segments) {
    const asLines = segment.kind === "lines" || chosen(segment);
    if (!asLines) {
      open = undefined;
      segments.push(segment);
      continue;
    }
    if (!open) {
      open = { kind: "lines", lines: [] };
      segments.push(open);
    }
    if (segment.kind === "lines") open.lines.push(...segment.lines);
    else open.lines.push({ text: segment.text, role: "either", at: segment.at });
  }
  return { ...edit, segments };
}

/** An explicit edit in which the parts that the file already has only require their new side to match. */
export function alreadyDone(edit: Edit, done: ReadonlySet<number>): Edit {
  let k = -1;
  const segments = edit.segments.map((segment): Segment => {
    if (segment.kind !== "lines") return segment;
    k++;
    if (!done.has(k)) return segment;
    const lines = segment.lines
      .filter((line) => line.role !== "drop")
      .map((line): EditLine => ({ ...line, role: "keep" }));
    const { nearLine, under } = segment;
    const kept: LinesSegment = {
      kind: "lines",
      lines,
      ...(nearLine !== undefined && { nearLine }),
      ...(under !== undefined && { under }),
    };
    return kept;
  });
  return { ...edit, segments };
}
