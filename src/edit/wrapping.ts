import { RedraftError } from "../core/errors.ts";
import { isFilled } from "../text/words.ts";
import { chosenBlock } from "./chosen-block.ts";
import { type CodeBlock, codeBlocks, endsFence, fenceOf, fencePairs } from "./code-blocks.ts";
import type { EditInput } from "./format.ts";
import { holdsFences, isCodeFile, usesTags } from "./language.ts";
import { isElision } from "./lazy-markers.ts";
import { withoutNumberPrefixes } from "./numbered-lines.ts";
import { pathIn, samePath } from "./paths.ts";
import { isSentence, mayBeAround } from "./prose.ts";
import { isArgument, type TagBlock, tagBlocks } from "./tag-blocks.ts";

export { fenceOf } from "./code-blocks.ts";

/** An edit without what models put around it. */
export interface Unwrapped {
  readonly lines: readonly string[];
  /** 1-based line of `lines[0]` in the caller's text. */
  readonly at: number;
  /** The path that a line before, or the fence or tag itself, names. */
  readonly path?: string;
  readonly fenced: boolean;
  /** An opening fence without its closing one: the text was cut off. */
  readonly cutOff: boolean;
}

/** Wrappings in one another that are taken off: a tag around a fence, a call around a tag. */
const deepest = 4;

/**
 * Removes a path line, code fences and tags around the edit, and prose around these. Lines that the source has too
 * (a Markdown file that begins with a fence, a first line that is a path comment) are left alone. Throws if several
 * code blocks may be meant.
 */
export function unwrap(input: EditInput): Unwrapped {
  const known = unwrapped.get(input);
  if (known) return known;
  const text = bared(input);
  unwrapped.set(input, text);
  return text;
}

/** Several readers ask for the same edit in turn. */
const unwrapped = new WeakMap<EditInput, Unwrapped>();

function bared(input: EditInput): Unwrapped {
  let text: Unwrapped = { lines: input.lines, at: 1, fenced: false, cutOff: false };
  if (input.thoughts > 0) {
    const begins = Math.max(0, input.lines.findIndex(isFilled));
    text = partOf(text, begins, input.lines.length, {});
  }
  for (let depth = 0; depth < deepest; depth++) {
    const inner = withoutPathLine(input, text) ?? outOfFence(input, text) ?? outOfTags(input, text);
    if (!inner) break;
    text = inner;
  }
  const bare = withoutProse(input, text);
  const lines =
    isCodeFile(input.path) &&
    !withoutNumberPrefixes(input.sourceLines) &&
    withoutNumberPrefixes(bare.lines);
  return lines ? { ...bare, lines } : bare;
}

function partOf(text: Unwrapped, from: number, to: number, more: Partial<Unwrapped>): Unwrapped {
  const path = text.path ?? more.path;
  const inner = { ...text, ...more, lines: text.lines.slice(from, to), at: text.at + from };
  return path === undefined ? inner : { ...inner, path };
}

/** A first line that names the file, or any path before a fence, which says for which file that is. */
function withoutPathLine(input: EditInput, text: Unwrapped): Unwrapped | undefined {
  const { lines } = text;
  const first = lines.findIndex(isFilled);
  if (first === -1 || input.inSource(lines[first]!)) return undefined;
  const path = pathIn(lines[first]!);
  if (path === undefined || !samePath(path, input.path)) return undefined;
  const next = lines.findIndex((line, index) => index > first && isFilled(line));
  if (next !== -1 && fenceOf(lines[next]!)) return undefined;
  return partOf(text, next === -1 ? lines.length : next, lines.length, { path });
}

function outOfFence(input: EditInput, text: Unwrapped): Unwrapped | undefined {
  const { lines } = text;
  const first = lines.findIndex(isFilled);
  if (first === -1 || (fenceOf(lines[first]!) && !isWrapper(input, lines, first))) return undefined;
  const blocks = codeBlocks(lines, input.inSource);
  if (blocks.length === 0) return undefined;
  const around = outsideLines(lines, blocks);
  const block = isCodeFile(input.path)
    ? amongCode(input, lines, blocks, around)
    : amongProse(input, lines, blocks, around, first);
  if (!block) return undefined;
  const { open, close, path } = block;
  const more = { fenced: true, cutOff: close === -1, ...(path !== undefined && { path }) };
  return partOf(text, open + 1, close === -1 ? lines.length : close, more);
}

function outsideLines(lines: readonly string[], blocks: readonly CodeBlock[]): string[] {
  const found: string[] = [];
  let from = 0;
  for (const { open, close } of [...blocks, { open: lines.length, close: -1 }]) {
    for (const line of lines.slice(from, open)) if (isFilled(line)) found.push(line);
    if (close === -1) break;
    from = close + 1;
  }
  return found;
}

/** Whether a line is evidence of the file: it has a word of it, and is not a marker. */
function isOfFile(input: EditInput, line: string): boolean {
  return /[\p{L}\p{N}]{2}/u.test(line) && input.inSource(line);
}

/** A file of code has no fences and no prose of its own, so the text outside the block belongs to the reply. */
function amongCode(
  input: EditInput,
  lines: readonly string[],
  blocks: readonly CodeBlock[],
  around: readonly string[],
): CodeBlock | undefined {
  const isText = (line: string): boolean =>
    isOfFile(input, line) || (isElision(line) && !/^\W*$/.test(line)) || !mayBeAround(line);
  if (around.some(isText)) return undefined;
  return chosenBlock(input, lines, blocks);
}

/**
 * In a text that may contain prose and fences itself, a fence wraps the edit only if it begins the edit or its path is
 * given, or if every line known from the file, and every marker, is inside it.
 */
function amongProse(
  input: EditInput,
  lines: readonly string[],
  blocks: readonly CodeBlock[],
  around: readonly string[],
  first: number,
): CodeBlock | undefined {
  const isKnown = (line: string): boolean =>
    isFilled(line) && (isElision(line) || input.inSource(line));
  if (around.some(isKnown) || blocks.some(({ open }) => input.inSource(lines[open]!))) {
    const [only] = blocks;
    return blocks.length === 1 && only!.open === first && around.length === 0 ? only : undefined;
  }
  const begins =
    blocks[0]!.open === first || (around.length === 1 && blocks[0]!.path !== undefined);
  if (blocks.length === 1 && begins)
    return holdsFences(input.path) && !isOfText(blocks[0]!, around) ? undefined : blocks[0];
  const holds = ({ open, close }: CodeBlock): boolean =>
    close !== -1 && lines.slice(open + 1, close).some(isKnown);
  if (blocks.length === 1 && holds(blocks[0]!)) return blocks[0];
  return chosenBlock(input, lines, blocks, { mustBeNamed: true });
}

/**
 * Whether a fence at the start of a text with fences of its own wraps it: it says so by its language or a path, or says
 * nothing and ends where the text ends. One in the language of some code is the file's.
 */
function isOfText({ info, path }: CodeBlock, around: readonly string[]): boolean {
  if (path !== undefined || /^(?:md|mdx|markdown|rst|adoc|asciidoc|te?xt|plain)\b/i.test(info))
    return true;
  return info.trim() === "" && around.length === 0;
}

/**
 * Whether a fence at the start of an edit wraps it, and is not the file's own. It is the file's if the file begins with it
 * too, or ends with a line that closes it, unless the text inside begins or ends as the file does. Otherwise fences pair up
 * in a text, so the pairs decide; throws where one pair is around all of it and the file has one of the two lines.
 */
function isWrapper(input: EditInput, lines: readonly string[], open: number): boolean {
  const fence = fenceOf(lines[open]!)!;
  const begins = beginsAsFile(input, lines.slice(open));
  const last = input.sourceLines.findLast(isFilled);
  const ends = last !== undefined && fence.info === "" && endsFence(last, fence);
  const end = lines.findLastIndex(isFilled);
  const isClosed = end > open && endsFence(lines[end]!, fence);
  if (!begins && !(ends && isClosed)) return true;
  const inner = lines.slice(open + 1, isClosed ? end : lines.length);
  if (begins ? beginsAsFile(input, inner) : endsAsFile(input, inner)) return true;
  if (!isClosed) return false;
  const pairs = fencePairs(lines.slice(open, end + 1));
  if (pairs.isOpen) return true;
  if (pairs.count > 1 || (begins && last !== undefined && endsFence(last, fence))) return false;
  throw new RedraftError(
    "unreadable-edit",
    `the file ${begins ? "begins" : "ends"} with a code fence and the edit is between two: they may be of the file, or around it. ` +
      "Nothing was written. Send the text without a fence around it, or with a longer one.",
    { details: { line: open + 1, path: input.path } },
  );
}

function outOfTags(input: EditInput, text: Unwrapped): Unwrapped | undefined {
  const { lines } = text;
  const isOwn = (name: string): boolean => input.source.includes(`<${name}`);
  const blocks = tagBlocks(lines, isOwn).filter((block) => wraps(input, lines, block));
  // Two of them are two texts, as an old and a new one: which is meant only their own format can say.
  if (blocks.length !== 1) return undefined;
  const { open, close, path } = blocks[0]!;
  const around = [...lines.slice(0, open), ...lines.slice(close + 1)].filter(isFilled);
  const isAround = (line: string): boolean =>
    !isOfFile(input, line) && (isArgument(line) || mayBeAround(line));
  if (!around.every(isAround)) return undefined;
  return partOf(text, open + 1, close, { fenced: true, ...(path !== undefined && { path }) });
}

/** Whether a tag is none of the file's own: its language has none, or the text in it begins or ends as the file does. */
function wraps(input: EditInput, lines: readonly string[], block: TagBlock): boolean {
  if (!usesTags(input.path)) return true;
  const inner = lines.slice(block.open + 1, block.close);
  const named = block.path !== undefined && samePath(block.path, input.path);
  return beginsAsFile(input, inner) || endsAsFile(input, inner) || (named && input.source === "");
}

function beginsAsFile(input: EditInput, lines: readonly string[]): boolean {
  const first = input.sourceLines.find(isFilled);
  return first !== undefined && lines.find(isFilled)?.trim() === first.trim();
}

function endsAsFile(input: EditInput, lines: readonly string[]): boolean {
  const last = input.sourceLines.findLast(isFilled);
  return last !== undefined && lines.findLast(isFilled)?.trim() === last.trim();
}

/**
 * Sentences before and after a text without a fence. They are taken off where the rest then begins, or ends, as the
 * file does or with a marker; elsewhere they are left, for a reader to refuse.
 */
function withoutProse(input: EditInput, text: Unwrapped): Unwrapped {
  if (text.fenced || !isCodeFile(input.path)) return text;
  const { lines } = text;
  const isProse = (line: string): boolean => isSentence(line) && !input.inSource(line);
  const isEdge = (line: string | undefined, own: string | undefined): boolean =>
    line !== undefined && (line.trim() === own?.trim() || isElision(line));
  let from = 0;
  const first = lines.findIndex((line) => isFilled(line) && !isProse(line));
  if (first > 0 && lines.slice(0, first).some(isFilled)) {
    if (isEdge(lines[first], input.sourceLines.find(isFilled))) from = first;
  }
  let to = lines.length;
  const last = lines.findLastIndex((line) => isFilled(line) && !isProse(line));
  if (last > from && lines.slice(last + 1).some(isFilled)) {
    if (isEdge(lines[last], input.sourceLines.findLast(isFilled))) to = last + 1;
  }
  return from === 0 && to === lines.length ? text : partOf(text, from, to, {});
}
