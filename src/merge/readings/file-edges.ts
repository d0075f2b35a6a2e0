import type { TextLine } from "../../core/lines.ts";
import { declaredName } from "../align/names.ts";
import type { BlockRange } from "../align/placements.ts";
import type { Built } from "../proof/build.ts";
import { type Block, isFragment, type Shape } from "../shape.ts";

/** So few lines at the file's start or end may have been removed by leaving them out. */
const edgeLimit = 8;

/**
 * Other readings of a sketch that begins or ends without a marker: it was forgotten, or the lines beyond are
 * what the edit removes. Where the block at that edge changes nothing, where it ends as the file does, or where
 * the edit has no marker at all, or declares anew what stands beyond, it is more likely to show a removal. A small part of the file removes nothing else.
 */
export function edgeReadings(
  source: readonly TextLine[],
  shape: Shape,
  best: Built,
): (readonly BlockRange[])[] {
  const { ranges } = best.placement;
  const readings: (readonly BlockRange[])[] = [];
  const last = ranges.length - 1;
  if (shape.extent !== "file" || last < 0) return readings;
  if (isFragment(shape, source.length)) return readings;
  const withRange = (k: number, range: BlockRange): void => {
    readings.push(ranges.map((other, n) => (n === k ? range : other)));
  };
  const showsAll =
    last === 0 &&
    !shape.elidedStart &&
    !shape.elidedEnd &&
    2 * shape.blocks[0]!.tokens.length >= source.length;
  const { start } = ranges[0]!;
  const again = start > 0 && declaresAgain(source, 0, start, shape.blocks[0]!, best);
  const above = showsAll || again ? source.length : best.idle[0] ? edgeLimit : edgeLimit / 4;
  if (!shape.elidedStart && start > 0 && start <= above) {
    withRange(0, { ...ranges[0]!, start: 0, boundStart: true });
  }
  const { end } = ranges[last]!;
  const below = source.length - end;
  const shown = shape.blocks[last]!;
  if (shape.elidedEnd) return readings;
  if (below > 0 && below <= mostBelow())
    withRange(last, { ...ranges[last]!, end: source.length, boundEnd: true });
  if (below === 0 && best.idle[last] && last > 0) {
    const earlier = firstPlace(source, shown, ranges[last - 1]!.end);
    if (earlier < ranges[last]!.start)
      withRange(last, { start: earlier, end: source.length, boundEnd: true });
  }
  return readings;

  /** How many lines at the end the edit may be meant to remove. */
  function mostBelow(): number {
    const shownEnd = shown.tokens.at(-1)?.text ?? "";
    const endsAlike = shownEnd.trim() !== "" && shownEnd === source.at(-1)?.text;
    if (showsAll || endsAlike || declaresAgain(source, end, source.length, shown, best))
      return source.length;
    if (!best.idle[last]) return edgeLimit / 4;
    return shown.tokens.length > 1 ? source.length : edgeLimit;
  }
}

/**
 * Whether new lines of a block declare what the source declares once, in the lines from `start` to `end`: it
 * would stand twice.
 */
function declaresAgain(
  source: readonly TextLine[],
  start: number,
  end: number,
  { tokens }: Block,
  best: Built,
): boolean {
  const counts = new Map<string, number>();
  for (const { text, editLine } of tokens) {
    const name = best.proof.edit[editLine]!.fate === "placed" ? declaredName(text) : undefined;
    if (name !== undefined) counts.set(name, 0);
  }
  if (counts.size === 0) return false;
  const beyond = new Set<string>();
  for (const [line, { text }] of source.entries()) {
    const name = declaredName(text);
    const count = name === undefined ? undefined : counts.get(name);
    if (name === undefined || count === undefined) continue;
    counts.set(name, count + 1);
    if (line >= start && line < end) beyond.add(name);
  }
  return [...beyond].some((name) => counts.get(name) === 1);
}

/** Where the block's lines stand one after the other for the first time, from a line on. */
function firstPlace(source: readonly TextLine[], { tokens }: Block, from: number): number {
  let at = from;
  while (
    at + tokens.length <= source.length &&
    !tokens.every((token, i) => source[at + i]!.text === token.text)
  ) {
    at++;
  }
  return at;
}
