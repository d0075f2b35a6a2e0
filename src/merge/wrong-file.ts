import type { TextLine } from "../text/lines.ts";
import { signatureOf, signatureSimilarity } from "../text/similarity.ts";
import { hasWords } from "../text/words.ts";
import { costs, limits } from "./align/costs.ts";
import { isDistinctive } from "./align/distinctive.ts";
import { declaredName } from "./align/names.ts";
import type { Built } from "./proof/build.ts";
import { type Block, type BlockLine, isFilledLine, isFragment, type Shape } from "./shape.ts";

/** A block with nothing to place it by. */
export interface Unfounded {
  readonly block: number;
  /** It quotes lines, though none that is distinctive. */
  readonly quotes: boolean;
}

/**
 * The first block with nothing to place it by: it has new lines and none of its lines that are not blank matches where
 * it was put, or it is only a comment that something is removed. The file's start or end is a place by itself. A lone
 * brace or `else` is enough only beside other blocks, one of which quotes a distinctive line: such lines are in any file.
 */
export function unfoundedBlock(
  source: readonly TextLine[],
  shape: Shape,
  built: Built,
  isInserted: (block: number) => boolean,
): Unfounded | undefined {
  let undistinctive: Unfounded | undefined;
  let hasPlace = false;
  for (const [k, block] of shape.blocks.entries()) {
    const matched = block.tokens.filter(
      (token) => built.proof.edit[token.editLine]!.fate === "matched",
    );
    hasPlace ||= matched.some((token) => isDistinctive(token.text));
    if (built.idle[k]) continue;
    if (isInserted(k)) {
      hasPlace = true;
      continue;
    }
    if (block.tokens.length === 0) return { block: k, quotes: false };
    const isFounded = matched.some(isFilledLine);
    // Beside lines that it replaces, because they resemble its own or declare the same name, even a blank line is enough.
    const { start, end } = built.placement.ranges[k]!;
    const removes = built.proof.source.slice(start, end).some(({ fate }) => fate !== "kept");
    const atStart = start === 0 && k === 0 && !shape.elidedStart;
    const last = k === shape.blocks.length - 1 && !shape.elidedEnd;
    const atEnd = last && end === built.proof.source.length;
    const hasOwnPlace =
      atStart || atEnd || redeclares(source, block, built, k) || (removes && matched.length > 0);
    if (!isFounded && !hasOwnPlace) return { block: k, quotes: false };
    if (hasOwnPlace) hasPlace = true;
    else undistinctive ??= { block: k, quotes: true };
  }
  return hasPlace ? undefined : undistinctive;
}

/** Whether a block replaces a line by one that declares the same name. */
function redeclares(
  source: readonly TextLine[],
  { tokens }: Block,
  built: Built,
  k: number,
): boolean {
  const { start, end } = built.placement.ranges[k]!;
  const removedNames = new Set<string>();
  for (let line = start; line < end; line++) {
    const name = declaredName(source[line]!.text);
    if (name !== undefined && built.proof.source[line]!.fate !== "kept") removedNames.add(name);
  }
  return (
    removedNames.size > 0 && tokens.some(({ text }) => removedNames.has(declaredName(text) ?? ""))
  );
}

/** The lines with words of a sketch that match the source where they were placed, and those that do not. */
export function evidence(shape: Shape, built: Built): { found: BlockLine[]; missing: BlockLine[] } {
  const found: BlockLine[] = [];
  const missing: BlockLine[] = [];
  for (const { tokens } of shape.blocks) {
    for (const token of tokens) {
      if (!hasWords(token.text)) continue;
      const { fate } = built.proof.edit[token.editLine]!;
      (fate === "matched" ? found : missing).push(token);
    }
  }
  return { found, missing };
}

/**
 * Whether too little of a sketch is in the file to believe that it was written for it: no line with words, or few of
 * them at a high cost; the cost may be lower where blocks do not even begin and end with lines of the file.
 */
export function isForOtherFile(source: readonly TextLine[], shape: Shape, built: Built): boolean {
  const { elidedStart, elidedEnd, blocks } = shape;
  const elides = elidedStart || elidedEnd || blocks.length > 1;
  if (shape.extent !== "file" || !(elides || isFragment(shape, source.length))) return false;
  const { found } = evidence(shape, built);
  if (found.length === 0 && isBesideFileEdge(shape, built)) return false;
  const most = looseEdges(shape, built) > 1 ? costs.otherFileLoose : costs.otherFile;
  const isTooCostly = (lines: number): boolean => lines === 0 || built.proof.cost > lines * most;
  return (
    isTooCostly(found.length) && isTooCostly(found.length + likeReplaced(source, shape, built))
  );
}

/** How many new lines resemble a line that they replace. */
function likeReplaced(source: readonly TextLine[], shape: Shape, built: Built): number {
  let like = 0;
  for (const [k, { tokens }] of shape.blocks.entries()) {
    const { start, end } = built.placement.ranges[k]!;
    const replaced = source
      .slice(start, Math.min(end, start + limits.replacedLines))
      .filter((_, i) => built.proof.source[start + i]!.fate !== "kept")
      .map((line) => signatureOf(line.text.trim()));
    const isLike = (token: BlockLine): boolean =>
      !isMatchedEdge(built, token) &&
      replaced.some(
        (line) =>
          signatureSimilarity(line, signatureOf(token.text.trim())) >= limits.replacedLikeness,
      );
    like += replaced.length === 0 ? 0 : tokens.filter(isLike).length;
  }
  return like;
}

const isMatchedEdge = (built: Built, token: BlockLine | undefined): boolean =>
  token !== undefined && built.proof.edit[token.editLine]!.fate === "matched";

/** Whether new lines are put at the file's start or end, beside the lines (braces and the like) that are there. */
function isBesideFileEdge({ blocks, elidedStart, elidedEnd }: Shape, built: Built): boolean {
  const first = blocks[0]?.tokens.findLast(isFilledLine);
  const last = blocks.at(-1)?.tokens.find(isFilledLine);
  return (
    (!elidedStart && isMatchedEdge(built, first)) || (!elidedEnd && isMatchedEdge(built, last))
  );
}

/** How many edges of blocks, the file's own aside, have a new line where context is expected. */
function looseEdges({ blocks, elidedStart, elidedEnd }: Shape, built: Built): number {
  let loose = 0;
  for (const [k, { tokens }] of blocks.entries()) {
    const filled = tokens.filter(isFilledLine);
    if (filled.length === 0) continue;
    if ((k > 0 || elidedStart) && !isMatchedEdge(built, filled[0])) loose++;
    if ((k < blocks.length - 1 || elidedEnd) && !isMatchedEdge(built, filled.at(-1))) loose++;
  }
  return loose;
}
