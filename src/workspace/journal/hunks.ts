import { LineDiff } from "../../text/line-diff.ts";
import { joinLines, splitLines, type TextLine } from "../../text/lines.ts";

/** A stretch of lines that an edit changed; 0-based, ends not included. */
export interface EntryHunk {
  /** From 1, over all files of the entry. */
  readonly number: number;
  readonly path: string;
  readonly before: {
    readonly from: number;
    readonly to: number;
    readonly lines: readonly string[];
  };
  readonly after: { readonly from: number; readonly to: number; readonly lines: readonly string[] };
}

export interface TextPair {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

const textsWithEnds = (lines: readonly TextLine[]): string[] =>
  lines.map(({ text, end }) => text + end);

/** The hunks of an entry's files, in their order; a line whose end changed is a changed line. */
export function entryHunks(files: readonly TextPair[]): EntryHunk[] {
  const hunks: EntryHunk[] = [];
  for (const { path, before, after } of files) {
    const [oldLines, newLines] = [splitLines(before), splitLines(after)];
    for (const change of new LineDiff(textsWithEnds(oldLines), textsWithEnds(newLines)).compare()) {
      const { oldStart, oldEnd, newStart, newEnd } = change;
      hunks.push({
        number: hunks.length + 1,
        path,
        before: { from: oldStart, to: oldEnd, lines: hunkTexts(oldLines, oldStart, oldEnd) },
        after: { from: newStart, to: newEnd, lines: hunkTexts(newLines, newStart, newEnd) },
      });
    }
  }
  return hunks;
}

function hunkTexts(lines: readonly TextLine[], from: number, to: number): string[] {
  return lines.slice(from, to).map(({ text }) => text);
}

/** The text after the edit with some of its hunks as they were before. */
export function textWithoutHunks({ before, after }: TextPair, hunks: readonly EntryHunk[]): string {
  const [oldLines, newLines] = [splitLines(before), splitLines(after)];
  const lines: TextLine[] = [];
  let at = 0;
  for (const hunk of hunks) {
    lines.push(
      ...newLines.slice(at, hunk.after.from),
      ...oldLines.slice(hunk.before.from, hunk.before.to),
    );
    at = hunk.after.to;
  }
  lines.push(...newLines.slice(at));
  // An unfinished last line that gets lines below it needs an end.
  const usual = newLines.find(({ end }) => end !== "")?.end ?? "\n";
  return joinLines(
    lines.map((line, index) =>
      line.end === "" && index < lines.length - 1 ? { ...line, end: usual } : line,
    ),
  );
}
