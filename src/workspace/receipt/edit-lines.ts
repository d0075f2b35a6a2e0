const lineEnd = /\r\n|\n|\r/;

/** Strings inside strings are read this often: the arguments of a tool call are JSON inside JSON. */
const deepestJson = 2;

/**
 * The lines of an edit, in the order in which receipts count them from 1: those of the text as written, then those of
 * every JSON string in it, then those of the JSON strings inside these.
 */
export function editTexts(edit: string): string[] {
  const lines = edit.split(lineEnd);
  let texts = [edit];
  for (let depth = 0; depth < deepestJson; depth++) {
    texts = texts.flatMap(jsonStrings);
    for (const text of texts) for (const line of text.split(lineEnd)) lines.push(line);
  }
  return lines;
}

/** The texts between double quotes that are JSON strings, from left to right. */
function jsonStrings(text: string): string[] {
  const strings: string[] = [];
  let start = text.indexOf('"');
  while (start !== -1) {
    let end = start + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    if (end >= text.length) break;
    try {
      strings.push(JSON.parse(text.slice(start, end + 1)) as string);
    } catch {
      // Two quotes of a text that is no JSON.
    }
    start = text.indexOf('"', end + 1);
  }
  return strings;
}

/** A line without blanks and tabs at its ends. */
export function trimmedLine(line: string): string {
  let start = 0;
  let end = line.length;
  while (start < end && isSpaceOrTab(line[start]!)) start++;
  while (end > start && isSpaceOrTab(line[end - 1]!)) end--;
  return line.slice(start, end);
}

const isSpaceOrTab = (character: string): boolean => character === " " || character === "\t";

/** What formats write before a line: the sign of a diff, a line number with or without a hash. */
const linePrefix = /^(?:\+|[ \t]*[0-9]+(?::[0-9a-z]+)?[|:\t→])/;

/** The texts that a line of an edit can mean, without spaces at the ends. */
export function meanings(editLine: string): string[] {
  const rest = editLine.replace(linePrefix, "");
  return rest === editLine ? [trimmedLine(editLine)] : [trimmedLine(editLine), trimmedLine(rest)];
}
