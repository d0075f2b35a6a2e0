import { hasWords } from "../text/words.ts";

/** A way in which tools put line numbers before the lines that they show. */
const styles: readonly RegExp[] = [
  /^\s*(\d+)→/,
  /^\s*(\d+):[0-9a-z]{1,8}\|/i,
  /^\s*(\d+)\s*[|│](?: |$)/,
  /^\s*(\d+)\s*[|│]/,
  /^\s*(\d+):(?: |$)/,
  /^\s*(\d+):/,
  /^\s*(\d+)\t/,
];

/** Lines as they were shown with numbers, the numbers taken off. */
export interface NumberedLines {
  readonly lines: readonly string[];
  /** The number of the first line, 1-based. */
  readonly first: number;
  readonly style: RegExp;
}

/**
 * Removes the line numbers of a reading tool: every line that is not blank begins with a number and the same
 * separator, and the numbers ascend by one. Undefined if the lines have no such numbers.
 */
export function withoutNumbers(lines: readonly string[]): NumberedLines | undefined {
  for (const style of styles) {
    const first = firstNumber(lines, style);
    if (first !== undefined)
      return { lines: lines.map((line) => line.replace(style, "")), first, style };
  }
  return undefined;
}

function firstNumber(lines: readonly string[], style: RegExp): number | undefined {
  let first: number | undefined;
  for (const [index, line] of lines.entries()) {
    const number = style.exec(line)?.[1];
    if (number === undefined) {
      if (line.trim() !== "") return undefined;
      continue;
    }
    first ??= Number(number) - index;
    if (Number(number) !== first + index) return undefined;
  }
  return first !== undefined && first > 0 ? first : undefined;
}

/**
 * Both sides of a pair without the line numbers that the old one has. `isText` says whether a line is in the
 * file as it is.
 */
export function pairWithoutNumbers(
  old: readonly string[],
  newLines: readonly string[],
  isText: (line: string) => boolean,
): { readonly old: string[]; readonly new: string[]; readonly nearLine: number } | undefined {
  if (old.some((line) => hasWords(line) && isText(line))) return undefined;
  const numbered = withoutNumbers(old);
  if (!numbered) return undefined;
  const plain = numbered.lines.filter((line) => line.trim() !== "");
  if (!plain.some(isText)) return undefined;
  return {
    old: [...numbered.lines],
    new: newSide(newLines, numbered, old.length),
    nearLine: numbered.first,
  };
}

/** New lines have the numbers of the place, or go on counting, or have none. Other numbers are text. */
function newSide(
  newLines: readonly string[],
  { first, style }: NumberedLines,
  size: number,
): string[] {
  let last = first;
  for (const line of newLines) {
    const number = style.exec(line)?.[1];
    if (number === undefined) continue;
    if (Number(number) < last || Number(number) > first + size + newLines.length)
      return [...newLines];
    last = Number(number);
  }
  return newLines.map((line) => line.replace(style, ""));
}
