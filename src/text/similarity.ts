/** A line's words and signs, each sign by itself. */
export function lexemesOf(line: string): string[] {
  return line.match(/\w+|[^\w\s]/g) ?? [];
}

/** Share of the words and signs that two lines have in common, 0 to 1 (Dice coefficient); 1 for two blank lines. */
export function similarity(a: string, b: string): number {
  if (a === b) return 1;
  return similarityOf(lexemesOf(a), lexemesOf(b));
}

/** `similarity` of lines that are cut into words already. */
export function similarityOf(first: readonly string[], second: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const word of first) counts.set(word, (counts.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of second) {
    const left = counts.get(word) ?? 0;
    if (left > 0) {
      common++;
      counts.set(word, left - 1);
    }
  }
  return first.length + second.length === 0 ? 1 : (2 * common) / (first.length + second.length);
}

/** Pairs of neighbouring characters of a text, hashed to a set of 128 bits. */
export type Signature = readonly [number, number, number, number];

export function signatureOf(text: string): Signature {
  const bits: [number, number, number, number] = [0, 0, 0, 0];
  for (let index = 0; index + 1 < text.length; index++) {
    const hash = (text.charCodeAt(index) * 31 + text.charCodeAt(index + 1)) * 0x9e3779b1;
    const bit = (hash >>> 7) & 127;
    bits[bit >> 5]! |= 1 << (bit & 31);
  }
  return bits;
}

/**
 * Dice coefficient of two signatures, 0 to 1. Unlike `similarity` it looks at characters, costs a few instructions
 * however long the lines are, and is an estimate: different pairs may share a bit.
 */
export function signatureSimilarity(a: Signature, b: Signature): number {
  let common = 0;
  let all = 0;
  for (let index = 0; index < 4; index++) {
    common += ones(a[index]! & b[index]!);
    all += ones(a[index]!) + ones(b[index]!);
  }
  return all === 0 ? 0 : (2 * common) / all;
}

/** The number of bits that are set. */
function ones(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
