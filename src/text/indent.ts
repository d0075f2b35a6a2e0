/** Columns from one tab stop to the next where a file does not say. */
const tabWidth = 4;

/** The spaces and tabs that a line begins with. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)![0];
}

/**
 * All white space that a line begins with, form feeds and no-break spaces included. `indentOf` is what an editor indents
 * with; this is what `trimStart` removes, and of a blank line it is the whole line.
 */
export function leadingSpace(line: string): string {
  return /^\s*/.exec(line)![0];
}

/** The width of a line's indentation in columns; a tab counts 4 in any column. */
export function columnsOf(line: string): number {
  let columns = 0;
  for (let i = 0; line[i] === " " || line[i] === "\t"; i++)
    columns += line[i] === "\t" ? tabWidth : 1;
  return columns;
}

/** The spaces and tabs that all lines with something in them begin with. */
export function commonIndent(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== "").map(indentOf);
  return indents.reduce((shared, indent) => {
    let size = 0;
    while (size < shared.length && shared[size] === indent[size]) size++;
    return shared.slice(0, size);
  }, indents[0] ?? "");
}
