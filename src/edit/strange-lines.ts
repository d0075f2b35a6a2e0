import type { FormatName } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { spend } from "../text/budget.ts";
import { isFilled } from "../text/words.ts";
import { fenceOf } from "./code-blocks.ts";
import type { EditInput } from "./format.ts";
import { isCodeFile, usesTags } from "./language.ts";
import { isSentence } from "./prose.ts";
import { isLoneTag } from "./tag-blocks.ts";
import type { Unwrapped } from "./wrapping.ts";

/** A line of an edit that is none of the file's, and what it is instead. */
interface StrangeLine {
  readonly index: number;
  readonly what: string;
}

const blockWord =
  /^\s*[-+<>=]{2,}\s*(?:SEARCH|REPLACE|ORIGINAL|UPDATED|FIND)\b\s*(?:[-+<>=]+\s*)?$/;
const dividerLine = /^\s{0,8}(?:<{4,}|>{4,}|={4,})(?:\s+\S.*)?$/;

/**
 * Refuses an edit of plain lines that holds a line of another format or of a reply: a fence, a divider, a tag, a
 * sentence, line numbers. Such a line is text only where the file has lines of its kind, or its language may.
 */
export function refuseStrangeLines(input: EditInput, text: Unwrapped, format: FormatName): void {
  const found = strangeLine(input, text, format);
  if (!found) return;
  const line = text.at + found.index;
  const shown = JSON.stringify(text.lines[found.index]!.trim().slice(0, 80));
  throw new RedraftError(
    "unreadable-edit",
    `line ${line} of the edit (${shown}) is ${found.what}, and not a line of ${input.path}. Nothing was written. ` +
      "Send only lines of the file, bare or in one code block, or search/replace blocks.",
    { details: { line, format } },
  );
}

function strangeLine(
  input: EditInput,
  { lines, fenced }: Unwrapped,
  format: FormatName,
): StrangeLine | undefined {
  const has = (kind: (line: string) => boolean): boolean => input.sourceLines.some(kind);
  const find = (what: string, kind: (line: string) => boolean): StrangeLine | undefined => {
    const isIt = (line: string, index: number): boolean =>
      kind(line) && !input.inSource(line) && !isQuoted(lines, index);
    const index = lines.findIndex(isIt);
    return index === -1 || has(kind) ? undefined : { index, what };
  };
  const word = find("a line of a search block", (line) => blockWord.test(line));
  if (word || !isCodeFile(input.path)) return word;
  return (
    find("the divider of a search block", (line) => dividerLine.test(line)) ??
    (fenced ? undefined : find("a code fence", isFence)) ??
    atEdge(input, lines, format)
  );
}

/** The first and the last line: there tags and sentences of a reply are. */
function atEdge(
  input: EditInput,
  lines: readonly string[],
  format: FormatName,
): StrangeLine | undefined {
  const edges = [lines.findIndex(isFilled), lines.findLastIndex(isFilled)];
  for (const index of edges) {
    const line = lines[index];
    if (line === undefined || input.inSource(line)) continue;
    if (isLoneTag(line) && !mayBeTag(input, line, format)) return { index, what: "a tag" };
    const isKey = line.trimEnd().endsWith(":") && /\.ya?ml$/i.test(input.path);
    const isText = isQuoted(lines, index) || (index === edges[0] && closesText(lines, index));
    if (isSentence(line) && !isKey && !isText) return { index, what: "a sentence" };
  }
  return undefined;
}

function mayBeTag(input: EditInput, line: string, format: FormatName): boolean {
  const name = /[A-Za-z][\w.:-]*/.exec(line)?.[0] ?? "";
  if (name !== "" && new RegExp(`</?${name.replace(/[.]/g, "\\.")}\\b`).test(input.source))
    return true;
  if (!usesTags(input.path)) return input.sourceLines.some(isLoneTag);
  // A part of a script may be a tag, the whole of it is none.
  return format !== "whole" || !/\.[cm]?[jt]sx?$/i.test(input.path);
}

const isFence = (line: string): boolean => !/^\s/.test(line) && fenceOf(line) !== undefined;

/** Whether the line is in a string or comment of several lines that is open before it. */
function isQuoted(lines: readonly string[], index: number): boolean {
  spend(10 * index);
  const before = lines
    .slice(0, index)
    .filter((line) => !fenceOf(line))
    .join("\n");
  const isOpen = (quote: RegExp): boolean => (before.match(quote) ?? []).length % 2 === 1;
  if (isOpen(/"""/g) || isOpen(/'''/g) || isOpen(/(?<!\\)`/g)) return true;
  const comment = Math.max(before.lastIndexOf("/*"), before.lastIndexOf("<!--"));
  if (comment > Math.max(before.lastIndexOf("*/"), before.lastIndexOf("-->"))) return true;
  return /<<[-~]?['"]?[A-Z_]{2,}\b|^__END__|^=begin/m.test(before);
}

/** Whether a string or comment that the edit does not open is closed after the line. */
function closesText(lines: readonly string[], index: number): boolean {
  const after = lines.slice(index + 1).join("\n");
  const count = (quote: RegExp): number => (after.match(quote) ?? []).length;
  if (count(/\*\/|-->/g) > count(/\/\*|<!--/g)) return true;
  return [/"""/g, /'''/g, /`/g].some((quote) => count(quote) % 2 === 1);
}
