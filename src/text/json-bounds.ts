const quoteSign = 0x22;
const backslash = 0x5c;

export interface JsonBounds {
  /** How deep arrays and objects may be nested. */
  readonly depth: number;
  /** How many values there may be, keys counted. */
  readonly values: number;
}

/** Far more than any request of this program has. */
export const requestBounds: JsonBounds = { depth: 64, values: 250_000 };

/**
 * Why JSON text, in UTF-8, should not be parsed, or undefined if only its strings can be large. Nested arrays and millions of small
 * values take a hundred times their size in memory, and seconds, so they are counted first. Does not check that it is JSON.
 */
export function beyondBounds(bytes: Uint8Array, bounds: JsonBounds): string | undefined {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (byte === quoteSign) {
      at = stringEnd(bytes, at + 1);
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      values += 1;
      if (depth > bounds.depth) return `it is nested more than ${bounds.depth} deep`;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    else if (byte === 0x2c || byte === 0x3a) values += 1;
    if (values > bounds.values) return `it has more than ${bounds.values} values`;
  }
  return undefined;
}

/** The end of the string that begins at `from`: the index of its closing quote, or the length of the text. */
function stringEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; ; ) {
    const end = bytes.indexOf(quoteSign, at);
    if (end < 0) return bytes.length;
    let before = end;
    while (before > from && bytes[before - 1] === backslash) before -= 1;
    if ((end - before) % 2 === 0) return end;
    at = end + 1;
  }
}
