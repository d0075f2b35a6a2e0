/** Words of a name: `oldText`, `old_text`, `old-text`, `Old text`. */
export function wordsOfName(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

const oldWords = new Set(
  "old search find before original orig current existing from previous prior".split(" "),
);
const newWords = new Set(
  "new replace replacement replaced after updated update modified changed to with revised".split(
    " ",
  ),
);

/** Which side of a change a name means: `old_string`, `search`, `before`; `newText`, `replace`, `updated_code`. */
export function sideNamed(words: readonly string[]): "old" | "new" | undefined {
  const isOld = words.some((word) => oldWords.has(word));
  const isNew = words.some((word) => newWords.has(word));
  if (isOld === isNew) return undefined;
  return isOld ? "old" : "new";
}
