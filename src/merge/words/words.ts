import { indentOf } from "../../text/indent.ts";
import { hasWords } from "../../text/words.ts";
/** A word, a number or a single sign of a line, and the blanks before it. */
export interface Word {
  /** As it is written. */
  readonly text: string;
  /** With typography made plain: what two spellings of the same word have in common. */
  readonly plain: string;
  readonly before: string;
}

/** A line cut into words; `before` of the first word follows the indentation, which is not included. */
export interface Words {
  readonly words: readonly Word[];
  /** Blanks behind the last word. */
  readonly after: string;
}

const blankPattern = String.raw`[\s\u00AD\u200B-\u200D\u2060]`;
const inWord = String.raw`[\p{L}\p{N}\p{M}_\u00AD\u200B-\u200D\u2060\uFEFF]`;
const ideograph = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]`;
// Ideographs have no blanks between them, so each is a word of its own.
const wordOrSign = String.raw`\.\.\.|…|${ideograph}\p{M}*|(?:(?!${ideograph})[\p{L}\p{N}_])(?:(?!${ideograph})${inWord})*|\P{M}\p{M}*|\p{M}`;
const wordPattern = new RegExp(`(${blankPattern}*)(${wordOrSign})`, "gu");
const trailing = new RegExp(`(?<!${blankPattern})${blankPattern}*$`, "u");
const reference = "&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});";
const entityPattern = new RegExp(`((?:&nbsp;|${blankPattern})*)(${reference}|${wordOrSign})`, "gu");

/** Cuts a line into words. `entities`: character references are read as their characters. */
export function wordsOf(line: string, entities = false): Words {
  const text = line.slice(0, line.length - trailing.exec(line)![0].length);
  const found = text.slice(indentOf(text).length).matchAll(entities ? entityPattern : wordPattern);
  const words = [...found].map((match): Word => {
    const [, before, word] = match as unknown as [string, string, string];
    return { text: word, plain: plainWord(word, entities), before };
  });
  return { words, after: line.slice(text.length) };
}

const signForms: readonly (readonly [RegExp, string])[] = [
  [/^[\u2018-\u201B\u2032\u2039\u203A\u00B4\u02BC]$/u, "'"],
  [/^[\u201C-\u201F\u2033\u00AB\u00BB]$/u, '"'],
  [/^[\u2010-\u2015\u2212]$/u, "-"],
  [/^\u2026$/u, "..."],
];

/** Quotes, dashes, full-width signs and composed letters in one form. Two plain characters are never the same. */
function plainWord(word: string, entities: boolean): string {
  const char = entities ? decodedReference(word) : word;
  for (const [look, plain] of signForms) if (look.test(char)) return plain;
  if (/^[\uFF01-\uFF5E]$/u.test(char) && !hasWords(char))
    return String.fromCharCode(char.charCodeAt(0) - 0xfee0);
  return char.normalize("NFC").replace(/[\u00AD\u200B-\u200D\u2060\uFEFF]/gu, "");
}

const namedReferences: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function decodedReference(word: string): string {
  if (word.length < 3 || !word.startsWith("&") || !word.endsWith(";")) return word;
  const name = word.slice(1, -1);
  if (!name.startsWith("#")) return namedReferences[name] ?? word;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : word;
}

const blanks = new RegExp(`(?:&nbsp;|${blankPattern})+`, "gu");
const isPlainLine = (line: string): boolean =>
  /^[\t -~]*$/.test(line) && !(line.includes("&") && /&[a-z#]\w*;/i.test(line));

/** A key that lines of the same words share; lines that share it need not have the same words. */
export function roughKey(line: string): string {
  if (isPlainLine(line)) return line.replace(/[\t ]+/g, "");
  const { words } = wordsOf(line.replace(blanks, ""), true);
  return words.map(({ plain }) => plain).join("");
}

/**
 * Returns the source line cut into the same words as the edit's line, typography and blanks aside, or undefined if a word, a
 * number or a sign differs. Where the source writes characters as references (`&amp;`), the edit may have the characters.
 */
export function alike(edit: string, source: string): Words | undefined {
  const { words } = wordsOf(edit);
  for (const entities of [false, true]) {
    if (entities && !source.includes("&")) break;
    const other = wordsOf(source, entities);
    if (
      other.words.length === words.length &&
      other.words.every(({ plain }, i) => plain === words[i]!.plain)
    )
      return other;
  }
  return undefined;
}
