import type { Edit } from "../core/edit.ts";
import { lineTexts } from "../text/lines.ts";

/** The last line of a sketch that stops within a word. */
interface CutLine {
  readonly end: string;
  /** What it seems to be the beginning of. */
  readonly whole: string;
}

/** Words of the comments that say where lines are left out. */
const markerWords = new Set(
  "existing code rest remaining remains remainder of the file unchanged unmodified untouched omitted same previous original other lines methods functions imports fields here class function method content contents before above below implementation logic brevity".split(
    " ",
  ),
);
const shortestWord = 3;
const namesWithin = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/**
 * Where a sketch ends without a line break in what is only the beginning of a line of the file, of a word of a marker, or of a word that the
 * file and the sketch have while they have the beginning nowhere else: it was cut off. A sketch that ends in a new whole word is taken.
 *
 * @param written the edit as it was sent
 */
export function cutLine(
  edit: Edit,
  written: string,
  source: string,
  isMarker: (line: string) => boolean,
): CutLine | undefined {
  const end = /\w$/u.test(written) ? written.slice(written.lastIndexOf("\n") + 1).trim() : "";
  const word = lastWord(end);
  if (isMarker(end)) return cutMarker(end, word);
  const segment = edit.segments.at(-1);
  const last = segment?.kind === "lines" ? segment.lines.at(-1)?.text.trim() : undefined;
  if (end.length < shortestWord || last !== end) return undefined;
  let whole: string | undefined;
  for (const line of lineTexts(source)) {
    const known = line.trim();
    if (known === end) return undefined;
    if (known.startsWith(end) && /\w/u.test(known[end.length]!)) whole ??= known;
  }
  whole ??= longerWord(word, `${source}\n${written.slice(0, written.length - word.length)}`);
  return whole === undefined ? undefined : { end, whole };
}

function lastWord(line: string): string {
  let start = line.length;
  while (start > 0 && /[\p{L}\p{N}_$]/u.test(line[start - 1]!)) start -= 1;
  return line.slice(start);
}

function cutMarker(end: string, word: string): CutLine | undefined {
  const said = word.toLowerCase();
  if (said === "" || markerWords.has(said)) return undefined;
  const whole = [...markerWords].find((one) => one.startsWith(said));
  return whole === undefined ? undefined : { end, whole };
}

/** The first word that begins with this one, where no text has the word itself. */
function longerWord(word: string, text: string): string | undefined {
  if (word.length < shortestWord) return undefined;
  let longer: string | undefined;
  for (const [known] of text.matchAll(namesWithin)) {
    if (known === word) return undefined;
    if (known.startsWith(word)) longer ??= known;
  }
  return longer;
}
