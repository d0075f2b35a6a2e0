const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** A path as git quotes it if it has special characters: `"a/\303\251.js"` is `a/é.js`. Other paths stay as they are. */
export function unquotedPath(path: string): string {
  const inner = /^"(.*)"$/.exec(path)?.[1];
  return inner === undefined ? path : unescapedPath(inner);
}

/** The inside of a path that git quotes: octal escapes are bytes of its UTF-8. */
export function unescapedPath(inner: string): string {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [part, octal, letter] of inner.matchAll(/\\([0-7]{1,3})|\\(.)|[^\\]+|\\$/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (letter !== undefined)
      bytes.push(...(escapes[letter] ? [escapes[letter]] : encoder.encode(letter)));
    else bytes.push(...encoder.encode(part));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
