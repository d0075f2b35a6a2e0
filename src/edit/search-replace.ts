import type { Edit, LinesSegment, Segment } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { spend } from "../text/budget.ts";
import { leadingSpace } from "../text/indent.ts";
import { runPlaces } from "../text/line-index.ts";
import { areBlank, hasWords, isFilled } from "../text/words.ts";
import { asMeant } from "./as-meant.ts";
import { fitBlankLines } from "./blank-lines.ts";
import { isEnd, isNearStart, openingMarks } from "./block-markers.ts";
import type { SearchBlock } from "./block-text.ts";
import { changedSegments } from "./changes.ts";
import { isHunkHeader } from "./diff-files.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { withoutHashes } from "./hashlines.ts";
import { rolesToLines } from "./line-roles.ts";
import { inFileOrder } from "./order.ts";
import { otherPaths, pathIn, samePath } from "./paths.ts";
import { parseBlocks, spansOf } from "./search-blocks.ts";
import { fenceOf } from "./wrapping.ts";

/** Blocks of `<<<<<<< SEARCH`, `=======`, `>>>>>>> REPLACE`, in the dialects that models write. */
export const searchReplaceFormat: EditFormat = {
  name: "search-replace",

  recognise(input) {
    const sign = searchReplaceSign(input);
    if (sign !== undefined) return sign;
    if (!input.lines.some((line) => openingMarks(line))) return undefined;
    // The file contains such lines itself, and the edit may be blocks, or the new text of the file.
    const among = blocksAmongText(input);
    if (among !== undefined) return among;
    const first = input.lines.findIndex((line) => line.trim() !== "" && !isPreamble(line));
    if (first === -1 || !openingMarks(input.lines[first]!)) return undefined;
    const begins = input.sourceLines.find((line) => line.trim() !== "");
    const why = `it begins with a search block (line ${first + 1})`;
    return begins === undefined || !openingMarks(begins) ? why : amongMarkers(input, why);
  },

  read(input, why) {
    return editOf(parseBlocks(input), input, why);
  },
};

/** The edit that blocks, in any spelling, make of this file. */
export function editOf(all: readonly SearchBlock[], input: EditInput, why: string): Edit {
  const blocks = blocksOfThisFile(all, input)
    .map((block) => withoutHashes(block, input))
    .map((block) => meant(block, input));
  const path = blocks.find((block) => block.path !== undefined)?.path;
  const passedOver = all.filter(
    (block) => block.path !== undefined && !samePath(block.path, input.path),
  );
  const others = otherPaths(passedOver.map((block) => block.path));
  const named = { ...(path === undefined ? {} : { path }), ...others };
  const base = { format: "search-replace", why, extent: "parts", ...named } as const;
  const empty = blocks.find((block) => areBlank(block.search));
  if (empty) {
    const segments = wholeText(blocks, empty, input);
    return { ...base, action: input.source === "" ? "create" : "update", segments };
  }
  const inTurn = blocksInTurn(blocks, input);
  if (inTurn) return { ...base, action: "update", segments: inTurn };
  return {
    ...base,
    action: "update",
    segments: inFileOrder(
      blocks.flatMap((block) => blockSegments(block, input)),
      input.sourceLines,
    ),
  };
}

/** The block without line numbers, escapes and the like that its writer put into both parts. */
function meant(block: SearchBlock, input: EditInput): SearchBlock {
  const { search, replace, nearLine } = block;
  const near = nearLine === undefined ? {} : { nearLine };
  const name = `the search block at line ${block.searchAt} of the edit`;
  const sides = asMeant({ old: search, new: replace, ...near }, input, name);
  const line = sides.nearLine === undefined ? {} : { nearLine: sides.nearLine };
  return { ...block, search: sides.old, replace: sides.new, ...line };
}

/** A line that only blocks have and the file has not. A diff may hold such lines as content: it is none of ours. */
function searchReplaceSign(input: EditInput): string | undefined {
  const inHunk = hunkLinesOf(input);
  const find = (test: (line: string) => boolean): number =>
    input.lines.findIndex((line, at) => test(line) && !inHunk[at] && !input.inSource(line));
  const start = find((line) => openingMarks(line) !== undefined);
  const end = find(isEnd);
  const near = find(isNearStart);
  if (start === -1 && end === -1 && near === -1) return undefined;
  if (find((line) => /^@@ -\d+/.test(line)) !== -1) return undefined;
  if (start !== -1) return `line ${start + 1} opens a search block: ${input.lines[start]!.trim()}`;
  if (end !== -1) return `line ${end + 1} closes a search block: ${input.lines[end]!.trim()}`;
  return input.lines.some((line) => /^\s{0,8}={3,20}\s*$/.test(line))
    ? `line ${near + 1} looks like the opening of a search block: ${input.lines[near]!.trim()}`
    : undefined;
}

/**
 * For an edit whose opening lines are all in the file as well: why it is blocks. It is if the file lacks one of its
 * blocks as a whole, and most text around the blocks is not of the file, such as prose.
 */
function blocksAmongText(input: EditInput): string | undefined {
  let spans: ReturnType<typeof spansOf>;
  try {
    spans = spansOf(input);
  } catch {
    return undefined;
  }
  const { lines } = input;
  const inBlock = (index: number): boolean =>
    spans.some((span) => index >= span.start && index <= span.end);
  const around = lines.filter(
    (line, index) => line.trim() !== "" && !isPreamble(line) && !inBlock(index),
  );
  if (around.filter((line) => !input.inSource(line)).length * 2 <= around.length) return undefined;
  const inHunk = hunkLinesOf(input);
  const sign = spans.find(
    ({ start, end }) =>
      !isRunOf(lines.slice(start, end + 1), input.sourceLines) && !(inHunk[start] && inHunk[end]),
  );
  if (!sign) return undefined;
  return `line ${sign.start + 1} opens a search block that the file does not have`;
}

/** Which lines of the edit are in a hunk of a diff: they have signs, as have all from its header on. */
function hunkLinesOf(input: EditInput): boolean[] {
  let inside = false;
  return input.lines.map((line) => {
    if (isHunkHeader(line)) inside = !input.inSource(line);
    else inside &&= line === "" || /^[-+ \\]/.test(line);
    return inside;
  });
}

/** Whether the lines are consecutive lines of the text, ignoring blanks around them. */
function isRunOf(lines: readonly string[], text: readonly string[]): boolean {
  const wanted = lines.map((line) => line.trim());
  const first = wanted[0]!;
  return text.some(
    (line, start) =>
      line.trim() === first && wanted.every((one, index) => text[start + index]?.trim() === one),
  );
}

/**
 * The file begins with a search block as well, so an edit that begins with one may be the new text of the file.
 * It is blocks if the file has every search part and one of them is a marker, and the new text (undefined) if it
 * searches for nothing of the file. Throws if it may be either.
 */
function amongMarkers(input: EditInput, why: string): string | undefined {
  let blocks: readonly SearchBlock[];
  try {
    blocks = parseBlocks(input);
  } catch {
    if (opensAsFile(input)) return undefined;
    throw mayBeEither(input);
  }
  const isInSource = ({ search }: SearchBlock): boolean =>
    search.length > 0 && runPlaces(search, input.sourceLines).length > 0;
  const ofMarkers = blocks.some(({ search }) => search.some((line) => openingMarks(line)));
  const all = blocks.length > 0 && blocks.every(isInSource);
  if (all && ofMarkers) return why;
  // Blocks that search for lines of the file, but not as it has them: stale ones look like that.
  const isOfFile = (line: string): boolean =>
    openingMarks(line) !== undefined || (hasWords(line) && input.inSource(line));
  const isStale =
    blocks.some(({ search }) => search.some(isOfFile)) &&
    (!opensAsFile(input) ||
      linesOutside(input).every((line) => areBlank([line]) || isPreamble(line)));
  if (!all && !isStale) return undefined;
  throw mayBeEither(input);
}

/** Whether the edit's first two lines are the file's: a block of the writer's own has another line below its opening one. */
function opensAsFile({ lines, sourceLines }: EditInput): boolean {
  const [own, other] = [lines, sourceLines].map((all) =>
    all.map((line) => line.trim()).filter(isFilled),
  );
  return own![0] === other![0] && own![1] === other![1];
}

function mayBeEither({ path }: EditInput): RedraftError {
  return new RedraftError(
    "unreadable-edit",
    "the file itself contains search blocks, so the edit may be search blocks or a new version of the whole file. " +
      "Nothing was written. Name its format: search-replace or whole.",
    { details: { path } },
  );
}

/** The lines around the blocks of an edit. */
function linesOutside(input: EditInput): string[] {
  const spans = spansOf(input);
  return input.lines.filter(
    (_, index) => !spans.some(({ start, end }) => index >= start && index <= end),
  );
}

const isPreamble = (line: string): boolean =>
  fenceOf(line) !== undefined || pathIn(line) !== undefined;

function blocksOfThisFile(blocks: readonly SearchBlock[], input: EditInput): SearchBlock[] {
  const mine = blocks.filter(
    (block) => block.path === undefined || samePath(block.path, input.path),
  );
  if (mine.length > 0) return mine;
  const others = [...new Set(blocks.map((block) => block.path))].join(", ");
  throw new RedraftError(
    "no-match",
    `every search block is for another file (${others}), none for ${input.path}. ` +
      `Apply it to that file, or name ${input.path} on the line before the block.`,
    { details: { path: input.path, named: others } },
  );
}

/**
 * An empty search part: the text is the whole file if the file is empty. In a file with text some tools append and
 * some replace all of it: there it throws.
 */
function wholeText(
  blocks: readonly SearchBlock[],
  empty: SearchBlock,
  input: EditInput,
): LinesSegment[] {
  if (input.source.trim() !== "" || !blocks.every((block) => areBlank(block.search))) {
    throw new RedraftError(
      "no-match",
      `the search part at line ${empty.searchAt} of the edit is empty, which creates a file, but ${input.path} has ` +
        "text already. Give the lines before the place where the new text belongs as search part.",
      { details: { path: input.path, line: empty.searchAt } },
    );
  }
  return blocks.map((block) => {
    const lines = block.replace.map((text, index) => {
      return { text, role: "add", at: block.replaceAt + index } as const;
    });
    return { kind: "lines", lines, anchor: "end" } as const;
  });
}

/** An elision line. On both sides of a block, what it leaves out stays, unless the file has the line itself. */
const elision = /^(?:\/\/|#|--|\/\*|<!--)?\s*(?:\.{3}|…)\s*(?:\*\/|-->)?$/;

function blockSegments(block: SearchBlock, input: EditInput): LinesSegment[] {
  const near = block.nearLine === undefined ? {} : { nearLine: block.nearLine };
  const searches = piecesBetweenElisions(block.search);
  const replaces = piecesBetweenElisions(block.replace);
  if (
    searches.length > 1 &&
    searches.length === replaces.length &&
    !isInSourceTrimmed(block, input)
  ) {
    refuseMovedElisions(block);
    return searches.flatMap((search, index) => {
      const replace = replaces[index]!;
      if (search.lines.length + replace.lines.length === 0) return [];
      const at = block.searchAt + search.from;
      const lines = rolesToLines(search.lines, replace.lines, at, block.replaceAt + replace.from);
      return [{ kind: "lines", lines } as const];
    });
  }
  const { sourceLines } = input;
  const isInSource = runPlaces(block.search, sourceLines).length > 0;
  const { search, replace } = isInSource ? block : fitBlankLines(block, sourceLines);
  const lines = rolesToLines(search, replace, block.searchAt, block.replaceAt);
  return [{ kind: "lines", lines, ...near }];
}

/** Whether the file has the search part line by line, so that its `...` is a line of the file: in a stub, in prose. */
function isInSourceTrimmed({ search }: SearchBlock, input: EditInput): boolean {
  const trim = (line: string): string => line.trim();
  return runPlaces(search.map(trim), input.sourceLines.map(trim)).length > 0;
}

/** What an elision leaves out is not in the edit, so it cannot be written with another indentation. */
function refuseMovedElisions({ search, replace, replaceAt }: SearchBlock): void {
  const indents = (lines: readonly string[]): string[] =>
    lines.filter((line) => elision.test(line.trim())).map((line) => leadingSpace(line));
  const before = indents(search);
  const moved = indents(replace).findIndex((indent, index) => indent !== before[index]);
  if (moved === -1) return;
  const lines = replace.flatMap((line, index) => (elision.test(line.trim()) ? [index] : []));
  const at = replaceAt + lines[moved]!;
  throw new RedraftError(
    "unreadable-edit",
    `line ${at} of the edit is a marker for lines that it leaves out, and its indentation differs from the search part. ` +
      "Nothing was written. Write these lines out on both sides.",
    { details: { line: at, format: "search-replace" } },
  );
}

function piecesBetweenElisions(lines: readonly string[]): { lines: string[]; from: number }[] {
  const result: { lines: string[]; from: number }[] = [{ lines: [], from: 0 }];
  lines.forEach((line, index) => {
    if (elision.test(line.trim())) result.push({ lines: [], from: index + 1 });
    else result.at(-1)!.lines.push(line);
  });
  return result;
}

/**
 * Writers of several blocks often let a later block search for what an earlier one wrote. Where that is
 * so, and every block is found exactly once in its turn, the blocks together are the difference between
 * the source and the last text.
 */
function blocksInTurn(blocks: readonly SearchBlock[], input: EditInput): Segment[] | undefined {
  if (blocks.length < 2) return undefined;
  const dependent = blocks.some(
    (block, index) => index > 0 && runPlaces(block.search, input.sourceLines).length === 0,
  );
  if (!dependent) return undefined;
  let lines: readonly string[] = input.sourceLines;
  for (const block of blocks) {
    // A text that changes with every block is scanned; an index would have to be rebuilt each time.
    spend(lines.length);
    const start = lines.findIndex((_, at) => isRunAt(block.search, lines, at));
    if (start === -1 || lines.some((_, at) => at > start && isRunAt(block.search, lines, at)))
      return undefined;
    lines = [
      ...lines.slice(0, start),
      ...block.replace,
      ...lines.slice(start + block.search.length),
    ];
  }
  return changedSegments(input.sourceLines, lines);
}

const isRunAt = (run: readonly string[], lines: readonly string[], at: number): boolean =>
  run.every((line, index) => line === lines[at + index]);
