/** How comments open and close in the languages people edit; the longest opener that fits is taken. */
const commentForms: readonly (readonly [string, string])[] = [
  ["{{/*", "*/}}"],
  ["{{!--", "--}}"],
  ["<%--", "--%>"],
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
  ["'", ""],
];

const ellipsis = String.raw`(?:\.\s?\.\s?\.+|…+|⋯+|⋮+)`;
const wholeEllipsis = new RegExp(`^[\\[(<{]?\\s*${ellipsis}\\s*[\\])>}]?$`, "u");
const opensWithEllipsis = new RegExp(`^[\\[(<{]?\\s*${ellipsis}`, "u");
const closesWithEllipsis = new RegExp(`${ellipsis}\\s*[\\])>}]?$`, "u");
const ellipses = new RegExp(ellipsis, "gu");

/** Words of which one stands in every marker that is more than an ellipsis. */
const elisionWords =
  /\b(?:existing|rest|remain(?:s|ing|der)?|other|unchanged|unmodified|untouched|omitted|elided|same|previous|original|keep|skip(?:ped)?|snip|truncated|code|imports?|methods?|functions?|fields?|as before|as is|no changes?)\b/iu;

/** Markers without an ellipsis have to say all of it, or they are comments like any other. */
const spokenMarkers: readonly RegExp[] = [
  /^(?:the )?(?:existing|remaining|unchanged|previous|original)(?: \w+){0,2} (?:code|file|implementation|logic|content|contents|methods?|functions?|imports?|lines?|body|class|members?|fields?|tests?|routes?)(?: (?:here|unchanged|(?:remains?|stays?) (?:the same|unchanged|as is)|goes here|above|below|omitted))?$/iu,
  /^(?:the )?(?:existing|remaining|unchanged|previous|original) (?:code|file|implementation|logic|contents?|methods?|functions?|imports?|lines?|body|class|members?|fields?|tests?|routes?)(?: (?:here|unchanged|(?:remains?|stays?) (?:the same|unchanged|as is)|goes here|above|below|omitted))?$/iu,
  /^(?:keep |leave )?(?:the )?(?:rest|remainder)(?: of (?:the |this |your )?(?:\w+ ){0,2}\w+)?(?: (?:is |are )?(?:unchanged|untouched|the same|as before|as is|omitted|here)| (?:remains?|stays?) (?:the same|unchanged|as is|as before))?$/iu,
  /^(?:keep|leave|same as|retain) (?:the |all |everything )?(?:existing|rest|remaining|other|before|above|original|unchanged)(?: \w+){0,3}$/iu,
  /^(?:code |lines? |everything (?:else )?)?(?:is |are |remains? |stays? )?(?:unchanged|no changes?|omitted(?: for brevity)?|same as (?:before|above|original))(?: (?:code|here|above|below))?$/iu,
  /^other (?:code|methods?|functions?|imports?|fields?|members?|tests?|routes?)(?: (?:here|unchanged|(?:remains?|stays?) (?:the same|unchanged)))?$/iu,
  /^(?:no changes?|unchanged)(?: (?:here|below|above|to (?:the )?\w+(?: \w+)?))?$/iu,
  /^snip(?:ped)?$/iu,
];

/** The words of a comment without its syntax; undefined = the line is not one whole comment. */
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

/** Whether a line says "source lines are left out here": `// ... existing code ...`, `# rest unchanged`, `...`. */
export function isElision(line: string): boolean {
  const text = line.trim();
  if (text === "" || text.length > 160) return false;
  if (wholeEllipsis.test(text)) return true;
  const body = commentBody(text);
  if (body === undefined) return isBareMarker(text);
  if (wholeEllipsis.test(body)) return true;
  const opens = opensWithEllipsis.test(body);
  const closes = closesWithEllipsis.test(body);
  if (opens && closes) return true;
  const words = body
    .replace(ellipses, " ")
    .replace(/[()[\]<>{}*:.,\-–—=~_#]/gu, " ")
    .replace(/\s+/gu, " ")
    .trim();
  if ((opens || closes) && words.length <= 80 && elisionWords.test(words)) {
    return opens || spokenMarkers.some((marker) => marker.test(words));
  }
  return spokenMarkers.some((marker) => marker.test(words));
}

/** Without comment syntax only an ellipsis at the start, or brackets around, makes a marker of words. */
function isBareMarker(text: string): boolean {
  const inner = /^[[(<{](.*)[\])>}]$/u.exec(text)?.[1]?.trim();
  const words = (inner ?? text).replace(ellipses, " ").replace(/\s+/gu, " ").trim();
  if (/[;={}()"'`]/u.test(words)) return false;
  if (inner === undefined) return opensWithEllipsis.test(text) && elisionWords.test(words);
  return spokenMarkers.some((marker) => marker.test(words)) && /\s/u.test(words);
}

const removalVerb = "removed|deleted|dropped|no longer needed";

/**
 * What a comment says was removed, as in `// removed foo()` or `# foo was deleted`; empty when it only
 * says that something was; undefined = the line is no such comment.
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
  if (leading) return bare(leading[1]!);
  const trailing = new RegExp(
    `^(.*?)[\\s:\\-–]*\\b(?:(?:was|were|has been|have been|is|are)\\s+)?(?:now\\s+)?(?:${removalVerb})(?:\\s+(?:here|from here))?[.!]?$`,
    "iu",
  ).exec(text);
  if (trailing && trailing[1]!.split(/\s+/u).length <= 6) return bare(trailing[1]!);
  return undefined;
}

/** Words that name nothing are no name. */
function bare(what: string): string {
  const text = what.trim();
  return /^(?:this|these|that|here|code|the code|this code|lines?|old code|unused code)?$/iu.test(
    text,
  )
    ? ""
    : text;
}
