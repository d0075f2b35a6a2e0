import { RedraftError } from "../core/errors.ts";
import { indentOf } from "../text/indent.ts";

interface PairTexts {
  readonly old: string;
  readonly new: string;
}

/**
 * The new text for one place, with the line end that only the old one has: writers leave it off, and two lines
 * would become one. Where joining them may be what is meant, it is refused; a line end before the old text is
 * there on purpose, and is kept only where the new text is that line changed.
 */
export function keptLineEnds(
  { old, new: written }: PairTexts,
  text: string,
  start: number,
): string {
  if (written === "" || written === old) return written;
  const end = start + old.length;
  let newText = written;
  if (old.endsWith("\n") && !newText.endsWith("\n") && !isLineEnd(text[end])) {
    const below = text.slice(end).split("\n", 1)[0]!;
    if (`${newText}\n` === old || /[ \t]$/.test(newText) || !areLines(newText, old))
      throw joining(lastLine(newText), below);
    newText += "\n";
  }
  if (old.startsWith("\n") && !newText.startsWith("\n") && !isLineEnd(text[start - 1])) {
    const line = old.replace(/^\n+/, "");
    if (newText === line) throw joining(lastLine(text.slice(0, start)), newText.split("\n", 1)[0]!);
    if (indentOf(newText) === indentOf(line) && firstToken(newText) === firstToken(line))
      newText = `\n${newText}`;
  }
  return newText;
}

const isLineEnd = (character: string | undefined): boolean =>
  character === undefined || character === "\n";

const firstToken = (text: string): string => /^\s*(\w+|.)/.exec(text)?.[1] ?? "";
const lastLine = (text: string): string => text.slice(text.lastIndexOf("\n") + 1);

/** Whether a new text is written in lines, as the old one is, and no part of a line. */
function areLines(newText: string, old: string): boolean {
  return (
    newText.includes("\n") || /^[ \t]/.test(newText) || firstToken(newText) === firstToken(old)
  );
}

function joining(above: string, below: string): RedraftError {
  const shown = (line: string): string => JSON.stringify(line.trim().slice(0, 80));
  return new RedraftError(
    "ambiguous",
    `the old string has a line end that the new one lacks, which would join ${shown(above)} and ${shown(below)} to one line. ` +
      "Let both strings end alike, or give both lines in the old string.",
  );
}
