import { RedraftError } from "../core/errors.ts";
import type { SearchBlock } from "./block-text.ts";
import type { EditInput } from "./format.ts";

/** A line as some read tools show it: its number, a short hash of it, and its text (`12:a3|const x = 1;`). */
export interface HashLine {
  readonly line: number;
  readonly hash: string;
  /** Absent where only the line is named. */
  readonly text?: string;
}

// `12:30:45` begins a line of many logs: behind a colon only a bar or an arrow ends the hash.
const pattern =
  /^\s*(\d{1,7})(?::([A-Za-z0-9]{1,8})(?=$|[|→])|#([A-Za-z0-9]{1,8})(?=$|[|:→]))(?:[|:→](.*))?$/s;

export function hashLineOf(text: string): HashLine | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const line = { line: Number(match[1]), hash: (match[2] ?? match[3])! };
  return match[4] === undefined ? line : { ...line, text: match[4] };
}

/**
 * The text that a hashed line says line `line` of the file has, as the file has it. How the hash was made is not
 * known here, so the text is what is checked.
 */
export function checkedText({ line, hash, text }: HashLine, input: EditInput): string {
  const own = input.sourceLines[line - 1];
  if (text === undefined) {
    throw new RedraftError(
      "unreadable-edit",
      `the edit names line ${line} by the hash ${hash} alone, which cannot be checked. Write the line's text after it ` +
        `(${line}:${hash}|...), or send the old lines and the new ones.`,
      { details: { line } },
    );
  }
  if (own !== undefined && (own.trimEnd() === text.trimEnd() || ` ${own}` === text)) return own;
  const found = own === undefined ? `has only ${input.sourceLines.length} lines` : `has "${own}"`;
  throw new RedraftError(
    "no-match",
    `the edit says that line ${line} of ${input.path} is "${text}", but the file ${found} there. ` +
      "Read the file again and send the edit for the lines as they are now.",
    { details: { line, path: input.path } },
  );
}

/**
 * A block whose search part is lines with number and hash: the lines as the file has them, the first number as the
 * hint. The prefixes go from the new side where it carries those of the old one, or one on every line.
 */
export function withoutHashes(block: SearchBlock, input: EditInput): SearchBlock {
  const isText = (line: string): boolean => line.trim() !== "";
  const old = block.search.filter(isText).map(hashLineOf);
  const [first] = old;
  if (first === undefined || old.some((one) => one?.text === undefined)) return block;
  if (block.search.filter(isText).every((line) => input.inSource(line))) return block;
  const search = (old as HashLine[]).map((one) => checkedText(one, input));
  const known = new Set((old as HashLine[]).map(({ line, hash }) => `${line} ${hash}`));
  const newLines = block.replace.map(hashLineOf);
  const all = block.replace.every(
    (line, index) => !isText(line) || newLines[index]?.text !== undefined,
  );
  const replace = block.replace.map((line, index) => {
    const one = newLines[index];
    if (one?.text === undefined || !(all || known.has(`${one.line} ${one.hash}`))) return line;
    return one.text;
  });
  refuseGaps(old as HashLine[]);
  return { ...block, search, replace, nearLine: first.line };
}

function refuseGaps(lines: readonly HashLine[]): void {
  const gap = lines.findIndex((one, index) => index > 0 && one.line !== lines[index - 1]!.line + 1);
  if (gap === -1) return;
  throw new RedraftError(
    "unreadable-edit",
    `the search part names line ${lines[gap]!.line} right after line ${lines[gap - 1]!.line}. ` +
      "Send one block for each stretch of lines.",
    { details: { line: lines[gap]!.line } },
  );
}
