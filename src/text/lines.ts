/** One line of a text and its line end: `\n`, `\r\n`, `\r`, or nothing on an unfinished last line. */
export interface TextLine {
  readonly text: string;
  readonly end: string;
}

/** Texts whose lines are kept, and the least length that is worth it: an edit's stages cut the same few texts. */
const keptTexts = 3;
const keptLength = 2_000;
const recentTexts = new Map<string, readonly TextLine[]>();

/**
 * Cuts a text into lines. `lines.map((line) => line.text + line.end).join("")` is the text again.
 * A final newline ends the last line and starts no further one; the empty text has no lines.
 */
export function splitLines(text: string): readonly TextLine[] {
  if (text.length < keptLength) return textLines(text);
  const known = recentTexts.get(text);
  if (known) return known;
  const lines = textLines(text);
  for (const [oldest] of recentTexts) {
    if (recentTexts.size < keptTexts) break;
    recentTexts.delete(oldest);
  }
  recentTexts.set(text, lines);
  return lines;
}

function textLines(text: string): TextLine[] {
  const lines: TextLine[] = [];
  let start = 0;
  // Looking for one character is several times faster than a pattern; few texts hold a carriage return.
  let carriage = text.indexOf("\r");
  let feed = text.indexOf("\n");
  while (feed !== -1 || carriage !== -1) {
    if (carriage === -1 || (feed !== -1 && feed < carriage)) {
      lines.push({ text: text.slice(start, feed), end: "\n" });
      start = feed + 1;
      feed = text.indexOf("\n", start);
      continue;
    }
    const end = feed === carriage + 1 ? "\r\n" : "\r";
    lines.push({ text: text.slice(start, carriage), end });
    start = carriage + end.length;
    carriage = text.indexOf("\r", start);
    if (feed !== -1 && feed < start) feed = text.indexOf("\n", start);
  }
  if (start < text.length) lines.push({ text: text.slice(start), end: "" });
  return lines;
}

export function joinLines(lines: readonly TextLine[]): string {
  let text = "";
  for (const line of lines) text += line.text + line.end;
  return text;
}

/** The lines of a text without their line ends. */
export function lineTexts(text: string): string[] {
  return splitLines(text).map((line) => line.text);
}

/** The line that a position of a text is on, from 0; only line feeds count as line ends. */
export function lineAt(text: string, position: number): number {
  let line = 0;
  let feed = text.indexOf("\n");
  for (; feed !== -1 && feed < position; feed = text.indexOf("\n", feed + 1)) line += 1;
  return line;
}
