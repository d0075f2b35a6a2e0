import type { LineRange } from "../../core/merge.ts";
import { columnsOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { signatureOf, signatureSimilarity } from "../../text/similarity.ts";
import { limits } from "../align/costs.ts";
import { isDistinctive } from "../align/distinctive.ts";
import { looseKey } from "../align/similar.ts";
import { subjectOf } from "../align/subject.ts";
import { earlierOpener, elidedScope } from "../elided-scope.ts";
import type { Built } from "../proof/build.ts";
import { writtenIn } from "../proof/written.ts";
import { type BlockLine, isFilledLine, type Shape } from "../shape.ts";
import { importedModule, importedNames } from "./imported-names.ts";
import { restOfSymbol } from "./rest-of-symbol.ts";
import { unusedImports } from "./unused-import.ts";

/** Lines beside a block that its new lines replace: how far out, and whether that is certain. */
export interface InPlace {
  readonly block: number;
  readonly side: "start" | "end";
  /** The block's range ends there instead. */
  readonly position: number;
  readonly isSure: boolean;
}

/**
 * New lines at the edge of a block have the file's lines on one side only. They are additions, unless what lies beyond
 * is an earlier form of them: it declares the same name, ends the same scope, says the same in other words, or the
 * block repeats it elsewhere (it was moved). Likeness alone is a question.
 */
export function replacedInPlace(
  source: readonly TextLine[],
  shape: Shape,
  best: Built,
  symbol?: LineRange,
): InPlace[] {
  const found: InPlace[] = [];
  if (shape.extent !== "file") return found;
  const rest = restOfSymbol(source, shape, best, symbol);
  const { ranges } = best.placement;
  const movedLines = movedIn(shape, source);
  const isMatched = (token: BlockLine): boolean => {
    const { fate } = best.proof.edit[token.editLine]!;
    return fate === "matched";
  };
  const written = writtenIn(source, best);
  for (const [k, block] of shape.blocks.entries()) {
    const { start, end } = ranges[k]!;
    const isShifted = block.tokens.some(
      (token) => isFilledLine(token) && written(token) !== token.text,
    );
    const tokens = isShifted
      ? block.tokens.map((token) => ({ ...token, text: written(token) }))
      : block.tokens;
    const added = tokens.filter((token) => !isMatched(token));
    if (added.length === 0) continue;
    // Without a quote only the file's own start tells where the lines are.
    const atStart = k === 0 && !shape.elidedStart && start === 0;
    if (added.length === tokens.length && !atStart) continue;
    for (const side of ["start", "end"] as const) {
      if (rest?.isSure && k === rest.block && side === "end") continue;
      const limit =
        side === "start" ? (ranges[k - 1]?.end ?? 0) : (ranges[k + 1]?.start ?? source.length);
      const edge = side === "start" ? start : end;
      const room = Math.abs(limit - edge);
      const ordered = side === "start" ? tokens : tokens.toReversed();
      const firstMatched = ordered.findIndex(isMatched);
      const run = ordered.slice(0, firstMatched < 0 ? ordered.length : firstMatched).reverse();
      // `run` leads from the edge's quoted line outwards.
      const beyond = Array.from(
        { length: Math.min(room, added.length + limits.beyondLines) },
        (_, n) => source[side === "start" ? edge - 1 - n : edge + n]!.text,
      );
      const least = Math.min(...ordered.filter(isFilledLine).map(({ text }) => columnsOf(text)));
      const near = ordered
        .slice(0, run.length + limits.movedLines)
        .filter((token) => !isMatched(token) && columnsOf(token.text) === least);
      const opener = side === "start" ? scopeOpener(source, run, edge, limit) : undefined;
      if (opener !== undefined) {
        // Without a marker behind it the block may be new code that was cut off.
        const isSure = k < shape.blocks.length - 1 || shape.elidedEnd || !shape.elidedStart;
        const rest = run.slice(run.findIndex(isFilledLine) + 1);
        const above = Array.from(
          { length: opener - limit },
          (_, n) => source[opener - 1 - n]!.text,
        );
        const more = takenLines(rest, new Set(), above.slice(0, rest.length + limits.beyondLines));
        const further = opener - more.count;
        const isMoreSure = more.isSure || isBounded(k, side, further);
        const position = more.count > 0 && isMoreSure ? further : opener;
        found.push({ block: k, side, position, isSure });
        continue;
      }
      const attributes = side === "start" ? attributesAbove(run, beyond, source[edge]?.text) : 0;
      if (attributes > 0) {
        found.push({ block: k, side, position: edge - attributes, isSure: false });
        continue;
      }
      const elided = side === "end" ? elidedScope(shape, k, best) : undefined;
      const replaced = elided && earlierOpener(source, elided, edge, limit);
      if (replaced !== undefined) {
        const { line, isSure } = replaced;
        found.push({ block: k, side, position: line + 1, isSure });
        continue;
      }
      const taken = takenLines(run, movedLines(near), beyond);
      const count = taken.count > 0 ? taken.count : unusedImports(source, best, run, beyond);
      if (count === 0) continue;
      const position = side === "start" ? edge - count : edge + count;
      found.push({
        block: k,
        side,
        position,
        isSure: (taken.count > 0 && taken.isSure) || isBounded(k, side, position),
      });
    }
  }
  const isKnown = found.some(({ block, side }) => block === rest?.block && side === "end");
  return rest === undefined || isKnown ? found : [...found, rest];

  /**
   * Whether the sketch says that its block ends where these lines end: at the file's own start or end without a marker,
   * or by a blank line where the file has one.
   */
  function isBounded(k: number, side: "start" | "end", position: number): boolean {
    const beyond = side === "start" ? position - 1 : position;
    const block = shape.blocks[k]!;
    if (side === "start" ? block.blankBefore : block.blankBehind)
      return source[beyond]?.text.trim() === "";
    if (side === "start") return k === 0 && !shape.elidedStart && position === 0;
    return k === shape.blocks.length - 1 && !shape.elidedEnd && position === source.length;
  }
}

/**
 * How many attributes (decorators, annotations) a declaration has in the file right above it, where the sketch has new ones
 * in their place and quotes none: whether the new ones are added to them or replace them, nobody can tell.
 */
function attributesAbove(
  run: readonly BlockLine[],
  beyond: readonly string[],
  declaration: string | undefined,
): number {
  if (declaration === undefined || !isDistinctive(declaration) || isAttribute(declaration))
    return 0;
  const nearest = run[0]?.text;
  const isOther = (text: string): boolean =>
    isAttribute(text) && earlierForm(text, nearest!) === "no";
  if (nearest === undefined || !isAttribute(nearest)) return 0;
  const end = beyond.findIndex((text) => !isOther(text));
  return end < 0 ? beyond.length : end;
}

const isAttribute = (text: string): boolean =>
  /^\s*(?:@[\p{L}_]|#!?\[|\[[\p{L}_][^\]]*\]\s*$)/u.test(text) && !/[{;]\s*$/.test(text);

/**
 * The line that opens the scope in which a block's first quoted line is the first one, where the new line before it
 * opens it too: between a line that opens a scope and the scope's first line there is no room for another.
 */
function scopeOpener(
  source: readonly TextLine[],
  run: readonly BlockLine[],
  edge: number,
  limit: number,
): number | undefined {
  const opener = run.find(isFilledLine);
  const inside = source[edge]?.text;
  if (opener === undefined || inside === undefined || !isDistinctive(opener.text)) return undefined;
  let line = edge - 1;
  while (line > limit && source[line]!.text.trim() === "") line--;
  if (line < limit) return undefined;
  const { text } = source[line]!;
  const isOpener = isDistinctive(text) && columnsOf(text) < columnsOf(inside);
  return isOpener && columnsOf(opener.text) === columnsOf(text) ? line : undefined;
}

/**
 * Tells of new lines which ones are once in the edit and once in the file, and have words: where the edit has such a line
 * anew, it was moved.
 */
function movedIn(
  shape: Shape,
  source: readonly TextLine[],
): (added: readonly BlockLine[]) => Set<string> {
  let known: { readonly inFile: Set<string>; readonly inEdit: Set<string> } | undefined;
  return (added) => {
    const moved = new Set<string>();
    for (const token of added) {
      const text = token.text.trim();
      if (!isDistinctive(text)) continue;
      known ??= {
        inFile: onceIn(source),
        inEdit: onceIn(shape.blocks.flatMap((block) => block.tokens)),
      };
      if (known.inFile.has(text) && known.inEdit.has(text)) moved.add(text);
    }
    return moved;
  };
}

/** The lines that occur once. */
function onceIn(lines: readonly { readonly text: string }[]): Set<string> {
  const seen = new Set<string>();
  const once = new Set<string>();
  for (const { text } of lines) {
    const key = text.trim();
    if (seen.has(key)) once.delete(key);
    else once.add(key);
    seen.add(key);
  }
  return once;
}

/** How many of the lines beyond the edge are earlier forms of the new lines, in the order in which they are met. */
function takenLines(
  run: readonly BlockLine[],
  moved: ReadonlySet<string>,
  beyond: readonly string[],
): { count: number; isSure: boolean } {
  // What lies deeper belongs to the new lines' own scopes.
  const filled = run.map((token) => token.text).filter((text) => text.trim() !== "");
  const depth = Math.min(...filled.map(columnsOf));
  const lines = filled.filter((text) => isDistinctive(text) && columnsOf(text) === depth);
  let next = 0;
  let count = 0;
  let isSure = true;
  for (const [n, text] of beyond.entries()) {
    if (!isDistinctive(text)) continue;
    if (moved.has(text.trim())) {
      count = n + 1;
      continue;
    }
    const at = lines.findIndex((line, i) => i >= next && earlierForm(text, line) !== "no");
    if (at >= 0) {
      isSure &&= earlierForm(text, lines[at]!) === "sure";
      next = at + 1;
      count = n + 1;
      continue;
    }
    if (!isSplitUp(text, lines, filled)) break;
    count = n + 1;
  }
  return { count, isSure };
}

/** Whether a line of the file may be an earlier form of a new line. */
function earlierForm(old: string, newer: string): "sure" | "perhaps" | "no" {
  if (columnsOf(old) !== columnsOf(newer)) return "no";
  const name = subjectOf(old);
  if (name !== undefined && name === subjectOf(newer)) return "sure";
  // No scope imports a name twice.
  const imported = importedNames(old);
  const importing = importedNames(newer);
  if (imported.size > 0 && importing.size > 0) {
    if ([...importing].some((one) => imported.has(one))) return "sure";
    const module = importedModule(old);
    return module !== undefined && module === importedModule(newer) ? "perhaps" : "no";
  }
  if (name !== undefined && subjectOf(newer) !== undefined) return "no";
  const like = signatureSimilarity(signatureOf(looseKey(old)), signatureOf(looseKey(newer)));
  const [before, after] = [identifiersIn(old), identifiersIn(newer)];
  // A sentence with a word mended. Lines of code that differ in a word are rather siblings.
  if (
    isCommentLine(old) &&
    isCommentLine(newer) &&
    like >= limits.sameLikeness &&
    before.length >= limits.commentWords
  )
    return "sure";
  // A scope beside a like one is added.
  if (endsWithOpener.test(old) && endsWithOpener.test(newer)) return "no";
  const grows = before.length >= limits.grownWords && isWithin(before, after);
  return like >= limits.newerLikeness || grows ? "perhaps" : "no";
}

const endsWithOpener = /(?:[([{:]|=>)\s*$/;

const isCommentLine = (text: string): boolean =>
  /^\s*(?:\/\/|\/?\*|#|--|;|%|<!--|"{3}|'{3})/.test(text);

const identifiersIn = (text: string): string[] => text.match(/[\p{L}\p{N}_$]+/gu) ?? [];

/** Whether new lines are one line of the file cut into several: one begins it, and all its words follow in order. */
function isSplitUp(old: string, lines: readonly string[], all: readonly string[]): boolean {
  const begins = (line: string): boolean => {
    const part = line.trimEnd();
    return part.length < old.trimEnd().length && old.startsWith(part);
  };
  return lines.some(begins) && isWithin(identifiersIn(old), all.flatMap(identifiersIn));
}

/** Whether words occur in others in this order. */
function isWithin(words: readonly string[], others: readonly string[]): boolean {
  let at = 0;
  for (const word of words) {
    at = others.indexOf(word, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
