import { isCodeFile } from "./language.ts";
import { pathIn } from "./paths.ts";

const inCode = /`[^`]*`/g;

/**
 * Whether a line is a sentence and nothing that code or data is: it begins with a capital (or a letter of a script
 * without capitals), continues in words, and ends as sentences and headings of replies end.
 */
export function isSentence(line: string): boolean {
  const text = line.trim().replace(inCode, "x").replace(/\*\*/g, "");
  if (!/^["'“‘(¡¿]?[\p{Lu}\p{Lo}]/u.test(text) || !/[.:!?…。：！？)]$/u.test(text)) return false;
  if (/[;{}=<>[\]\\|$@#]|\w\(|::|\/\//u.test(text)) return false;
  const words = text.split(/\s+/u).filter((word) => /\p{L}/u.test(word));
  const isWordy = words.filter((word) =>
    /^[("'“‘¡¿]?\p{L}[\p{L}\p{M}'’-]*[.,:;!?…)"'”’]*$/u.test(word),
  );
  if (/\p{Lo}{6}/u.test(text)) return true;
  // Most of it is plain words, one of them in small letters: `SELECT A FROM B.` and `A: b.` are not.
  const small = words.some((word) => /^\p{Ll}[\p{Ll}'’]+[.,:!?]*$/u.test(word));
  return words.length >= 3 && small && isWordy.length * 4 >= words.length * 3;
}

/** Whether a line may be next to a code block in a reply: any line but those that begin or end as only code does. */
export function mayBeAround(line: string): boolean {
  const text = line.replace(inCode, "x");
  if (text.trim() === "" || pathIn(line) !== undefined || isSentence(line)) return true;
  if (/[;{}]\s*$/.test(text)) return false;
  return !/^(?:\t| {4,})[^\s\-*+\d]/.test(text);
}

/** Whether a line of prose names this file (true) or quotes the name of another one (false); undefined if neither. */
export function namesFile(line: string, isFile: (path: string) => boolean): boolean | undefined {
  const isPath = (word: string): boolean => /[./\\]/.test(word) && pathIn(word) === word;
  const words = line.split(/[\s,;()`*"']+/).map((word) => word.replace(/(?<![.:!?])[.:!?]+$/, ""));
  if (words.some((word) => isPath(word) && isFile(word))) return true;
  const quoted = [...line.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*/g)].map((m) => m[1] ?? m[2]!);
  const isOther = (word: string): boolean =>
    isPath(word) && (isCodeFile(word) || /\.(?:md|txt)$/i.test(word));
  return quoted.some(isOther) ? false : undefined;
}
