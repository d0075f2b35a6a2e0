import type { EditLine, LinesSegment } from "../core/edit.ts";
import { lineRoles } from "./roles.ts";

/**
 * The difference between the source and a text that a reader knows whole, as segments whose places are
 * certain: only the changed lines, since what is not named stays. `textAt` is the 1-based line of the
 * caller's text where `text` begins; 0 = it does not stand there as such.
 */
export function changesBetween(
  source: readonly string[],
  text: readonly string[],
  textAt = 0,
): LinesSegment[] {
  const segments: LinesSegment[] = [];
  let lines: EditLine[] = [];
  let atLine = 0;
  const close = (): void => {
    if (lines.length > 0) segments.push({ kind: "lines", lines, atLine });
    lines = [];
  };
  for (const stretch of stretches(source, text)) {
    const { old, fresh, oldEnd, freshEnd } = stretch;
    if (old === oldEnd && fresh === freshEnd) {
      close();
      continue;
    }
    for (const line of lineRoles(source.slice(old, oldEnd), text.slice(fresh, freshEnd))) {
      if (line.role === "keep") {
        close();
        continue;
      }
      if (lines.length === 0) atLine = old + line.old + 1;
      lines.push({
        text: line.text,
        role: line.role,
        at: textAt === 0 ? 0 : textAt + fresh + line.new,
      });
    }
    if (oldEnd < source.length && freshEnd < text.length) close();
  }
  close();
  return segments;
}

interface Stretch {
  readonly old: number;
  readonly oldEnd: number;
  readonly fresh: number;
  readonly freshEnd: number;
}

/**
 * Cuts both sides at lines that are unique in each and in the same order (patience diff), so that the
 * quadratic table only ever sees the small stretches between. The cut lines themselves are equal.
 */
function stretches(source: readonly string[], text: readonly string[]): Stretch[] {
  let head = 0;
  while (head < source.length && head < text.length && source[head] === text[head]) head++;
  let oldEnd = source.length;
  let freshEnd = text.length;
  while (oldEnd > head && freshEnd > head && source[oldEnd - 1] === text[freshEnd - 1]) {
    oldEnd--;
    freshEnd--;
  }
  const cuts: Stretch[] = [];
  let old = head;
  let fresh = head;
  for (const [a, b] of risingPairs(uniquePairs(source, text, head, oldEnd, freshEnd))) {
    cuts.push({ old, oldEnd: a, fresh, freshEnd: b });
    old = a + 1;
    fresh = b + 1;
  }
  cuts.push({ old, oldEnd, fresh, freshEnd });
  return cuts;
}

type Pair = readonly [number, number];

/** Lines that stand once on either side, by their place in the source. */
function uniquePairs(
  source: readonly string[],
  text: readonly string[],
  head: number,
  oldEnd: number,
  freshEnd: number,
): Pair[] {
  const places = new Map<string, { old: number; fresh: number }>();
  for (let index = head; index < oldEnd; index++) {
    const known = places.get(source[index]!);
    if (known) known.old = -1;
    else places.set(source[index]!, { old: index, fresh: -2 });
  }
  for (let index = head; index < freshEnd; index++) {
    const known = places.get(text[index]!);
    if (known) known.fresh = known.fresh === -2 ? index : -1;
  }
  const pairs: Pair[] = [];
  for (const { old, fresh } of places.values())
    if (old >= 0 && fresh >= 0) pairs.push([old, fresh]);
  return pairs;
}

/** A longest run of pairs that rises on both sides (patience sorting). */
function risingPairs(pairs: readonly Pair[]): Pair[] {
  const tops: number[] = [];
  const before: number[] = [];
  pairs.forEach(([, fresh], index) => {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tops[middle]!]![1] < fresh) low = middle + 1;
      else high = middle;
    }
    before[index] = low === 0 ? -1 : tops[low - 1]!;
    tops[low] = index;
  });
  const run: Pair[] = [];
  for (let index = tops.at(-1) ?? -1; index !== -1; index = before[index]!) run.push(pairs[index]!);
  return run.reverse();
}
