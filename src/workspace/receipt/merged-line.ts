/** A text that lines may be made of. Its words are collected once, when they are first asked for. */
export class Stock {
  readonly text: string;
  private words: Set<string> | undefined;

  constructor(text: string) {
    this.text = text;
  }

  has(word: string): boolean {
    this.words ??= new Set(this.text.match(asciiWord));
    return this.words.has(word);
  }
}

/** What a merged line may be made of. */
export interface Material {
  /** One line of the edit, or all of them, joined by line feeds. */
  readonly edit: Stock;
  /** The source lines as which the merged line may begin and end. */
  readonly source?: readonly [first: string, last: string];
  /** The source lines that the merged line replaces, joined by line feeds. */
  readonly replaced: Stock;
}

const asciiWord = /[A-Za-z0-9_]+/g;

/**
 * Whether a line is made of the edit and the source: it begins as one source line, ends as another, and what lies between
 * is in the edit; or every word of it is in the edit or in the lines that it replaces.
 */
export function isMerged(line: string, { edit, source, replaced }: Material): boolean {
  if (source !== undefined && edit.text.includes(middleOf(line, ...source))) return true;
  return (line.match(asciiWord) ?? []).every((word) => edit.has(word) || replaced.has(word));
}

/** The line without the beginning that it shares with `first` and the end that it shares with `last`. */
function middleOf(line: string, first: string, last: string): string {
  let start = 0;
  while (start < line.length && start < first.length && line[start] === first[start]) start++;
  if (isHigh(line, start - 1)) start--;
  let end = 0;
  const most = Math.min(line.length - start, last.length);
  while (end < most && line[line.length - 1 - end] === last[last.length - 1 - end]) end++;
  if (isLow(line, line.length - end)) end--;
  return line.slice(start, line.length - end);
}

/** Half a character is no character. */
const isHigh = (text: string, at: number): boolean => /^[\ud800-\udbff]$/.test(text[at] ?? "");
const isLow = (text: string, at: number): boolean => /^[\udc00-\udfff]$/.test(text[at] ?? "");
