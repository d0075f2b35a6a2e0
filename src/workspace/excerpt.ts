import type { Excerpt, ReadAnswer, ReadFileArguments } from "./editor-types.ts";

/** What one answer shows at most, where no fewer lines were asked for. */
const mostLines = 2000;
const mostCharacters = 128 * 1024;

interface Room {
  readonly lines: number;
  readonly characters: number;
}

/** The lines that were asked for, as many as one answer holds. A stretch for which no room is left is empty and says where it begins. */
export function excerpts(
  text: string,
  { first_line, last_line, ranges, limit }: Omit<ReadFileArguments, "path">,
): Omit<ReadAnswer, "path" | "hash"> {
  const spans = ranges && ranges.length > 0 ? ranges : [{ first_line: first_line ?? 1, last_line }];
  let room: Room = { lines: Math.min(limit ?? mostLines, mostLines), characters: mostCharacters };
  let totalLines = 0;
  const shown = spans.map((span) => {
    const one = excerpt(text, span.first_line, span.last_line, room);
    totalLines = one.totalLines;
    const lines = one.excerpt.lastLine - one.excerpt.firstLine + 1;
    room = {
      lines: room.lines - lines,
      characters: room.characters - one.excerpt.text.length,
    };
    return one.excerpt;
  });
  return { totalLines, ...shown[0]!, ...(ranges === undefined ? {} : { ranges: shown }) };
}

/** One stretch; a first line that is too long alone is cut. */
function excerpt(
  text: string,
  firstLine: number,
  lastLine: number | undefined,
  room: Room,
): { readonly totalLines: number; readonly excerpt: Excerpt } {
  const first = Math.max(1, firstLine);
  const wanted = Math.min(lastLine ?? Number.POSITIVE_INFINITY, first + room.lines - 1);
  let [start, end, last] = [text.length, text.length, first - 1];
  let total = 0;
  for (const [from, to] of lineRanges(text)) {
    total += 1;
    // A line that is only too long for the rest of this answer is the next one's.
    const fits = to - from <= room.characters || room.characters === mostCharacters;
    if (total === first && total <= wanted && fits) {
      [start, last] = [from, first];
      end = Math.min(to, from + room.characters);
    } else if (
      total > first &&
      total === last + 1 &&
      total <= wanted &&
      to - start <= room.characters
    ) {
      [end, last] = [to, total];
    }
  }
  const shown = start < end ? text.slice(start, end) : "";
  const cut = shown.length === room.characters && shown !== "" && !/[\r\n]$/.test(shown);
  const asked = Math.min(lastLine ?? total, total);
  return {
    totalLines: total,
    excerpt: {
      text: shown,
      firstLine: first,
      lastLine: last,
      ...(last < asked ? { nextLine: last + 1 } : {}),
      ...(cut ? { cut: true } : {}),
    },
  };
}

/** Where each line begins, and where it ends with its line end. */
function* lineRanges(text: string): Generator<readonly [number, number]> {
  const ends = /\r\n|\n|\r/g;
  let from = 0;
  for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
    yield [from, ends.lastIndex];
    from = ends.lastIndex;
  }
  if (from < text.length) yield [from, text.length];
}
