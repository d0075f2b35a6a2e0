import { lineTexts } from "../text/lines.ts";
import { longestRising } from "../text/rising.ts";
import { hasWords } from "../text/words.ts";
import { changedStretches } from "./changed-stretches.ts";

const typographic = /[^\p{ASCII}]/u;

/** A line without its blanks and typography: what it says, however it is indented. */
export function lineKey(line: string): string {
  const bare = line.replace(/\s+/gu, "");
  if (!typographic.test(bare)) return bare;
  return bare
    .normalize("NFKC")
    .replace(/[\u2018-\u201B]/gu, "'")
    .replace(/[\u201C-\u201F]/gu, '"')
    .replace(/[\u2010-\u2015\u2212]/gu, "-");
}

/** Lines that occur in every file of their language, so that they identify no place. */
const common =
  /^(?:end|else|begin|do|done|fi|esac|then|try|finally|pass|break|continue|return|returnthis|returnself|default|public|private|protected)[:;{}(),]*$|^[}\])]*(?:else|try|finally|catch)[{:]*$/iu;

/** Whether a line has words that may identify its place. */
export const isTellingKey = (key: string): boolean => hasWords(key) && !common.test(key);

export class Counts {
  private readonly counts = new Map<string, number>();

  constructor(keys: Iterable<string> = []) {
    for (const key of keys) this.add(key);
  }

  add(key: string): void {
    this.counts.set(key, this.of(key) + 1);
  }

  of(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  /** Takes one away where there is one. */
  take(key: string): boolean {
    const count = this.of(key);
    if (count === 0) return false;
    this.counts.set(key, count - 1);
    return true;
  }

  entries(): IterableIterator<[string, number]> {
    return this.counts.entries();
  }
}

/** A source line that is not where it was. */
export interface LostLine {
  readonly line: number;
  /** Nothing with words was inserted in its place. */
  readonly bare: boolean;
  /** New lines of the result between the same unique lines; the same list for all lines that are lost there. */
  readonly replacedBy: readonly number[];
}

/** Lines around a change that are compared with it. */
const surroundingLines = 40;

/** Lines that are searched for in the text before all of its lines are counted instead. */
const mostLookups = 50;

/** Two texts where they differ, with some of the lines around each change. */
export class LineComparison {
  readonly source: readonly string[];
  readonly result: readonly string[];
  /** Numbers and keys of the lines that are compared. */
  readonly oldLines: readonly number[];
  readonly newLines: readonly number[];
  readonly oldKeys: readonly string[];
  readonly newKeys: readonly string[];
  readonly oldCounts: Counts;
  readonly newCounts: Counts;
  private all: Counts | undefined;
  private missing: readonly LostLine[] | undefined;
  private allOfResult: Counts | undefined;

  private readonly text: string;

  constructor(source: string, result: string) {
    this.text = source;
    this.source = lineTexts(source);
    this.result = lineTexts(result);
    const stretches = changedStretches(this.source, this.result);
    // The file's own lines begin and end what is compared, unless it is one stretch: then nothing around it matters.
    const more = stretches.length > 1 ? surroundingLines : 0;
    const oldLines: number[] = [];
    const newLines: number[] = [];
    for (const [n, { from, to, newFrom, newTo }] of stretches.entries()) {
      const before = stretches[n - 1];
      const after = stretches[n + 1];
      const above = Math.min(more, from - (before ? before.to + more : 0));
      const below = Math.min(more, (after?.from ?? this.source.length) - to);
      for (let line = from - Math.max(0, above); line < to + below; line++) oldLines.push(line);
      for (let line = newFrom - Math.max(0, above); line < newTo + below; line++)
        newLines.push(line);
    }
    this.oldLines = oldLines;
    this.newLines = newLines;
    this.oldKeys = oldLines.map((line) => lineKey(this.source[line]!));
    this.newKeys = newLines.map((line) => lineKey(this.result[line]!));
    this.oldCounts = new Counts(this.oldKeys);
    this.newCounts = new Counts(this.newKeys);
  }

  private lookups = 0;

  /** How often each line occurs in the whole source. */
  get inSource(): Counts {
    this.all ??= new Counts(this.source.map(lineKey));
    return this.all;
  }

  /** How often a line of the result is in the whole source. Few new lines are looked up in the text: most are not there. */
  sourceCountOf(line: string): number {
    if (this.lookups++ < mostLookups && !this.text.includes(line.trim())) return 0;
    return this.inSource.of(lineKey(line));
  }

  get inResult(): Counts {
    this.allOfResult ??= new Counts(this.result.map(lineKey));
    return this.allOfResult;
  }

  /** Whether the result has a line less often than the source has it. */
  isFewer(key: string): boolean {
    return this.newCounts.of(key) < this.oldCounts.of(key);
  }

  /**
   * Source lines that are not where they were: not in the result between the same unique lines. Lines that
   * moved are among them.
   */
  lost(): readonly LostLine[] {
    this.missing ??= this.findLost();
    return this.missing;
  }

  private findLost(): LostLine[] {
    const lost: LostLine[] = [];
    let [from, to] = [0, 0];
    for (const [a, b] of [
      ...anchors(this.oldKeys, this.newKeys),
      [this.oldKeys.length, this.newKeys.length],
    ]) {
      lost.push(...this.lostBetween([from, a!], [to, b!]));
      from = a! + 1;
      to = b! + 1;
    }
    return lost;
  }

  private lostBetween(
    [oldFrom, oldTo]: readonly [number, number],
    [newFrom, newTo]: readonly [number, number],
  ): LostLine[] {
    const old = linesWithKeys(this.oldKeys, oldFrom, oldTo);
    const added = linesWithKeys(this.newKeys, newFrom, newTo);
    const keyAt = (keys: readonly string[], lines: readonly number[], at: number): string =>
      keys[lines.at(at)!]!;
    const least = Math.min(old.length, added.length);
    let head = 0;
    while (head < least && keyAt(this.oldKeys, old, head) === keyAt(this.newKeys, added, head))
      head++;
    let tail = 0;
    while (
      tail < least - head &&
      keyAt(this.oldKeys, old, -1 - tail) === keyAt(this.newKeys, added, -1 - tail)
    )
      tail++;
    const inner = added.slice(head, added.length - tail);
    const there = new Counts(inner.map((line) => this.newKeys[line]!));
    const here = old
      .slice(head, old.length - tail)
      .filter((line) => !there.take(this.oldKeys[line]!))
      .map((line) => this.oldLines[line]!);
    if (here.length === 0) return [];
    const bare = ![...there.entries()].some(([key, count]) => count > 0 && isTellingKey(key));
    const kept = new Counts(old.slice(head, old.length - tail).map((line) => this.oldKeys[line]!));
    const replacedBy = inner
      .filter((line) => !kept.take(this.newKeys[line]!))
      .map((line) => this.newLines[line]!);
    return here.map((line) => ({ line, bare, replacedBy }));
  }
}

/** Where a line is among rising line numbers; between two of them, half way. */
export function positionIn(lines: readonly number[], line: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]! < line) low = middle + 1;
    else high = middle;
  }
  return lines[low] === line ? low : low - 0.5;
}

/** Indexes of the lines in a stretch that are not blank. */
function linesWithKeys(keys: readonly string[], from: number, to: number): number[] {
  const lines: number[] = [];
  for (let line = from; line < to; line++) if (keys[line] !== "") lines.push(line);
  return lines;
}

/** Index pairs of lines that are unique on each side, as many as keep their order. */
export function anchors(
  oldKeys: readonly string[],
  newKeys: readonly string[],
): [number, number][] {
  const pairs = uniquePairs(oldKeys, newKeys);
  const kept = longestRising(pairs.map(([, place]) => place));
  return kept.map((index) => pairs[index]!);
}

/** Index pairs of lines with words that are unique on each side, in the order of the first. */
export function uniquePairs(
  oldKeys: readonly string[],
  newKeys: readonly string[],
): [number, number][] {
  const places = (keys: readonly string[]): Map<string, number> => {
    const found = new Map<string, number>();
    for (const [index, key] of keys.entries()) {
      if (isTellingKey(key)) found.set(key, found.has(key) ? -1 : index);
    }
    return found;
  };
  const there = places(newKeys);
  const pairs: [number, number][] = [];
  for (const [key, index] of places(oldKeys)) {
    const place = there.get(key);
    if (index >= 0 && place !== undefined && place >= 0) pairs.push([index, place]);
  }
  return pairs;
}
