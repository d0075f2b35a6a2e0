/** Comments of all languages, line by line. Read from the line alone: a hint, not a parse. */

/** How comments open and close in the languages people edit; the longest opener that fits is taken. */
const commentForms: readonly (readonly [string, string])[] = [
  ["{{/*", "*/}}"],
  ["{{!--", "--}}"],
  ["{{--", "--}}"],
  ["<%--", "--%>"],
  ["<#--", "-->"],
  ["@*", "*@"],
  ["#=", "=#"],
  ["#|", "|#"],
  ["<!--", "-->"],
  ["{/*", "*/}"],
  ["/**", "*/"],
  ["/*", "*/"],
  ["(*", "*)"],
  ["{-", "-}"],
  ["{#", "#}"],
  ["--[[", "]]"],
  ['"""', '"""'],
  ["'''", "'''"],
  ["///", ""],
  ["//", ""],
  ["##", ""],
  ["#", ""],
  ["--", ""],
  [";;", ""],
  [";", ""],
  ["%", ""],
  ["!", ""],
  ["REM ", ""],
  ["@REM ", ""],
  ["::", ""],
  ["dnl ", ""],
  ["'", ""],
];

/** How an ellipsis is written, as the source of a pattern. */
export const ellipsis: string = String.raw`(?:\.\s?\.\s?\.+|…+|⋯+|⋮+)`;
export const ellipses: RegExp = new RegExp(ellipsis, "gu");

/** The words of a comment without its syntax, or undefined if the line is not one whole comment. */
export function commentBody(line: string): string | undefined {
  const text = line.trim();
  for (const [open, close] of commentForms) {
    if (!text.startsWith(open)) continue;
    if (close === "") return text.slice(open.length).trim();
    if (text.length >= open.length + close.length && text.endsWith(close)) {
      return text.slice(open.length, text.length - close.length).trim();
    }
  }
  return undefined;
}

/**
 * Whether a line is nothing but a comment, or is of one over several lines. Marks that code uses too (`#`, `--`, `;`,
 * `%`) count only with a blank behind them.
 */
export function isComment(line: string): boolean {
  const text = line.trim();
  if (
    /^(?:\/\/|\/\*|\*\/|\*\s|\*$|<!--|\{\/\*|\{\{!--|\{\{\/\*|\{\{--|<%--|<#--|@\*|\(\*|\{-|\{#|--\[\[|#=|#\|)/.test(
      text,
    )
  ) {
    return true;
  }
  if (/^(?:##*|--+|;+|%+|!|::|@?REM|dnl|"|')(?:\s|$)/i.test(text)) return true;
  return /^(?:"""|''').*(?:"""|''')$/.test(text) && text.length >= 6;
}

const removalVerb = "removed|deleted|dropped|no longer needed";

/**
 * What a comment says was removed, as in `// removed foo()` or `# foo was deleted`. Empty if it does not say what;
 * undefined if the line is no such comment.
 */
export function removalOf(line: string): string | undefined {
  const body = commentBody(line);
  if (body === undefined || body.length > 160) return undefined;
  const text = body
    .replace(ellipses, " ")
    .replace(/^[[(](.*)[\])]$/u, "$1")
    .trim();
  const leading = new RegExp(`^(?:${removalVerb}|removing|deleting)\\b[\\s:\\-–]*(.*)$`, "iu").exec(
    text,
  );
  if (leading) return withoutCommonWords(leading[1]!);
  const trailing = new RegExp(
    `^(.*?)[\\s:\\-–]*\\b(?:(?:was|were|has been|have been|is|are)\\s+)?(?:now\\s+)?(?:${removalVerb})(?:\\s+(?:here|from here))?[.!]?$`,
    "iu",
  ).exec(text);
  if (trailing && trailing[1]!.split(/\s+/u).length <= 6) return withoutCommonWords(trailing[1]!);
  return undefined;
}

/** Words that name nothing are no name. */
function withoutCommonWords(what: string): string {
  const text = what.trim();
  return /^(?:this|these|that|here|code|the code|this code|lines?|old code|unused code)?$/iu.test(
    text,
  )
    ? ""
    : text;
}
