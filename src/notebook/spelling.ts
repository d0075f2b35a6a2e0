/** How a notebook writes the characters of its strings. */
export interface Spelling {
  /** A text as a JSON string, quotes included. */
  readonly quote: (text: string) => string;
}

/**
 * Learns the spelling from the strings that are there: which escape represents a character (`\u00e9` or `\u00E9`, `\/` or `/`),
 * and whether characters beyond ASCII are escaped at all.
 */
export function spellingOf(json: string): Spelling {
  const escapes = new Map<string, string>();
  const bare = new Set<string>();
  let wideEscaped = false;
  let wideBare = false;
  let capitals = false;
  for (const [, string] of json.matchAll(/"((?:[^"\\]|\\.)*)"/gs)) {
    for (const [unit] of string!.matchAll(/\\u[0-9a-fA-F]{4}|\\.|[^\\]/gs)) {
      if (unit.length === 1) {
        if (unit > "\x7f") wideBare = true;
        else if (unit === "/" || unit === "<" || unit === ">" || unit === "&" || unit === "'")
          bare.add(unit);
        continue;
      }
      const character = JSON.parse(`"${unit}"`) as string;
      if (character > "\x7f") wideEscaped = true;
      if (/[A-F]/.test(unit.slice(2))) capitals = true;
      escapes.set(character, unit);
    }
  }
  const unicode = (character: string): string => {
    const digits = character.charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${capitals ? digits.toUpperCase() : digits}`;
  };
  const spell = (character: string): string => {
    const usual = JSON.stringify(character).slice(1, -1);
    if (usual !== character) return escapes.get(character) ?? usual;
    if (character > "\x7f") return wideEscaped && !wideBare ? unicode(character) : character;
    return bare.has(character) ? character : (escapes.get(character) ?? character);
  };
  return {
    quote: (text) => {
      let result = "";
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        // Half of a surrogate pair alone is no character; the pair itself needs no escape.
        const isPair =
          code >= 0xd800 && code <= 0xdbff && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
        if (isPair && !(wideEscaped && !wideBare)) result += text[at]! + text[++at]!;
        else result += spell(text[at]!);
      }
      return `"${result}"`;
    },
  };
}
