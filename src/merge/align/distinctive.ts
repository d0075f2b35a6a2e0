/** Words of many languages that are alone on lines everywhere, so they do not make a line distinctive. */
const keywords = new Set(
  (
    "begin break catch continue default do done else elif elsif end endif ensure esac except false fi finally " +
    "if in loop nil none null return self super switch then this true try undefined void while with pass"
  ).split(" "),
);

/** A closing tag alone on its line, as a lone brace. */
const closingTag = /^\s*<\/[^\s<>]*>[\s;,)}\]]*$/;

/**
 * Whether a line can identify a place: it has a word that is not a keyword alone on lines everywhere. Blank lines,
 * braces, closing tags, `end`, `else` and `return this;` are not distinctive.
 */
export function isDistinctive(text: string): boolean {
  if (closingTag.test(text)) return false;
  for (const [word] of text.matchAll(/[\p{L}\p{N}_$]+/gu)) {
    if (!keywords.has(word.toLowerCase())) return true;
  }
  return false;
}
