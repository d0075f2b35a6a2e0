import type { Proof } from "../core/merge.ts";
import { linesKeptByProof } from "../text/kept-lines.ts";
import { LineDiff } from "../text/line-diff.ts";
import { lineTexts } from "../text/lines.ts";

/** What an edit made of one file. Paths are absolute. */
export interface EditedText {
  readonly path: string;
  /** Where it is now; null = it was deleted. */
  readonly newPath: string | null;
  /** Empty where there was no file, and where there is none. */
  readonly before: string;
  readonly after: string;
  /** The merge's account of the two texts; without one they are compared. */
  readonly proof?: Pick<Proof, "result" | "source"> | undefined;
}

/** Where a line of the old text is in the new one: at `line`, or replaced by the lines of `stretch`, which may be none. */
export type Followed =
  | { readonly line: number }
  | { readonly stretch: readonly [first: number, last: number] };

/** Follows lines of the old text to the new one. All lines count from 1. */
export function followLines(edited: EditedText): (line: number) => Followed {
  const [before, after] = [lineTexts(edited.before), lineTexts(edited.after)];
  const changes = new LineDiff(before, after).compare(
    linesKeptByProof(edited.proof, before.length, after.length),
  );
  return (line) => {
    const at = line - 1;
    let shift = 0;
    for (const { oldStart, oldEnd, newStart, newEnd } of changes) {
      if (oldStart > at) break;
      if (at < oldEnd) return { stretch: [newStart + 1, newEnd] };
      shift = newEnd - oldEnd;
    }
    // Behind the last line, where compilers complain of what is missing at the end, too.
    return { line: line + shift };
  };
}
