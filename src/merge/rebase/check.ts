import type { PairedSide } from "./hunks.ts";

/**
 * Checks a text that is to contain the changes of two sides; an empty list means that it does. Independent of how the text
 * was made: it cuts all four texts at the lines of the base that both sides have, and between two cuts only one side may
 * have changed something, or both the same (the definition of diff3). So no change of either side is lost.
 */
export function checkBothSides(
  base: readonly string[],
  current: PairedSide,
  edited: PairedSide,
  result: readonly string[],
): string[] {
  const problems = [...checkPairs("file", base, current), ...checkPairs("edit", base, edited)];
  if (problems.length > 0) return problems;
  let from: RegionCut = [0, 0, 0];
  let at = 0;
  for (const cut of cutsOf(base, current, edited)) {
    const isLast = cut[0] === base.length;
    const [b, c, e] = cut;
    if (!isLast && b === from[0] && c === from[1] && e === from[2]) {
      if (result[at] !== base[b]) return [`line ${b + 1} of the base is lost`];
    } else {
      const was = base.slice(from[0], b);
      const theirs = current.lines.slice(from[1], c);
      const ours = edited.lines.slice(from[2], e);
      const place = `between lines ${from[0]} and ${b + 1} of the base`;
      let wanted: readonly string[];
      if (equal(was, ours)) wanted = theirs;
      else if (equal(was, theirs) || equal(ours, theirs)) wanted = ours;
      else return [`both sides changed the lines ${place}`];
      const end = isLast ? result.length : at + wanted.length;
      if (!equal(result.slice(at, end), wanted)) return [`a change is lost ${place}`];
      if (!isLast && result[end] !== base[b]) return [`line ${b + 1} of the base is lost`];
      at = end;
    }
    at++;
    from = [b + 1, c + 1, e + 1];
  }
  return problems;
}

function checkPairs(name: string, base: readonly string[], side: PairedSide): string[] {
  let line = -1;
  let own = -1;
  for (const [a, b] of side.pairs) {
    if (a <= line || b <= own) return [`the lines of the ${name} are out of order`];
    if (base[a] === undefined || base[a] !== side.lines[b])
      return [`line ${b + 1} of the ${name} is not line ${a + 1} of the base`];
    line = a;
    own = b;
  }
  return [];
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i]);
}

/** A line of the base that both sides have, and its lines there. */
type RegionCut = readonly [number, number, number];

function cutsOf(base: readonly string[], current: PairedSide, edited: PairedSide): RegionCut[] {
  const cuts: RegionCut[] = [];
  let i = 0;
  for (const [line, own] of current.pairs) {
    while (i < edited.pairs.length && edited.pairs[i]![0] < line) i++;
    const pair = edited.pairs[i];
    if (pair?.[0] === line) cuts.push([line, own, pair[1]]);
  }
  cuts.push([base.length, current.lines.length, edited.lines.length]);
  return cuts;
}
