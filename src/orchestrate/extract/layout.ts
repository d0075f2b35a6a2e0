import type { Node } from "web-tree-sitter";

/** The blanks at the start of the line of an offset. */
export function marginAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/u.exec(text.slice(start))![0];
}

/** One step of indentation, as the body of a function has it. */
export function bodyUnit(text: string, outer: string, inner: string): string {
  if (inner.startsWith(outer) && inner.length > outer.length) return inner.slice(outer.length);
  return /^\t/mu.test(text) ? "\t" : "    ";
}

/** Lines that begin inside of a string: their blanks belong to it. */
export function stringLines(root: Node, start: number, end: number): Set<number> {
  const found = new Set<number>();
  const types = ["string", "template_string", "concatenated_string", "raw_string_literal"];
  for (const node of root.descendantsOfType(types)) {
    if (!node || node.endIndex < start || node.startIndex > end) continue;
    if (node.type === "concatenated_string") continue;
    for (let row = node.startPosition.row + 1; row <= node.endPosition.row; row += 1)
      found.add(row);
  }
  return found;
}

/** Lines with another margin; blank lines and lines inside of strings stay. `row`: the row of the first line. */
export function withOtherMargin(
  lines: readonly string[],
  from: string,
  to: string,
  row: number,
  kept: ReadonlySet<number>,
): string[] {
  return lines.map((line, index) => {
    if (kept.has(row + index)) return line;
    if (line.trim() === "") return line.trim();
    return line.startsWith(from) ? to + line.slice(from.length) : to + line.trimStart();
  });
}
