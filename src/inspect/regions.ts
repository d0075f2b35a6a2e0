import type { LineRange } from "../core/merge.ts";
import type { MergePicture } from "./picture.ts";

/** Characters of two texts that differ; ends not included. */
export interface TextDifference {
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
}

/** A part of both texts, and how they differ there by the merge's own account. */
export interface ShownRegion {
  readonly before: string;
  readonly after: string;
  /** 1-based line of the file that `before` begins with. */
  readonly line: number;
  readonly differences: readonly TextDifference[];
}

/** Unchanged lines around a region. */
const regionMargin = 3;

/** The part of the file and of a candidate in which candidates differ, with lines around it. Lines are without line ends, joined by `\n`. */
export function regionOf(
  before: readonly string[],
  after: readonly string[],
  picture: Pick<MergePicture, "changes">,
  sourceRange: LineRange,
  textRange: LineRange,
): ShownRegion {
  // Outside of both ranges all candidates are alike, but they may change the file there too: those changes are shown elsewhere.
  const lead = Math.min(regionMargin, sourceRange.start, textRange.start);
  const tail = Math.min(
    regionMargin,
    before.length - sourceRange.end,
    after.length - textRange.end,
  );
  const [fileStart, fileEnd] = [sourceRange.start - lead, sourceRange.end + tail];
  const [textStart, textEnd] = [textRange.start - lead, textRange.end + tail];
  const old = before.slice(fileStart, fileEnd);
  const now = after.slice(textStart, textEnd);
  const [oldStarts, nowStarts] = [offsetsOf(old), offsetsOf(now)];
  const differences: TextDifference[] = [];
  for (const { file, result } of picture.changes) {
    const inside =
      file[1] >= fileStart && file[0] <= fileEnd && result[1] >= textStart && result[0] <= textEnd;
    if (!inside) continue;
    const clip = (line: number, start: number, count: number): number =>
      Math.max(0, Math.min(count, line - start));
    differences.push({
      fromA: oldStarts[clip(file[0], fileStart, old.length)]!,
      toA: oldStarts[clip(file[1], fileStart, old.length)]!,
      fromB: nowStarts[clip(result[0], textStart, now.length)]!,
      toB: nowStarts[clip(result[1], textStart, now.length)]!,
    });
  }
  return { before: regionText(old), after: regionText(now), line: fileStart + 1, differences };
}

const regionText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

function offsetsOf(lines: readonly string[]): number[] {
  const starts = [0];
  for (const line of lines) starts.push(starts.at(-1)! + line.length + 1);
  return starts;
}
