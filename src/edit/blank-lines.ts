import { isBlank } from "../text/words.ts";
import { lineRoles } from "./line-roles.ts";

/** The old and the new side of a block. */
export interface FilledSides {
  readonly search: readonly string[];
  readonly replace: readonly string[];
}

/** Lines with text, and the number of blank lines before each; one more count for those after the last. */
interface BlankRuns {
  readonly lines: readonly string[];
  readonly blanks: readonly number[];
}

function blankRuns(lines: readonly string[]): BlankRuns {
  const telling: string[] = [];
  const blanks = [0];
  for (const line of lines) {
    if (isBlank(line)) blanks[blanks.length - 1]!++;
    else {
      telling.push(line);
      blanks.push(0);
    }
  }
  return { lines: telling, blanks };
}

/**
 * Blank lines are miscounted more often than any others. If the old side is at one place of the file except for the
 * number of its blank lines, it gets those of the file. The new side keeps its own, except where it repeats those of
 * the old side between the same lines: they are not part of the change.
 */
export function fitBlankLines(sides: FilledSides, source: readonly string[]): FilledSides {
  const old = blankRuns(sides.search);
  if (old.lines.length === 0) return sides;
  const newRuns = blankRuns(sides.replace);
  const inFile =
    countsAt(old, source, (line) => line.trimEnd()) ?? countsAt(old, source, (line) => line.trim());
  if (inFile === undefined) return sides;
  const kept = keptBlankPairs(old, newRuns);
  const counts = inFile.map((count, index) =>
    count > old.blanks[index]! && !showsMore(newRuns, old, kept, index)
      ? old.blanks[index]!
      : count,
  );
  if (counts.join() === old.blanks.join()) return sides;
  return { search: writtenSides(old.lines, counts), replace: refitted(newRuns, old, kept, counts) };
}

/**
 * Whether the new side has more blank lines behind the line above, and before the line below, than the old side shows
 * between them. Where both left them out they are the file's, which keeps them.
 */
function showsMore(newRuns: BlankRuns, old: BlankRuns, kept: Kept, index: number): boolean {
  const above = kept.get(index - 1);
  const below = kept.get(index);
  const shown: number[] = [];
  if (above !== undefined) shown.push(newRuns.blanks[above + 1]!);
  if (below !== undefined) shown.push(newRuns.blanks[below]!);
  return shown.length > 0 && Math.min(...shown) > old.blanks[index]!;
}

/** Lines of the old side that stay, with their place on the new side. */
type Kept = ReadonlyMap<number, number>;

function keptBlankPairs(old: BlankRuns, newRuns: BlankRuns): Kept {
  const kept = new Map<number, number>();
  for (const line of lineRoles(old.lines, newRuns.lines)) {
    if (line.role === "keep") kept.set(line.oldLine, line.new);
  }
  return kept;
}

/** The file's blank lines at the one place that has these lines with other blank lines, or undefined if there is none. */
function countsAt(
  old: BlankRuns,
  source: readonly string[],
  form: (line: string) => string,
): readonly number[] | undefined {
  const wanted = old.lines.map(form);
  const file = blankRuns(source);
  const lines = file.lines.map(form);
  const places: number[] = [];
  for (let at = lines.indexOf(wanted[0]!); at !== -1; at = lines.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((line, index) => lines[at + index] === line)) places.push(at);
    if (places.length > 1) return undefined;
  }
  const at = places[0];
  if (at === undefined) return undefined;
  const last = old.lines.length;
  const inFile = old.blanks.map((count, index) => {
    const there = file.blanks[at + index]!;
    // At the edges the block says how many blank lines it means: only those that are missing are too many.
    return index === 0 || index === last ? Math.min(count, there) : there;
  });
  return inFile.join() === old.blanks.join() ? undefined : inFile;
}

/** The new side where the blank lines that it shares with the old one are counted as in the file. */
function refitted(
  newRuns: BlankRuns,
  old: BlankRuns,
  kept: Kept,
  counts: readonly number[],
): string[] {
  const blanks = [...newRuns.blanks];
  const last = old.lines.length;
  const end = newRuns.lines.length;
  // Lines at the edges of both sides belong together; so do neighbours that stay neighbours.
  if (blanks[0] === old.blanks[0]) blanks[0] = counts[0]!;
  if (blanks[end] === old.blanks[last]) blanks[end] = counts[last]!;
  for (let index = 1; index < last; index++) {
    const at = kept.get(index);
    if (at === undefined || kept.get(index - 1) !== at - 1) continue;
    if (blanks[at] === old.blanks[index]) blanks[at] = counts[index]!;
  }
  return writtenSides(newRuns.lines, blanks);
}

function writtenSides(lines: readonly string[], blanks: readonly number[]): string[] {
  return blanks.flatMap((count, index) => {
    const run = new Array<string>(count).fill("");
    return index < lines.length ? [...run, lines[index]!] : run;
  });
}
