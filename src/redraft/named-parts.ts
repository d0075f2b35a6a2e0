import type { NamedPart } from "../instruct/region.ts";
import { endOfSymbol } from "../merge/align/symbol.ts";
import { withDecorators } from "../merge/named-symbol.ts";
import { isComment } from "../text/comments.ts";
import { declares } from "../text/declares.ts";
import { columnsOf } from "../text/indent.ts";
import { splitLines, type TextLine } from "../text/lines.ts";

/** Keys and fields on one line are declared, but are no part that is worth asking for alone. */
const fewestLines = 2;

/** What a text declares, with decorators and the comment directly above: read line by line, in any language. */
export function namedPartsOf(text: string): NamedPart[] {
  const lines = splitLines(text);
  const found: NamedPart[] = [];
  for (const [line, { text: content }] of lines.entries()) {
    const name = declares(content);
    if (name === undefined) continue;
    const end = endOfSymbol(lines, line);
    if (end - line < fewestLines && columnsOf(content) > 0) continue;
    found.push({ name, start: withComment(lines, withDecorators(lines, line)), end });
  }
  return found;
}

function withComment(lines: readonly TextLine[], header: number): number {
  const column = columnsOf(lines[header]!.text);
  let start = header;
  while (start > 0) {
    const { text } = lines[start - 1]!;
    // The lines of a block comment are one column deeper than its first.
    if (text.trim() === "" || columnsOf(text) < column || columnsOf(text) > column + 1) break;
    if (!isComment(text)) break;
    start--;
  }
  return start;
}
