import type { LineRange } from "../core/merge.ts";
import { columnsOf } from "../text/indent.ts";
import type { TextLine } from "../text/lines.ts";
import { once } from "../text/once.ts";
import { isDistinctive } from "./align/distinctive.ts";
import { depthsOf } from "./align/scope.ts";
import { looseKey } from "./align/similar.ts";
import { subjectOf } from "./align/subject.ts";
import { beginsScope } from "./align/unquoted.ts";
import type { Built } from "./proof/build.ts";
import type { Block, Shape } from "./shape.ts";

/**
 * Returns the first lines of the file that a sketch would remove without quoting the lines around them, or undefined. An
 * edit removes lines only between two quoted lines with nothing elided between them, and these must be the nearest
 * distinctive lines. Blank lines, braces and the like do not count, except the line that opens or closes the scope
 * around the removed lines. The file's start and end count where no marker is written.
 */
export function unquotedRemoval(
  source: readonly TextLine[],
  shape: Shape,
  built: Built,
): LineRange | undefined {
  if (shape.extent !== "file") return undefined;
  const fates = built.proof.source;
  const strict = quotedLines(source, shape, built, true);
  const loose = quotedLines(source, shape, built, false);
  const depths = depthsOf(source);
  const isBlank = (line: number): boolean => source[line]!.text.trim() === "";
  const counts = once(() => occurrencesByText(source));
  const isOnly = (line: number): boolean => counts().get(source[line]!.text.trim()) === 1;
  for (const [k, range] of built.placement.ranges.entries()) {
    const restated = restatedBy(shape.blocks[k]!, built);
    for (let line = range.start; line < range.end; line++) {
      if (fates[line]!.fate === "kept") continue;
      const start = line;
      while (line + 1 < range.end && fates[line + 1]!.fate !== "kept") line++;
      const run = { start, end: line + 1 };
      let depth = Number.POSITIVE_INFINITY;
      let isRestated = true;
      for (let at = start; at <= line; at++) {
        if (isBlank(at)) continue;
        depth = Math.min(depth, depths[at]!);
        isRestated &&= restated(source[at]!.text);
      }
      if (isRestated) continue;
      const needsOnly = losesHead(source, start, line, fates);
      // A deletion needs exact quotes; where new lines replace the old ones, abbreviated quotes show the place as well.
      const isReplaced = fates.slice(start, line + 1).every((fate) => fate.fate === "replaced");
      const quoted = isReplaced ? loose : strict;
      if (depth === Number.POSITIVE_INFINITY) continue;
      if (
        fates
          .slice(start, line + 1)
          .some((fate) => fate.fate === "removed" && fate.because === "announced")
      )
        continue;
      const isBounded = (from: number, step: 1 | -1): boolean => {
        let isDoubtful = false;
        for (let at = from; at >= range.start && at < range.end; at += step) {
          if (isBlank(at) || fates[at]!.fate !== "kept") continue;
          const isLandmark = isDistinctive(source[at]!.text);
          if (isLandmark && !quoted.has(at)) return false;
          if (!quoted.has(at)) continue;
          const isSure = !needsOnly || (isLandmark && isOnly(at));
          if (isSure && isNearest(at, start, line)) return true;
          // An equal line is removed too. If the line before it is quoted as well, either choice gives the same text.
          if (isLandmark) continue;
          if (depths[at]! < depth) return !isDoubtful;
          // An equal closer is among the removed lines: the sketch may quote that one.
          isDoubtful = true;
        }
        if (step === -1)
          return (
            range.boundStart === true ||
            (k === 0 && !shape.elidedStart && !shape.elidedEnd && range.start === 0)
          );
        return (
          range.boundEnd === true ||
          (k === shape.blocks.length - 1 &&
            !shape.elidedEnd &&
            !shape.elidedStart &&
            range.end === source.length)
        );
      };
      /** Whether no line like this one is among the removed ones, so that it is the nearest of its kind. */
      function isNearest(at: number, first: number, last: number): boolean {
        const text = source[at]!.text.trim();
        for (let other = first; other <= last; other++)
          if (source[other]!.text.trim() === text) return false;
        return true;
      }
      if (!isBounded(start - 1, -1) || !isBounded(line + 1, 1)) return run;
    }
  }
  return undefined;
}

function occurrencesByText(source: readonly TextLine[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of source) counts.set(text.trim(), (counts.get(text.trim()) ?? 0) + 1);
  return counts;
}

/**
 * Whether lines are removed that begin a function or a type whose body stays as it is. Hardly an edit means that, so only
 * lines that are in the file once show it.
 */
function losesHead(
  source: readonly TextLine[],
  start: number,
  last: number,
  fates: Built["proof"]["source"],
): boolean {
  if (!fates.slice(start, last + 1).every(({ fate }) => fate === "removed")) return false;
  const isFilled = (line: number): boolean => source[line]!.text.trim() !== "";
  let head = last;
  while (head > start && !isFilled(head)) head--;
  let below = last + 1;
  while (below < source.length && !isFilled(below)) below++;
  if (below >= source.length || fates[below]!.fate !== "kept") return false;
  const { text } = source[head]!;
  return beginsScope(text) && columnsOf(source[below]!.text) > columnsOf(text);
}

/** Whether a line is the beginning of another one, to the letter, and ends with an ellipsis. */
function isCutShort(text: string, whole: string): boolean {
  const written = text.trim();
  const ellipsis = ["...", "…"].find((end) => written.endsWith(end));
  if (ellipsis === undefined) return false;
  const stem = written.slice(0, -ellipsis.length).trimEnd();
  return isDistinctive(stem) && whole.trimStart().startsWith(stem);
}

/**
 * The lines of the file that the sketch repeats. `strictly`: to the letter, as far as it writes them out, surrounding
 * blanks aside.
 */
function quotedLines(
  source: readonly TextLine[],
  shape: Shape,
  built: Built,
  strictly: boolean,
): Set<number> {
  const quoted = new Set<number>();
  for (const { tokens } of shape.blocks) {
    for (const { editLine, text } of tokens) {
      const fate = built.proof.edit[editLine]!;
      if (fate.fate !== "matched") continue;
      const isLoose = fate.tier === "misquoted" || fate.tier === "typography";
      if (!strictly || !isLoose || isCutShort(text, source[fate.source]!.text))
        quoted.add(fate.source);
    }
  }
  return quoted;
}

/** Whether a new line of the block says the same as a line of the file, in other blanks or quotes, or is about the same name. */
function restatedBy({ tokens }: Block, built: Built): (text: string) => boolean {
  const placed = tokens.filter(({ editLine }) => built.proof.edit[editLine]!.fate === "placed");
  const keys = new Set(placed.map(({ text }) => looseKey(text)));
  const names = new Set(placed.map(({ text }) => subjectOf(text)));
  return (text) => {
    const name = subjectOf(text);
    return keys.has(looseKey(text)) || (name !== undefined && names.has(name));
  };
}
