const [newline, backslash] = [10, 92];
const lineEnds: ReadonlySet<number> = new Set([10, 13, 0x2028, 0x2029]);

/**
 * A text without the string literals in it, quotes included. A string ends on its own line; a quote that nothing closes is
 * kept. Time is linear: the end of every possible string is known before the text is read.
 */
export function withoutStrings(text: string): string {
  const ends = new Map(["'", '"'].map((quote) => [quote.charCodeAt(0), closings(text, quote)]));
  let result = "";
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const end = ends.get(text.charCodeAt(at))?.[at + 1] ?? -1;
    if (end < 0) continue;
    result += text.slice(from, at);
    from = end + 1;
    at = end;
  }
  return result + text.slice(from);
}

/** Per position: where a string ends whose content is read from there on; -1 = on this line nowhere. */
function closings(text: string, quote: string): Int32Array {
  const ends = new Int32Array(text.length + 2).fill(-1);
  const closing = quote.charCodeAt(0);
  for (let at = text.length - 1; at >= 0; at--) {
    const code = text.charCodeAt(at);
    if (code === closing) ends[at] = at;
    else if (code === backslash)
      ends[at] = lineEnds.has(text.charCodeAt(at + 1)) ? -1 : ends[at + 2]!;
    else if (code !== newline) ends[at] = ends[at + 1]!;
  }
  return ends;
}
