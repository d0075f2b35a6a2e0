/** A stretch of one text and its counterpart in the other; the ends not included. */
export interface ChangedStretch {
  readonly from: number;
  readonly to: number;
  readonly newFrom: number;
  readonly newTo: number;
}

/** Texts with more lines in question are split into several stretches. */
const large = 2_000;

/** Lines of each text that are looked at to find where they are equal again. */
const searchReach = 500;

/** Equal lines in a row from which on two texts count as equal again. */
const equalRun = 3;

const hasWord = /[\p{L}\p{N}]{2}/u;

/**
 * Where two lists of lines differ: one stretch, from the first line that differs to the last; of long ones as many as
 * there are changes, found by looking a little ahead. Linear, and no more exact than its readers need.
 */
export function changedStretches(
  oldLines: readonly string[],
  newLines: readonly string[],
): readonly ChangedStretch[] {
  const least = Math.min(oldLines.length, newLines.length);
  let head = 0;
  while (head < least && oldLines[head] === newLines[head]) head++;
  let tail = 0;
  while (tail < least - head && oldLines.at(-1 - tail) === newLines.at(-1 - tail)) tail++;
  const to = oldLines.length - tail;
  const newTo = newLines.length - tail;
  if (head >= to && head >= newTo) return [];
  const whole = { from: head, to, newFrom: head, newTo };
  if (Math.max(to, newTo) - head < large) return [whole];
  const stretches: ChangedStretch[] = [];
  let [a, b] = [head, head];
  while (a < to || b < newTo) {
    const again = equalAgain(oldLines, newLines, [a, to], [b, newTo]) ?? [to, newTo];
    stretches.push({ from: a, to: again[0], newFrom: b, newTo: again[1] });
    [a, b] = again;
    while (a < to && b < newTo && oldLines[a] === newLines[b]) {
      a++;
      b++;
    }
  }
  return stretches;
}

const nearReach = 32;

/** The next place where lines of both are equal: at one that is unique among those within reach. */
function equalAgain(
  oldLines: readonly string[],
  newLines: readonly string[],
  [a, aEnd]: readonly [number, number],
  [b, bEnd]: readonly [number, number],
): [number, number] | undefined {
  const once = (lines: readonly string[], from: number, to: number): Map<string, number> => {
    const places = new Map<string, number>();
    for (let line = from; line < to; line++) {
      const text = lines[line]!;
      places.set(text, places.has(text) ? -1 : line);
    }
    return places;
  };
  // Most stretches are short: what is near is looked at first.
  for (let size = nearReach; ; size *= 8) {
    const within = Math.min(size, searchReach);
    const there = once(oldLines, a, Math.min(aEnd, a + within));
    const here = once(newLines, b, Math.min(bEnd, b + within));
    for (const [text, place] of here) {
      const other = there.get(text) ?? -1;
      if (place < 0 || other < 0 || !hasWord.test(text)) continue;
      let [p, q] = [other, place];
      while (p > a && q > b && oldLines[p - 1] === newLines[q - 1]) {
        p--;
        q--;
      }
      let run = 0;
      while (
        run < equalRun &&
        p + run < aEnd &&
        q + run < bEnd &&
        oldLines[p + run] === newLines[q + run]
      )
        run++;
      if (run === equalRun) return [p, q];
    }
    if (within === searchReach) return undefined;
  }
}
