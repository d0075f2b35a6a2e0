import { columnsOf } from "../../text/indent.ts";
import { signatureOf, signatureSimilarity } from "../../text/similarity.ts";
import { limits } from "../align/costs.ts";
import { isDistinctive } from "../align/distinctive.ts";
import { looseKey } from "../align/similar.ts";
import { subjectOf } from "../align/subject.ts";
import type { BlockLine } from "../shape.ts";
import { importedModule, importedNames } from "./imported-names.ts";

/**
 * How many of the lines beyond an edge are earlier forms of the new lines `run`, in the same order, or have moved; and whether
 * that is certain.
 */
export function earlierLines(
  side: "start" | "end",
  run: readonly BlockLine[],
  moved: ReadonlySet<string>,
  beyond: readonly string[],
): { count: number; isSure: boolean } {
  const filled = run.map((token) => token.text).filter((text) => text.trim() !== "");
  const lines = side === "end" ? outermost(filled) : leastDeep(filled);
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

/** The new lines above a quoted line that are in none of the scopes which new lines open. */
function leastDeep(lines: readonly string[]): string[] {
  const depth = Math.min(...lines.map(columnsOf));
  return lines.filter((text) => isDistinctive(text) && columnsOf(text) === depth);
}

/**
 * The new lines that are in the scope of the quoted line which they follow, and then those of the scopes around it. Deeper
 * lines belong to scopes that the new lines open themselves.
 */
function outermost(lines: readonly string[]): string[] {
  let depth = Number.POSITIVE_INFINITY;
  return lines.filter((text) => {
    depth = Math.min(depth, columnsOf(text));
    return isDistinctive(text) && columnsOf(text) === depth;
  });
}

/** Whether a line of the file may be an earlier form of a new line. */
export function earlierForm(old: string, newer: string): "sure" | "perhaps" | "no" {
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
  // A sentence with a word corrected. Lines of code that differ in a word are more often siblings.
  if (
    isCommentLine(old) &&
    isCommentLine(newer) &&
    like >= limits.sameLikeness &&
    before.length >= limits.commentWords
  )
    return "sure";
  // A scope beside a similar one is added.
  if (endsWithOpener.test(old) && endsWithOpener.test(newer)) return "no";
  const grows = before.length >= limits.grownWords && isWithin(before, after);
  return like >= limits.newerLikeness || grows ? "perhaps" : "no";
}

const endsWithOpener = /(?:[([{:]|=>)\s*$/;

const isCommentLine = (text: string): boolean =>
  /^\s*(?:\/\/|\/?\*|#|--|;|%|<!--|"{3}|'{3})/.test(text);

const identifiersIn = (text: string): string[] => text.match(/[\p{L}\p{N}_$]+/gu) ?? [];

/** Whether new lines are one line of the file split into several: one begins it, and all its words follow in order. */
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
