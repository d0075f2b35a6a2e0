import { equalPairs } from "../../text/line-pairs.ts";
import { hasWords } from "../../text/words.ts";
import { alike, type Word, type Words, wordsOf } from "./words.ts";

/** A removed line as the edit has it, and the source line that it matches. */
export interface OldLine {
  readonly edit: string;
  readonly source: string;
}

/** A new line with the source's spelling of what it repeats. */
export interface CarriedLine {
  /** Without indentation. */
  readonly text: string;
  /** The old line of which it repeats the most words; -1 = none. */
  readonly from: number;
}

interface Item extends Word {
  readonly line: number;
  readonly first: boolean;
  /** The source's word and blanks; the edit's own for new lines. */
  readonly source: Word;
}

/** Items with no blank between them, by their first and last index. */
interface WordChunk {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Merges by words: what an edit changes between its old and new lines, applied to the source's spelling of the old lines.
 * What a new line repeats of the old ones is written as the source has it, what it changes as the edit has it. Returns
 * undefined if a change touches characters in which old and source differ, so that neither spelling is right.
 *
 * Example: old `It's "main".`, source `It’s “main”.`, new `It's "main" here.` -> `It’s “main” here.`
 */
export function carryWords(
  olds: readonly OldLine[],
  news: readonly string[],
): CarriedLine[] | undefined {
  const old: Item[] = [];
  const tails: { edit: string; source: string }[] = [];
  for (const [line, { edit, source }] of olds.entries()) {
    const mine = wordsOf(edit);
    // Lines that are equal but for blanks around them have the same words.
    const theirs = alike(edit, source) ?? mine;
    mine.words.forEach((word, i) => {
      old.push({ ...word, line, first: i === 0, source: theirs.words[i]! });
    });
    tails.push({ edit: mine.after, source: theirs.after });
  }
  const lines = news.map((line) => wordsOf(line));
  const newItems = lines.flatMap(({ words }, line) =>
    words.map((word, i): Item => ({ ...word, line, first: i === 0, source: word })),
  );
  const paired = pairItems(old, newItems);
  if (paired === undefined) return undefined;
  const held = withoutChance(old, newItems, paired);
  return isTouched(old, newItems, held)
    ? undefined
    : writtenWords(old, newItems, held, lines, tails);
}

/**
 * Signs are the same in every line: outside repeated chunks they count as repeated only if the new line has half of the
 * words of the old one, or of its own if it is shorter. A line that is newly written has its own quotes.
 */
function withoutChance(old: readonly Item[], newItems: readonly Item[], pairing: Pairing): Pairing {
  const key = (from: number, to: number): string => `${from}:${to}`;
  const common = new Map<string, number>();
  for (const [j, item] of newItems.entries()) {
    const from = old[pairing.of[j]!];
    if (!from || !hasWords(item.plain)) continue;
    const pair = key(from.line, item.line);
    common.set(pair, (common.get(pair) ?? 0) + 1);
  }
  const [oldWords, newWords] = [wordsPerLine(old), wordsPerLine(newItems)];
  const of = pairing.of.map((at, j) => {
    if (at < 0 || hasWords(newItems[j]!.plain) || pairing.whole[j] === 2) return at;
    const [from, to] = [old[at]!.line, newItems[j]!.line];
    const words = Math.min(oldWords.get(from) ?? 0, newWords.get(to) ?? 0);
    return 2 * (common.get(key(from, to)) ?? 0) >= words ? at : -1;
  });
  return { of, whole: pairing.whole };
}

function wordsPerLine(items: readonly Item[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { line, plain } of items)
    if (hasWords(plain)) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

interface Pairing {
  /** Per new item the old one that it repeats, or -1. */
  readonly of: Int32Array;
  /** Per new item: 1 if its whole chunk is repeated, 2 if that chunk has words, or is in a repeated start or end that has. */
  readonly whole: Uint8Array;
}

/** Pairs whole chunks first, so that a quoted word stays in one piece, then single words and signs between them. */
function pairItems(old: readonly Item[], newItems: readonly Item[]): Pairing | undefined {
  const of = new Int32Array(newItems.length).fill(-1);
  const whole = new Uint8Array(newItems.length);
  const a = wordChunks(old);
  const b = wordChunks(newItems);
  const texts = (chunks: readonly WordChunk[]): string[] => chunks.map(({ text }) => text);
  const { pairs: anchors, isWhole } = equalPairs(texts(a), texts(b));
  if (!isWhole) return undefined;
  const wordedEnds = endsWithWords(a, b, anchors);
  let [i, j] = [0, 0];
  for (const [atA, atB] of [...anchors, [a.length, b.length] as const]) {
    const oldTexts = itemsOf(old, a.slice(i, atA));
    const newTexts = itemsOf(newItems, b.slice(j, atB));
    const [fromOld, fromNew] = [a[i]?.start ?? 0, b[j]?.start ?? 0];
    const { pairs, isWhole } = equalPairs(oldTexts, newTexts);
    if (!isWhole) return undefined;
    for (const [x, y] of pairs) of[fromNew + y] = fromOld + x;
    if (atA < a.length) {
      const [one, other] = [a[atA]!, b[atB]!];
      for (let n = 0; other.start + n < other.end; n++) {
        of[other.start + n] = one.start + n;
        whole[other.start + n] = hasWords(other.text) || wordedEnds.has(atB) ? 2 : 1;
      }
    }
    i = atA + 1;
    j = atB + 1;
  }
  return { of, whole };
}

/** The new chunks of the start and of the end that both sides share, if these have words. */
function endsWithWords(
  a: readonly WordChunk[],
  b: readonly WordChunk[],
  anchors: readonly (readonly [number, number])[],
): Set<number> {
  const head = anchors.filter(([i, j], n) => i === n && j === n);
  const tail = anchors.filter(([i, j], n) => {
    const rest = anchors.length - n;
    return i === a.length - rest && j === b.length - rest;
  });
  const worded = [head, tail].filter((end) => end.some(([i]) => hasWords(a[i]!.text)));
  return new Set(worded.flat().map(([, j]) => j));
}

const itemsOf = (items: readonly Item[], chunks: readonly WordChunk[]): string[] =>
  chunks.length === 0
    ? []
    : items.slice(chunks[0]!.start, chunks.at(-1)!.end).map(({ text }) => text);

function wordChunks(items: readonly Item[]): WordChunk[] {
  const chunks: WordChunk[] = [];
  let start = 0;
  for (let i = 1; i <= items.length; i++) {
    const next = items[i];
    if (next && !next.first && next.before === "") continue;
    const text = items.slice(start, i).reduce((sum, item) => sum + item.text, "");
    chunks.push({ start, end: i, text });
    start = i;
  }
  return chunks;
}

/**
 * Quotes that the source writes in another way belong in pairs: where a new line repeats one of a pair and brings the
 * other, or brings more characters of a kind that the source writes as references, no spelling is right.
 */
function isTouched(old: readonly Item[], newItems: readonly Item[], { of }: Pairing): boolean {
  const respelled = new Set(
    old.filter((item) => item.text !== item.source.text).map((item) => item.plain),
  );
  const references = new Set(
    old.filter(({ source }) => /^&.+;$/u.test(source.text)).map((item) => item.plain),
  );
  if (newItems.some(({ plain }, j) => of[j] === -1 && references.has(plain))) return true;
  for (const quote of ['"', "'"]) {
    if (!respelled.has(quote)) continue;
    const isKept = (j: number): boolean => {
      const item = old[of[j]!];
      return item !== undefined && item.text !== item.source.text;
    };
    let open: number | undefined;
    for (const [j, item] of newItems.entries()) {
      if (item.plain !== quote || isApostrophe(newItems, j)) continue;
      if (open === undefined || newItems[open]!.line !== item.line) open = j;
      else {
        if (isKept(open) !== isKept(j)) return true;
        open = undefined;
      }
    }
  }
  return false;
}

/** Inside a word: `don't`. */
function isApostrophe(items: readonly Item[], j: number): boolean {
  const joins = (item: Item | undefined): boolean => item?.before === "" && !item.first;
  const [above, mark, next] = [items[j - 1], items[j]!, items[j + 1]];
  if (mark.plain !== "'" || !joins(mark) || !joins(next)) return false;
  return hasWords(above!.plain) && hasWords(next!.plain);
}

function writtenWords(
  old: readonly Item[],
  newItems: readonly Item[],
  pairing: Pairing,
  lines: readonly Words[],
  tails: readonly { edit: string; source: string }[],
): CarriedLine[] {
  const { of } = pairing;
  const blanks = blanksOf(old, newItems, pairing);
  let j = 0;
  return lines.map(({ words, after }): CarriedLine => {
    let text = "";
    const votes = new Map<number, number>();
    for (let n = 0; n < words.length; n++, j++) {
      const from = old[of[j]!];
      text += blanks[j]! + (from?.source.text ?? newItems[j]!.text);
      if (from) votes.set(from.line, (votes.get(from.line) ?? 0) + 1);
    }
    const last = of[j - 1] ?? -1;
    const tail =
      words.length > 0 && last >= 0 && (old[last + 1]?.first ?? true)
        ? tails[old[last]!.line]
        : undefined;
    const [best] = [...votes].sort(([, a], [, b]) => b - a);
    return { text: text + (tail?.edit === after ? tail.source : after), from: best?.[0] ?? -1 };
  });
}

/** The blanks before each new item: the source's where the new line has those of the old one. */
function blanksOf(old: readonly Item[], newItems: readonly Item[], pairing: Pairing): string[] {
  const claimed = new Map<number, number>();
  const blanks = newItems.map(({ before }) => before);
  for (let j = 0; j < newItems.length; j++) {
    const at = blankOf(old, newItems, pairing, j);
    if (at === undefined) continue;
    // Without a blank two words would be one.
    const joins =
      !newItems[j]!.first && hasWords(newItems[j - 1]!.plain) && hasWords(newItems[j]!.plain);
    if (joins && old[at]!.source.before === "" && !isIdeograph(newItems, j)) continue;
    // Words were added at a blank: it stays with a sign that follows it, or else with the word before it.
    const rival = claimed.get(at);
    if (rival !== undefined) {
      if (hasWords(newItems[j]!.plain)) continue;
      blanks[rival] = newItems[rival]!.before;
    }
    claimed.set(at, j);
    blanks[j] = old[at]!.source.before;
  }
  return blanks;
}

/** The old item whose blanks belong before this new one. */
function blankOf(
  old: readonly Item[],
  newItems: readonly Item[],
  { of, whole }: Pairing,
  j: number,
): number | undefined {
  const { first, before, plain } = newItems[j]!;
  const right = of[j]!;
  const left = first ? -1 : of[j - 1]!;
  const fits = (at: number): boolean => {
    const item = old[at];
    if (item === undefined || item.first !== first || item.before !== before) return false;
    if (item.source.before === before) return false;
    // The edit decides the width of blanks beside changed words.
    const certain = whole[j]! > 0 && (first || (left + 1 === right && whole[j - 1]! > 0));
    return certain || !(isOrdinary(before) && isOrdinary(item.source.before));
  };
  const beside = left >= 0 && fits(left + 1) ? left + 1 : undefined;
  // The new lines begin with the blanks that the old ones begin with: a byte order mark.
  const same = right < 0 && j === 0 ? 0 : right;
  const own = same >= 0 && fits(same) ? same : undefined;
  return hasWords(plain) ? (beside ?? own) : (own ?? beside);
}

const ideographs = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const isIdeograph = (newItems: readonly Item[], j: number): boolean =>
  ideographs.test(newItems[j - 1]!.plain) || ideographs.test(newItems[j]!.plain);

const isOrdinary = (blank: string): boolean => /^[ \t]+$/.test(blank);
