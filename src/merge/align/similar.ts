/** Quotes, dashes and blanks that look alike, brought to one form. */
const lookalikes: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201A\u201B\u2032`´]/gu, "'"],
  [/[\u201C\u201D\u201E\u201F\u2033«»]/gu, '"'],
  [/[\u2010-\u2015\u2212]/gu, "-"],
  [/\u2026/gu, "..."],
  [/[\s\u00A0\u200B\u2060\uFEFF]+/gu, ""],
];

/** A line with its blanks taken out and its quotes and dashes made plain. */
export function looseKey(line: string): string {
  let key = line.normalize("NFC");
  for (const [pattern, plain] of lookalikes) key = key.replace(pattern, plain);
  return key;
}

/**
 * Edit distance of two strings (insertion, deletion, substitution, swap of neighbours), or `limit + 1`
 * when it is more than `limit`. Banded: O(limit x length).
 */
export function boundedDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const rows = endA - start;
  const columns = endB - start;
  if (rows === 0 || columns === 0) return Math.min(limit + 1, Math.max(rows, columns));
  const over = limit + 1;
  let before = new Array<number>(columns + 1).fill(over);
  let row = Array.from({ length: columns + 1 }, (_, j) => Math.min(j, over));
  for (let i = 1; i <= rows; i++) {
    const next = new Array<number>(columns + 1).fill(over);
    if (i <= limit) next[0] = i;
    let least = next[0]!;
    const from = Math.max(1, i - limit);
    const to = Math.min(columns, i + limit);
    const ca = a[start + i - 1];
    for (let j = from; j <= to; j++) {
      const cb = b[start + j - 1];
      let value = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (ca === cb ? 0 : 1));
      if (i > 1 && j > 1 && ca === b[start + j - 2] && a[start + i - 2] === cb) {
        value = Math.min(value, before[j - 2]! + 1);
      }
      next[j] = Math.min(value, over);
      least = Math.min(least, next[j]!);
    }
    if (least > limit) return over;
    before = row;
    row = next;
  }
  return Math.min(row[columns]!, over);
}

/** Pairs of neighbouring characters of a key, as a set of 128 bits: for a quick bound on likeness. */
export type Signature = readonly [number, number, number, number];

export function signatureOf(key: string): Signature {
  const bits: [number, number, number, number] = [0, 0, 0, 0];
  for (let index = 0; index + 1 < key.length; index++) {
    const hash = (key.charCodeAt(index) * 31 + key.charCodeAt(index + 1)) * 0x9e3779b1;
    const bit = (hash >>> 7) & 127;
    bits[bit >> 5]! |= 1 << (bit & 31);
  }
  return bits;
}

function ones(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Dice coefficient of two signatures, 0 to 1: of the likeness of long lines an estimate. */
export function likeness(a: Signature, b: Signature): number {
  let common = 0;
  let all = 0;
  for (let index = 0; index < 4; index++) {
    common += ones(a[index]! & b[index]!);
    all += ones(a[index]!) + ones(b[index]!);
  }
  return all === 0 ? 0 : (2 * common) / all;
}
