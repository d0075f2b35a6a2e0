import { commonIndent } from "./indent.ts";
import { joinLines, type TextLine } from "./lines.ts";

/** Lines of a file: 0-based, `end` is the line behind them. */
export interface PartLines {
  readonly start: number;
  readonly end: number;
}

/** A part of a file without its outer indentation. */
export interface FilePart {
  readonly code: string;
  /** What every line of it had in front. */
  readonly indent: string;
}

export function filePart(lines: readonly TextLine[], { start, end }: PartLines): FilePart {
  const part = lines.slice(start, end);
  const indent = commonIndent(part.map(({ text }) => text));
  return { code: `${part.map(({ text }) => text.slice(indent.length)).join("\n")}\n`, indent };
}

/** The file with the part replaced. Lines get the part's own line end, and its last line the end that it had. */
export function withPart(
  lines: readonly TextLine[],
  { start, end }: PartLines,
  written: string,
  indent: string,
): string {
  const lineEnd = lines[start]!.end || "\n";
  const body = written.trimEnd().split(/\r?\n/);
  const part = body.map((text) => ({
    text: text.trim() === "" ? "" : indent + text,
    end: lineEnd,
  }));
  const last = lines[end - 1]!.end;
  const ended = part.map((line, index) =>
    index === part.length - 1 ? { ...line, end: last } : line,
  );
  return joinLines([...lines.slice(0, start), ...ended, ...lines.slice(end)]);
}

/**
 * What a new text of the file has in place of a part: the lines between those that are above and below the part in both texts. Undefined where
 * the new text changes others, too, which then are no answer to a question about the part.
 */
export function partAfter(
  before: readonly TextLine[],
  after: readonly TextLine[],
  { start, end }: PartLines,
): string | undefined {
  const below = before.length - end;
  if (after.length < start + below) return undefined;
  const isSame = (from: number, other: number, count: number): boolean => {
    for (let i = 0; i < count; i++) {
      if (before[from + i]!.text !== after[other + i]!.text) return false;
    }
    return true;
  };
  if (!isSame(0, 0, start) || !isSame(end, after.length - below, below)) return undefined;
  return filePart(after, { start, end: after.length - below }).code;
}
