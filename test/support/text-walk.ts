import type { DocumentEdit } from "../../src/session/text-edits.ts";

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pieces = [
  "return",
  " value",
  " ",
  "  ",
  "\t",
  "\n",
  "\n\n",
  "\r\n",
  "    ",
  "x",
  "1",
  "42",
  "(",
  ");",
  "{ ",
  " }",
  "don't",
  "é",
  "日本",
  "👍",
  "\ud83d",
  "<|im_end|>",
  "self",
  "def ",
  " a b c ",
  ",",
  "'s",
  "===",
];

/** What a random edit inserts: words, blanks, line ends, other scripts, halves of characters. */
export function randomText(random: () => number, most: number): string {
  const count = Math.floor(random() * (most + 1));
  return Array.from({ length: count }, () => pieces[Math.floor(random() * pieces.length)]!).join(
    "",
  );
}

/** One to four edits, sorted and apart; texts neither grow nor shrink for long. */
export function randomEdits(
  random: () => number,
  text: string,
  usualLength: number,
): DocumentEdit[] {
  const count = random() < 0.7 ? 1 : 1 + Math.floor(random() * 4);
  const most = text.length > usualLength ? 40 : 12;
  const cuts = Array.from({ length: count }, () => Math.floor(random() * (text.length + 1))).sort(
    (a, b) => a - b,
  );
  let last = 0;
  return cuts.flatMap((cut) => {
    const start = Math.max(cut, last);
    const end = Math.min(text.length, start + Math.floor(random() * random() * most));
    last = end;
    return [{ start, end, text: randomText(random, text.length > usualLength ? 2 : 6) }];
  });
}
