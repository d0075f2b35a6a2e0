/** One line of a text and its line end: `\n`, `\r\n`, `\r`, or nothing on an unfinished last line. */
export interface TextLine {
  readonly text: string;
  readonly end: string;
}

const lineEnd = /\r\n|\n|\r/g;

/**
 * Cuts a text into lines. `lines.map((line) => line.text + line.end).join("")` is the text again.
 * A final newline ends the last line and starts no further one; the empty text has no lines.
 */
export function splitLines(text: string): TextLine[] {
  const lines: TextLine[] = [];
  let start = 0;
  for (const match of text.matchAll(lineEnd)) {
    lines.push({ text: text.slice(start, match.index), end: match[0] });
    start = match.index + match[0].length;
  }
  if (start < text.length) lines.push({ text: text.slice(start), end: "" });
  return lines;
}

export function joinLines(lines: readonly TextLine[]): string {
  let text = "";
  for (const line of lines) text += line.text + line.end;
  return text;
}
