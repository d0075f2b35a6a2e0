import type { ReadAnswer } from "./editor-types.ts";

/** What `read` answers at most, where no fewer lines were asked for. */
const mostLines = 2000;
const mostCharacters = 128 * 1024;

/** The lines that were asked for, as many as one answer holds; a first line that is too long alone is cut. */
export function excerpt(
  text: string,
  firstLine: number | undefined,
  lastLine: number | undefined,
): Omit<ReadAnswer, "path" | "hash"> {
  const first = Math.max(1, firstLine ?? 1);
  const wanted = Math.min(lastLine ?? Number.POSITIVE_INFINITY, first + mostLines - 1);
  let [start, end, last] = [text.length, text.length, first - 1];
  let total = 0;
  for (const [from, to] of lineRanges(text)) {
    total += 1;
    if (total === first && total <= wanted) {
      [start, last] = [from, first];
      end = Math.min(to, from + mostCharacters);
    } else if (total === last + 1 && total <= wanted && to - start <= mostCharacters) {
      [end, last] = [to, total];
    }
  }
  const shown = start < end ? text.slice(start, end) : "";
  const cut = shown.length === mostCharacters && !/[\r\n]$/.test(shown);
  const asked = Math.min(lastLine ?? total, total);
  return {
    text: shown,
    totalLines: total,
    firstLine: first,
    lastLine: last,
    ...(last < asked ? { nextLine: last + 1 } : {}),
    ...(cut ? { cut: true } : {}),
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
