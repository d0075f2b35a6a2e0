import type { Ambiguous, Candidate, LineRange } from "../../core/merge.ts";
import { splitLines, type TextLine } from "../../text/lines.ts";
import { anotherExtent, anotherPlace, type Meaning } from "../readings/meaning.ts";
import type { Shape } from "../shape.ts";
import type { Built } from "./build.ts";
import { linesAround, nameOf, placeAt, rangeWording, sentenceStart } from "./places.ts";

/** Lines of each version that a message shows. */
const shownVersionLines = 12;

/** The outcome for two or more texts: the possible places or versions, the reason, and what would decide between them. */
export function ambiguous(
  source: readonly TextLine[],
  shape: Shape,
  built: readonly Built[],
): Ambiguous {
  const candidates = regionsOf(source, built);
  const [best, rival] = [built[0]!, built[1]!];
  let k = best.placement.ranges.findIndex((range, index) => {
    const other = rival.placement.ranges[index]!;
    return range.start !== other.start || range.end !== other.end;
  });
  if (k < 0)
    k = Math.max(
      0,
      shape.blocks.findIndex((_, index) => !best.idle[index]),
    );
  const ranges = built.map((one) => one.placement.ranges[k]);
  const places = built.slice(0, 3).map((_, index) => {
    const range = ranges[index];
    const isSame = index > 0 && range?.start === ranges[0]?.start && range?.end === ranges[0]?.end;
    const shown = isSame || !range ? candidates[index]!.sourceRange : range;
    return placeAt(source, shown.start, shown.end);
  });
  const block = shape.blocks[k];
  const name = block ? nameOf(block) : "the edit";
  const separate = separateRanges(ranges.filter((range) => range !== undefined));
  const reading =
    built.find((one) => one.reading !== undefined)?.reading ??
    (separate.length > 1 ? anotherPlace : anotherExtent);
  const message =
    separate.length > 1
      ? placesMessage(source, name, separate, reading)
      : severalVersions(name, ranges[0], candidates, reading);
  return {
    kind: "ambiguous",
    candidates,
    message,
    details: {
      editLine: block?.tokens[0]?.at ?? 0,
      reading: reading.name,
      places: places.map(({ from, to, lines }) => ({ from, to, lines })),
      placed: shape.blocks.length - 1,
      parts: shape.blocks.length,
    },
  };
}

/** The ranges that share no line with an earlier one, in the order of the file. */
function separateRanges(ranges: readonly LineRange[]): LineRange[] {
  const separate: LineRange[] = [];
  for (const range of ranges) {
    const overlaps = separate.some(
      (other) =>
        (range.start === other.start && range.end === other.end) ||
        (range.start < other.end && other.start < range.end),
    );
    if (!overlaps) separate.push(range);
  }
  return separate.sort((a, b) => a.start - b.start);
}

const becauseOf = ({ name, why }: Meaning): string => `${why} (${name})`;

function placesMessage(
  source: readonly TextLine[],
  name: string,
  ranges: readonly LineRange[],
  reading: Meaning,
): string {
  const named = ranges.slice(0, 3).map(rangeWording);
  const more = ranges.length - named.length;
  const last = more > 0 ? `${more} more places` : named.pop();
  const list = `${named.join(", ")} and ${last}`;
  const why = reading === anotherPlace ? "" : `: ${becauseOf(reading)}`;
  const shown = ranges
    .slice(0, 3)
    .map(
      (range) =>
        `${sentenceStart(rangeWording(range))}:\n${placeAt(source, range.start, range.end).lines.join("\n")}`,
    );
  return (
    `Ambiguous: ${name} matches ${list}${why}. Nothing was written. ` +
    "Add one or two unchanged lines around the change, for example the line that opens the enclosing function.\n" +
    shown.join("\n")
  );
}

function severalVersions(
  name: string,
  range: LineRange | undefined,
  candidates: readonly Candidate[],
  reading: Meaning,
): string {
  const place = range ? ` at ${rangeWording(range)}` : "";
  const versions = candidates.slice(0, 3).map(({ text, sourceRange, textRange }, index) => {
    const all = splitLines(text);
    const start = Math.max(0, textRange.start - linesAround);
    const lines = all.slice(start, textRange.end + linesAround);
    const shown = lines
      .slice(0, shownVersionLines)
      .map((line) => `       | ${line.text.slice(0, 160)}`);
    if (lines.length > shownVersionLines)
      shown.push(`       … ${lines.length - shownVersionLines} more lines`);
    return `Version ${index + 1}, the text at ${rangeWording(sourceRange)}:\n${shown.join("\n")}`;
  });
  return (
    `Ambiguous: ${name} has one place${place}, but ${candidates.length} possible results: ${becauseOf(reading)}. Nothing was written. ` +
    "Quote the unchanged lines next to the change, and put a marker where lines stay.\n" +
    versions.join("\n")
  );
}

/** The candidates with the region outside which all of them agree. */
function regionsOf(source: readonly TextLine[], built: readonly Built[]): Candidate[] {
  const texts = built.map((one) => splitLines(one.text).map((line) => line.text + line.end));
  const first = texts[0]!;
  const least = Math.min(...texts.map((text) => text.length));
  let head = 0;
  while (head < least && texts.every((text) => text[head] === first[head])) head++;
  let tail = 0;
  while (
    tail < least - head &&
    texts.every((text) => text[text.length - 1 - tail] === first[first.length - 1 - tail])
  ) {
    tail++;
  }
  return built.map((one, index): Candidate => {
    const textRange = { start: head, end: texts[index]!.length - tail };
    return {
      text: one.text,
      cost: one.proof.cost,
      sourceRange: sourceRangeOf(source, one, textRange),
      textRange,
      proof: one.proof,
    };
  });
}

function sourceRangeOf(source: readonly TextLine[], built: Built, range: LineRange): LineRange {
  const { result } = built.proof;
  let start = 0;
  for (let r = range.start - 1; r >= 0; r--) {
    const origin = result[r]!;
    if (origin.from === "source") {
      start = origin.source + 1;
      break;
    }
  }
  let end = source.length;
  for (let r = range.end; r < result.length; r++) {
    const origin = result[r]!;
    if (origin.from === "source") {
      end = origin.source;
      break;
    }
  }
  return { start: Math.min(start, end), end };
}
