import { isDivider, isSyntax } from "./block-markers.ts";
import type { EditInput } from "./format.ts";
import { unreadable } from "./unreadable.ts";

/** One search block as written. `searchAt` and `replaceAt` are 1-based lines of the caller's text. */
export interface SearchBlock {
  readonly search: readonly string[];
  readonly replace: readonly string[];
  readonly searchAt: number;
  readonly replaceAt: number;
  readonly path?: string;
  /** The line of the file where the search part is said to begin, 1-based. */
  readonly nearLine?: number;
}

/** Indices of a block's three marker lines in the edit. */
export interface BlockSpan {
  readonly start: number;
  readonly divider: number;
  readonly end: number;
}

const headerLine = /^\s*:(start|end)_line:\s*(\d+)\s*$/;
const escapedMarker = /^(\s*)\\(?=[<>=+-]{5}|:(?:start|end)_line:)/;

/** The text between the markers of a block, without line numbers, extra escapes and stray markers. */
export function blockOf(input: EditInput, span: BlockSpan, path: string | undefined): SearchBlock {
  const old = input.lines.slice(span.start + 1, span.divider);
  const newPart = input.lines.slice(span.divider + 1, span.end);
  const head = headerOf(old, input);
  // A header that both parts carry is one that was copied: it is no line of the file.
  const repeated = headerOf(newPart, input);
  const skip = repeated.lines > 0 && repeated.numbers === head.numbers ? repeated.lines : 0;
  const search = old.slice(head.lines);
  const replace = newPart.slice(skip);
  const searchAt = span.start + head.lines + 2;
  const replaceAt = span.divider + skip + 2;
  return {
    search: search.map((line) => withoutEscape(line, input)),
    replace: isDoubledDivider(input.lines[span.divider]!, search, replace)
      ? emptied(input, search, replaceAt)
      : replace.map((line, index) => {
          refuseSyntax(input, replace, index, replaceAt + index);
          refuseNewDivider(input, search, replace, index, replaceAt + index);
          return withoutEscape(line, input);
        }),
    searchAt,
    replaceAt,
    ...(path === undefined ? {} : { path }),
    ...(head.nearLine === undefined ? {} : { nearLine: head.nearLine }),
  };
}

interface BlockHeader {
  readonly lines: number;
  readonly numbers: string;
  readonly nearLine?: number;
}

/** Line numbers at the top of a part: `:start_line:12`, `:end_line:14`, then perhaps a rule of dashes. */
export function headerOf(lines: readonly string[], input: EditInput): BlockHeader {
  let count = 0;
  let nearLine: number | undefined;
  const numbers: string[] = [];
  for (const line of lines) {
    const match = headerLine.exec(line);
    if (!match || input.inSource(line)) break;
    if (match[1] === "start") nearLine = Number(match[2]);
    numbers.push(line.trim());
    count++;
  }
  if (count > 0 && /^\s*-{5,20}\s*$/.test(lines[count] ?? "")) count++;
  return { lines: count, numbers: numbers.join(), ...(nearLine !== undefined && { nearLine }) };
}

/** A backslash before a line that would be a marker says that it is text. */
function withoutEscape(line: string, input: EditInput): string {
  return escapedMarker.test(line) && !input.inSource(line)
    ? line.replace(escapedMarker, "$1")
    : line;
}

/** The divider once more where the replacement should be. A search part with dividers of its own may mean one. */
function isDoubledDivider(
  divider: string,
  search: readonly string[],
  replace: readonly string[],
): boolean {
  const telling = replace.map((line) => line.trim()).filter((line) => line !== "");
  const isSame = (line: string): boolean => line === divider.trim();
  return telling.length > 0 && telling.every(isSame) && !search.some(isDivider);
}

/**
 * The replacement of a block with a doubled divider: nothing. A malformed block needs more evidence than another:
 * several lines that the file has exactly.
 */
function emptied(input: EditInput, search: readonly string[], at: number): readonly string[] {
  const old = search.join("\n").trimEnd();
  const isInSource = `\n${input.sourceLines.join("\n")}\n`.includes(`\n${old}\n`);
  if (isInSource && search.filter((line) => line.trim() !== "").length > 1) return [];
  throw unreadable(
    "search-replace",
    `the block has two ======= lines, and nothing after the second (line ${at} of the edit). ` +
      "Send it with one; to delete the old lines, write nothing after it.",
    at,
  );
}

/** A marker inside the replacement would be written into the file: it is refused unless it is text there. */
function refuseSyntax(
  input: EditInput,
  replace: readonly string[],
  index: number,
  at: number,
): void {
  const line = replace[index]!;
  if (input.inSource(line)) return;
  if (headerLine.test(line)) {
    throw unreadable(
      "search-replace",
      `line ${at} of the edit (${line.trim()}) names a line of the file inside the replacement. ` +
        "Line numbers belong to the search part. Where it is text, write a backslash before it.",
      at,
    );
  }
  if (!isSyntax(line) && !(isDivider(line) && !isRule(replace, index, input.path))) return;
  throw unreadable(
    "search-replace",
    `line ${at} of the edit (${line.trim()}) is a marker inside the replacement of a block. ` +
      "Send the block again with one of each marker. Where it is text, write a backslash before it.",
    at,
  );
}

/**
 * A file that holds dividers: a replacement with more of them than the search part has may begin at a later one, where
 * the lines above it are old ones that the file does not have.
 */
function refuseNewDivider(
  input: EditInput,
  search: readonly string[],
  replace: readonly string[],
  index: number,
  at: number,
): void {
  const line = replace[index]!;
  if (!isDivider(line) || !input.inSource(line) || isRule(replace, index, input.path)) return;
  if (replace.filter(isDivider).length <= search.filter(isDivider).length) return;
  throw unreadable(
    "search-replace",
    `line ${at} of the edit (${line.trim()}) could divide the block, and so could the one before it. Nothing was written. ` +
      "Send the block as JSON with old_string and new_string, or write a backslash before each such line that is text.",
    at,
  );
}

/**
 * Whether a line of `=` marks a heading: it is below a line that is no longer than it, or around one. In a file that
 * is not prose, as in the comments of code, it must be exactly as long.
 */
function isRule(lines: readonly string[], index: number, path: string): boolean {
  const length = lines[index]!.trim().length;
  const isProse = /(?:\.(?:md|mdx|markdown|rst|txt|adoc)|(?:^|[\\/])[A-Z]+)$/i.test(path);
  const isMarkdown = /\.(?:md|mdx|markdown)$/i.test(path);
  const isHeading = (line: string | undefined): boolean => {
    const text = line?.trim() ?? "";
    if (text === "" || isDivider(text)) return false;
    return isMarkdown || (isProse ? text.length <= length : text.length === length);
  };
  if (isHeading(lines[index - 1])) return true;
  return isHeading(lines[index + 1]) && lines[index + 2]?.trim() === lines[index]!.trim();
}
