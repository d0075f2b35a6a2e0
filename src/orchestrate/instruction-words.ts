/** Names in an instruction: what is quoted, and what has the form of a name of code: `wayLength`, `way_length`, `Store.get`, `get()`. */
export function codeNamesIn(instruction: string): string[] {
  const names = new Set<string>();
  for (const [, text] of instruction.matchAll(
    /[`'"]([\p{L}_$][\p{L}\p{N}_$.]{0,80})(?:\(\))?[`'"]/gu,
  ))
    names.add(text!);
  for (const [word] of instruction.matchAll(
    /[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*(?:\(\))?/gu,
  )) {
    const isName = /\p{Ll}\p{Lu}|\p{L}_\p{L}|\p{L}\d|\(\)$/u.test(word);
    if (isName) names.add(word.replace("()", ""));
  }
  return [...names];
}
