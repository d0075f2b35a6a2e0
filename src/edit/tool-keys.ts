/** What an argument of an edit tool is for. `note` says nothing about the text. */
export type KeyKind =
  | "old"
  | "new"
  | "all"
  | "expected"
  | "path"
  | "line"
  | "insert-line"
  | "insert-text"
  | "whole"
  | "patch"
  | "sketch"
  | "holder"
  | "note";

// Tools name the same argument in many ways: a word, and perhaps what it holds.
const held = "(?:string|str|text|code|contents?|lines|value|block|snippet|body|source)?";

const patterns: readonly (readonly [KeyKind, RegExp])[] = [
  ["path", /^(?:file)?uri$/],
  ["path", /^(?:target|relative|absolute|full|source)?(?:workspace)?(?:file(?:path|name)?|path)$/],
  ["old", new RegExp(`^(?:old|search|find|original|before|existing|current)${held}$`)],
  ["old", /^target(?:string|str|text|code|contents?|block|snippet)$/],
  ["new", new RegExp(`^(?:new|replace|replacement|replacewith|updated|modified|after)${held}$`)],
  ["all", /^(?:(?:replace)?all(?:occurrences)?|(?:allow)?multiple(?:matches|occurrences)?)$/],
  [
    "expected",
    /^expected(?:number(?:of)?)?(?:replacements?|occurrences?|matches|count)(?:count)?$/,
  ],
  ["insert-line", /^insertline$/],
  ["insert-text", /^insert(?:ed)?text$/],
  ["line", /^(?:near|start|begin|first|at|replacebegin|replacestart)?line(?:number|no|hint)?$/],
  ["whole", /^(?:file|full|whole)?contents?$|^filetext$/],
  ["patch", /^(?:patch|diff|unifieddiff|udiff)(?:text|contents?|string)?$/],
  ["sketch", /^(?:code|edit|text|snippet|sketch|update)(?:edit|snippet|changes?|block)?$/],
  ["holder", /^(?:multi)?(?:edits|changes|operations|replacements|blocks|calls|toolcalls)$/],
  ["holder", /^(?:tool)?(?:input|arguments|args|params|parameters|function)$/],
  ["note", /^(?:command|cmd|type|name|id|tool|toolname|role|explanation|instructions?)$/],
  ["note", /^(?:(?:display)?description|thoughts?|reason|reasoning|title|summary)$/],
];

/** What the argument of this name is for, or undefined for an unknown name. */
export function kindOfKey(key: string): KeyKind | undefined {
  const plain = key.replace(/[_\-\s]/g, "").toLowerCase();
  return patterns.find(([, pattern]) => pattern.test(plain))?.[0];
}

const placeWords = new Set(
  "line lines start end range offset position after before anchor append prepend insert at index section selector cell column".split(
    " ",
  ),
);

/** Whether a key names a part of the file, so that the text next to it is not all of it. */
export function namesPlace(key: string): boolean {
  const words = key
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/);
  return !words.includes("count") && words.some((word) => placeWords.has(word));
}

/** The names that a message gives as known. */
export const knownKeys =
  "old_string and new_string, edits, content, code_edit, patch or diff, or insert_line and insert_text";
