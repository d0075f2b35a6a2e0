import { declares } from "../text/declares.ts";
import { leadingSpace } from "../text/indent.ts";
import { hasWords, isFilled } from "../text/words.ts";
import type { EditInput } from "./format.ts";

/** What of the file an edit without any marker holds. */
export interface Coverage {
  /**
   * `whole`: it is the new text of the file; `part`: it is some lines of it; `doubled`: a line that the file has once
   * occurs twice, as in an old and a new version; `none`: no line is evidence.
   */
  readonly kind: "whole" | "part" | "doubled" | "none";
  readonly why: string;
  /** Whether lines of the file before, after those of a part are left out, and stay. */
  readonly above: boolean;
  readonly below: boolean;
  /** Places of the doubled line in the edit. */
  readonly lines?: readonly [number, number];
  /** A part leaves lines out in its middle that declare something it does not name. */
  readonly gap?: UncoveredGap;
}

/** Source lines (0-based, `to` not included) that are left out right before a line of the edit, and what they declare. */
export interface UncoveredGap {
  readonly from: number;
  readonly to: number;
  readonly before: number;
  readonly names: readonly string[];
}

interface Filled {
  readonly text: string;
  readonly at: number;
}

/** Trimmed lines with a letter or a digit, by their place. Braces, `---` and blank lines are no evidence. */
function filledOf(lines: readonly string[]): Filled[] {
  return lines.flatMap((line, at) => {
    const text = line.trim();
    return hasWords(text) ? [{ text, at }] : [];
  });
}

/**
 * Whether a text is a file's whole new text or a part of it. The evidence are lines that the file has once, each
 * counted once and in order: `return this;`, `end` and the like occur in many places and are no evidence.
 */
export function coverageOf(lines: readonly string[], input: EditInput): Coverage {
  const source = filledOf(input.sourceLines);
  const text = filledOf(lines);
  const places = new Map<string, number>();
  source.forEach((line, index) => {
    places.set(line.text, places.has(line.text) ? -1 : index);
  });
  const total = [...places.values()].filter((place) => place >= 0).length;
  const pairs = text.flatMap((line, index) => {
    const place = places.get(line.text) ?? -1;
    return place < 0 ? [] : [{ place, index }];
  });
  const run = longestRise(pairs);
  const held = run.length;
  const short = lines.filter(isFilled).length < input.sourceLines.filter(isFilled).length;
  const same = { above: false, below: false };
  if (total === 0 || (held === 0 && sameEnds(lines, input.sourceLines))) {
    const known = text.some((line) => input.inSource(line.text)) || source.length === 0;
    const isWhole = sameEnds(lines, input.sourceLines) || (known && !short);
    return {
      kind: isWhole ? "whole" : "none",
      why: "it begins and ends as the file does",
      ...same,
    };
  }
  if (held === 0) return { kind: "none", why: "", ...same };
  const [first, last] = [run[0]!, run.at(-1)!];
  // Lines that are left out at an edge, with nothing in their place, are not meant by an edit that is shorter.
  const lost = (own: readonly Filled[], there: readonly Filled[]): boolean => {
    const known = new Set(own.map((line) => line.text));
    return !own.some(isCode) && there.some((line) => !known.has(line.text));
  };
  const above = lost(text.slice(0, first.index), source.slice(0, first.place));
  const below = lost(text.slice(last.index + 1), source.slice(last.place + 1));
  const begins = first.place === 0 && first.index === 0;
  const ends = last.place === source.length - 1 && last.index === text.length - 1;
  const most = held * 2 > total;
  const edges = { above: first.place > 0, below: last.place < source.length - 1 };
  if ((most && !(short && (above || below))) || ((begins || ends) && !short)) {
    const reach =
      begins && ends ? "begins and ends" : begins ? "begins" : ends ? "ends" : undefined;
    const shown = `it holds ${held} of the ${total} lines that the file has once, in their order`;
    return {
      kind: "whole",
      why: reach ? `${shown}, and ${reach} as the file does` : shown,
      ...same,
    };
  }
  const doubled = lineShownTwice(pairs, text);
  if (doubled) return { kind: "doubled", why: "", ...same, lines: doubled };
  const why = `it holds ${held} of the ${total} lines that the file has once, and no marker: a part of the file`;
  const gap = gapIn(run, text, source, lines, input.sourceLines);
  return { kind: "part", why, ...edges, ...(gap && { gap }) };
}

/** A line that is not a comment. */
const isCode = ({ text }: { text: string }): boolean =>
  !/^(?:\/\/|\/?\*|#(?!\[)|--|;|%|<!--|"""|''')/.test(text);

function sameEnds(lines: readonly string[], source: readonly string[]): boolean {
  const same = (one: string | undefined, other: string | undefined): boolean =>
    one !== undefined && one.trim() === other?.trim() && hasWords(one);
  return (
    same(lines.find(isFilled), source.find(isFilled)) &&
    same(lines.findLast(isFilled), source.findLast(isFilled))
  );
}

interface CoveredLine {
  readonly place: number;
  readonly index: number;
}

/** The longest run of pairs whose places rise. */
function longestRise(pairs: readonly CoveredLine[]): CoveredLine[] {
  const tops: number[] = [];
  const before: number[] = [];
  pairs.forEach(({ place }, at) => {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tops[middle]!]!.place < place) low = middle + 1;
      else high = middle;
    }
    before[at] = low === 0 ? -1 : tops[low - 1]!;
    tops[low] = at;
  });
  const run: CoveredLine[] = [];
  for (let at = tops.at(-1) ?? -1; at !== -1; at = before[at]!) run.push(pairs[at]!);
  return run.reverse();
}

/**
 * The first place where two lines of the edit follow each other that do not do so in the file, where what is left out
 * declares things as far out as they are. Lines inside a function that go are no gap.
 */
function gapIn(
  run: readonly CoveredLine[],
  text: readonly Filled[],
  source: readonly Filled[],
  lines: readonly string[],
  sourceLines: readonly string[],
): UncoveredGap | undefined {
  const named = new Set(text.map((line) => declares(line.text)));
  // A brace that opens the edit as it opens the file holds the first place.
  const opens = lines.find(isFilled)?.trim() === sourceLines.find(isFilled)?.trim();
  const start = opens && run[0]!.place > 0 ? [{ place: -1, index: -1 }] : [];
  const all = [...start, ...run];
  for (let next = 1; next < all.length; next++) {
    const [one, other] = [all[next - 1]!, all[next]!];
    if (text.slice(one.index + 1, other.index).some(isCode)) continue;
    const left = source.slice(one.place + 1, other.place).filter(isCode);
    const out = leadingSpace(sourceLines[source[other.place]!.at]!).length;
    const names = left
      .filter(({ at }) => leadingSpace(sourceLines[at]!).length <= out)
      .map(({ at }) => declares(sourceLines[at]!))
      .filter((name): name is string => name !== undefined && !named.has(name));
    if (left.length < 2 || names.length === 0) continue;
    const before = text[other.index]!.at;
    return { from: left[0]!.at, to: left.at(-1)!.at + 1, before, names };
  }
  return gapBeforeEnd(run.at(-1)!, named, source, lines, sourceLines);
}

/** The same before the brace that ends the edit: what the file has in the block that it closes, and the edit has not. */
function gapBeforeEnd(
  last: CoveredLine,
  named: ReadonlySet<string | undefined>,
  source: readonly Filled[],
  lines: readonly string[],
  sourceLines: readonly string[],
): UncoveredGap | undefined {
  const before = lines.findLastIndex(isFilled);
  const closer = lines[before]!;
  if (hasWords(closer) && closer.trim() !== "end") return undefined;
  const rest = source.slice(last.place + 1);
  const isOut = ({ at }: Filled): boolean =>
    leadingSpace(sourceLines[at]!).length <= leadingSpace(closer).length;
  const ends = rest.findIndex((line) => isCode(line) && line.text !== "end" && isOut(line));
  const left = (ends === -1 ? rest : rest.slice(0, ends)).filter(isCode);
  const names = left
    .map(({ at }) => declares(sourceLines[at]!))
    .filter((name): name is string => name !== undefined && !named.has(name));
  if (left.length < 2 || names.length === 0) return undefined;
  const first = left.find(({ at }) => declares(sourceLines[at]!) === names[0])!;
  return { from: first.at, to: left.at(-1)!.at + 1, before, names };
}

/** The two places in the edit of a line that the file has once. */
function lineShownTwice(
  pairs: readonly CoveredLine[],
  text: readonly { readonly at: number }[],
): [number, number] | undefined {
  const seen = new Map<number, number>();
  for (const { place, index } of pairs) {
    const earlier = seen.get(place);
    if (earlier !== undefined) return [text[earlier]!.at, text[index]!.at];
    seen.set(place, index);
  }
  return undefined;
}
