import { commentBody, ellipses, ellipsis } from "../text/comments.ts";

export { removalOf } from "../text/comments.ts";

const wholeEllipsis = new RegExp(`^[\\[(<{]?\\s*${ellipsis}\\s*[\\])>}]?$`, "u");
const opensWithEllipsis = new RegExp(`^[\\[(<{]?\\s*${ellipsis}`, "u");
const closesWithEllipsis = new RegExp(`${ellipsis}\\s*[\\])>}]?$`, "u");

/** Every marker that is more than an ellipsis has one of these words. */
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

/** An ellipsis, separate from the words after it, in any language: `// ... il resto`, not `// ...and so on`. */
const leads = new RegExp(
  `^[\\[(<{]?\\s*${ellipsis}[\\])>}]?(?:[\\s([{<（【「]|(?=\\p{Lo}))(?![=+*/|&<>?]|[-.]\\s)[^;={}]*$`,
  "u",
);

/** Whether a line says "source lines are left out here": `// ... existing code ...`, `# rest unchanged`, `...`. */
export function isElision(line: string): boolean {
  if (isSureElision(line)) return true;
  const body = line.length > 160 ? undefined : commentBody(line);
  return body !== undefined && leads.test(body);
}

/**
 * Whether the marker only continues the sentence of the comment above it: `// first the cache,` before
 * `// ... then the disk`.
 */
export function continuesSentence(line: string, above: string | undefined): boolean {
  if (above === undefined || isSureElision(line)) return false;
  const opens = (text: string): string =>
    /^\s*\W*/u.exec(text)![0].replace(/(?<![.…\s])[.…\s]+$/u, "");
  const body = commentBody(above);
  return body !== undefined && body !== "" && !isElision(above) && opens(above) === opens(line);
}

/** A marker that says so by its words, or is an ellipsis and nothing else. */
function isSureElision(line: string): boolean {
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
