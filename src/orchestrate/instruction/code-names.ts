const codeWord = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
const quotedWord = /[`'"]([^`'"\n]{1,80})[`'"]/gu;

/** Names in an instruction: what is quoted, and what has the form of a name of code: `wayLength`, `way_length`, `utf8`. */
export function codeNamesIn(instruction: string): string[] {
  const quoted = [...instruction.matchAll(quotedWord)].flatMap(([, text]) =>
    [...text!.matchAll(codeWord)].map(([word]) => word),
  );
  const formed = [...instruction.matchAll(codeWord)]
    .map(([word]) => word)
    .filter((word) => /\p{Ll}\p{Lu}|\p{L}_\p{L}|\p{L}\d/u.test(word));
  return [...new Set([...quoted, ...formed])];
}
