/** Words of many languages that make no line tell a place: they are alone on lines everywhere. */
const keywords = new Set(
  (
    "begin break catch continue default do done else elif elsif end endif ensure esac except false fi finally " +
    "if in loop nil none null return self super switch then this true try undefined void while with pass"
  ).split(" "),
);

/** A closing tag alone on its line, as a lone brace. */
const closingTag = /^\s*<\/[^\s<>]*>[\s;,)}\]]*$/;

/**
 * Whether a line can tell a place: it has a word that is no bare keyword. Blank lines, braces, closing tags, `end`,
 * `else`, `return this;` do not.
 */
export function isDistinctive(text: string): boolean {
  if (closingTag.test(text)) return false;
  for (const [word] of text.matchAll(/[\p{L}\p{N}_$]+/gu)) {
    if (!keywords.has(word.toLowerCase())) return true;
  }
  return false;
}
