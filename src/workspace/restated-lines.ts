import type { LineComparison, LostLine } from "./guard-lines.ts";

/**
 * The lost lines without those that the result declares again in their place: a line there begins with the same text up
 * to and including the mark behind the declared name (`  const sum =`, `def load(`), so that it declares the same in the
 * same scope. Most changed lines are of this kind, and need no parse of both texts.
 */
export function notRestated(
  lost: readonly LostLine[],
  compared: LineComparison,
): readonly LostLine[] {
  const beginnings = new Map<readonly number[], string[]>();
  return lost.filter(({ line, replacedBy }) => {
    const begins = restatedPart(compared.source[line]!);
    if (begins === undefined) return true;
    let there = beginnings.get(replacedBy);
    if (!there) {
      there = replacedBy.flatMap((other) => restatedPart(compared.result[other]!) ?? []);
      beginnings.set(replacedBy, there);
    }
    const index = there.indexOf(begins);
    if (index >= 0) there.splice(index, 1);
    return index < 0;
  });
}

/** A line up to the mark behind the first name that it may declare; undefined if it may declare more than that one. */
function restatedPart(line: string): string | undefined {
  const mark = /[(=:{<;,[]/u.exec(line);
  if (!mark) return undefined;
  const rest = line.slice(mark.index + 1);
  // Parameters declare nothing; what follows a comma, a semicolon or a brace outside of them may.
  const outside = rest.replace(/"[^"]*"|'[^']*'|\([^()]*\)|\[[^[\]]*\]/gu, "");
  if (mark[0] !== "(" && /[,;{]\s*[\p{L}_$#]/u.test(outside)) return undefined;
  if (/[;{]\s*[\p{L}_$#]/u.test(outside)) return undefined;
  return line.slice(0, mark.index + 1);
}
