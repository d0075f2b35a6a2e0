import type { EditInput } from "./format.ts";
import { isElision } from "./lazy-markers.ts";
import { pathIn, samePath } from "./paths.ts";

/** An edit without what models put around it. */
export interface Unwrapped {
  readonly lines: readonly string[];
  /** 1-based line of `lines[0]` in the caller's text. */
  readonly at: number;
  /** The path that a line before, or the fence itself, names. */
  readonly path?: string;
  readonly fenced: boolean;
  /** An opening fence without its closing one: the text was cut off. */
  readonly cutOff: boolean;
}

interface Fence {
  readonly mark: string;
  readonly info: string;
}

/** An opening or closing code fence at the start of a line; undefined = no fence. */
export function fenceOf(line: string): Fence | undefined {
  const match = /^\s{0,3}(`{3,}|~{3,})\s*([^`]*)$/.exec(line);
  return match ? { mark: match[1]!, info: match[2]!.trim() } : undefined;
}

function closes(line: string, open: Fence): boolean {
  const fence = fenceOf(line);
  return (
    fence !== undefined &&
    fence.info === "" &&
    fence.mark[0] === open.mark[0] &&
    fence.mark.length >= open.mark.length
  );
}

/** The path in a fence's info string: ```` ```ts src/a.ts ````, ```` ```ts:src/a.ts ````, ```` ```src/a.ts ````. */
function pathInInfo(info: string): string | undefined {
  const words = info
    .split(/[\s:]+|(?:title|filename|path|file)=/)
    .map((w) => w.replace(/^["']|["']$/g, ""));
  for (const word of words.reverse()) {
    if (word !== "" && /[./\\]/.test(word) && pathIn(word) !== undefined) return word;
  }
  return undefined;
}

/**
 * Index of the line that closes the fence opened at `open`; -1 = never closed. Fences inside are text where
 * the file has these lines; else an inner fence with an info string opens one level more.
 */
function closingOf({ lines, inSource }: EditInput, open: number): number {
  const fence = fenceOf(lines[open]!)!;
  const end = lines.findLastIndex((line) => line.trim() !== "");
  if (end > open && closes(lines[end]!, fence)) {
    const inner = lines.slice(open + 1, end).filter((line) => fenceOf(line));
    // Blocks come as opening and closing: one fence left over inside can only be text.
    if (inner.every(inSource) || inner.length % 2 === 1) return end;
  }
  const wrapsMarkdown = /^(?:md|markdown|mdx|rst|text|txt)\b/i.test(fence.info);
  let depth = 0;
  let last = -1;
  for (let index = open + 1; index < lines.length; index++) {
    const inner = fenceOf(lines[index]!);
    if (!inner || inner.mark[0] !== fence.mark[0]) continue;
    if (closes(lines[index]!, fence)) {
      last = index;
      if (depth === 0 && !wrapsMarkdown) return index;
      if (depth > 0) depth -= 1;
    } else if (inner.info !== "") depth += 1;
  }
  return last;
}

/**
 * Takes off a path line, a code fence, and prose around a single fence. What stands in the source too
 * (a Markdown file that begins with a fence, a first line that is a path comment) is left alone.
 */
export function unwrap(input: EditInput): Unwrapped {
  const { lines } = input;
  let first = lines.findIndex((line) => line.trim() !== "");
  if (first === -1) return { lines, at: 1, fenced: false, cutOff: false };
  let path: string | undefined;
  const named = input.inSource(lines[first]!) ? undefined : pathIn(lines[first]!);
  const next = lines.findIndex((line, index) => index > first && line.trim() !== "");
  const fenceFollows = next !== -1 && fenceOf(lines[next]!) !== undefined;
  if (named !== undefined && (fenceFollows || samePath(named, input.path))) {
    path = named;
    first = next === -1 ? lines.length : next;
  }
  const open = openingFence(input, first);
  if (open === -1) {
    if (path === undefined) return { lines, at: 1, fenced: false, cutOff: false };
    return { lines: lines.slice(first), at: first + 1, path, fenced: false, cutOff: false };
  }
  path ??= pathInInfo(fenceOf(lines[open]!)!.info) ?? pathBefore(input, open);
  const close = closingOf(input, open);
  const inner = lines.slice(open + 1, close === -1 ? lines.length : close);
  const rest = close === -1 ? [] : lines.slice(close + 1);
  if (rest.some((line) => line.trim() !== "" && (fenceOf(line) || input.inSource(line)))) {
    // More than one block, or text of the file after the fence: the fence is part of the text.
    return { lines, at: 1, fenced: false, cutOff: false };
  }
  const wrapped = { lines: inner, at: open + 2, fenced: true, cutOff: close === -1 };
  return path === undefined ? wrapped : { ...wrapped, path };
}

function pathBefore(input: EditInput, open: number): string | undefined {
  for (let index = open - 1; index >= 0; index--) {
    const line = input.lines[index]!;
    if (line.trim() !== "") return pathIn(line);
  }
  return undefined;
}

/** Where the wrapping fence opens: at `first`, or after prose that is not of the file. -1 = there is none. */
function openingFence(input: EditInput, first: number): number {
  const { lines } = input;
  if (first >= lines.length) return -1;
  if (fenceOf(lines[first]!)) return isWrapper(input, first) ? first : -1;
  const isMarkdown = /\.(?:md|mdx|markdown|rst|txt)$/i.test(input.path);
  if (isMarkdown) return onlyFenceAround(input, first);
  for (let index = first; index < lines.length; index++) {
    const line = lines[index]!;
    if (fenceOf(line)) return isWrapper(input, index) ? index : -1;
    if (line.trim() !== "" && (input.inSource(line) || !looksLikeProse(line))) return -1;
  }
  return -1;
}

/**
 * In a text that may hold prose and fences itself a fence wraps the edit only where all that is known of the file, and
 * every marker, stands inside it. -1 = it does not.
 */
function onlyFenceAround(input: EditInput, first: number): number {
  const { lines } = input;
  const open = lines.findIndex((line, index) => index >= first && fenceOf(line) !== undefined);
  if (open === -1) return -1;
  const close = closingOf(input, open);
  const isOfFile = (line: string): boolean =>
    line.trim() !== "" && (isElision(line) || input.inSource(line));
  if (close === -1 || isOfFile(lines[open]!)) return -1;
  const around = [...lines.slice(first, open), ...lines.slice(close + 1)];
  return !around.some(isOfFile) && lines.slice(open + 1, close).some(isOfFile) ? open : -1;
}

function looksLikeProse(line: string): boolean {
  return pathIn(line) !== undefined || /^\s{0,3}[\p{L}#*>\d][^;{}=]*$/u.test(line);
}

/** A fence wraps the edit unless the file itself begins with this very fence. */
function isWrapper(input: EditInput, open: number): boolean {
  const begins = input.sourceLines.find((line) => line.trim() !== "");
  if (begins === undefined || begins.trim() !== input.lines[open]!.trim()) return true;
  const after = input.lines.slice(open + 1).find((line) => line.trim() !== "");
  return after !== undefined && after.trim() === begins.trim();
}
