const declaration = new RegExp(
  [
    // Go's methods name their receiver first.
    String.raw`^\s*func\s+\([^()]*\)\s*([\p{L}_$][\p{L}\p{N}_$]*)`,
    String.raw`\b(?:function\*?|func|fn|fun|def|class|interface|struct|enum|trait|object|macro_rules!)\s+([\p{L}_$][\p{L}\p{N}_$]*)`,
    // C, Java: a type, a name, parentheses, and nothing after them but what opens a body.
    String.raw`^\s*(?:[\p{L}_][\p{L}\p{N}_<>,.[\]*&?]*\s+)+\*?([\p{L}_$][\p{L}\p{N}_$]*)\s*\([^;=]*\{?\s*$`,
    // The same without a body: a prototype, an abstract method.
    String.raw`^\s*(?:[\p{L}_][\p{L}\p{N}_<>,.[\]*&?]*\s+){2,}\*?([\p{L}_$][\p{L}\p{N}_$]*)\s*\([^;=]*\)\s*;\s*$`,
    // Assignments and keys, where no block around them could hold another of the same name; keys of JSON.
    String.raw`^(?:export\s+)?(?:(?:const|let|var|val|static|type)\s+)?([\p{L}_$][\p{L}\p{N}_$.-]*)\s*(?::[^=]*)?=(?!=)`,
    String.raw`^([\p{L}_][\p{L}\p{N}_-]*):(?:\s|$)`,
    String.raw`^\s*("[^"]+"):`,
  ].join("|"),
  "u",
);

/** Words that look like a type before a name but are none. */
const statementKeyword =
  /^\s*(?:return|throw|else|new|await|yield|case|if|for|while|switch|catch|using|in|not|and|or)\b/u;

/**
 * Returns the name that a line declares as a function, a class or the like, in languages where a keyword or the line's
 * form shows it, or undefined. Reads the line alone: a hint, not a parse.
 */
export function declaredName(line: string): string | undefined {
  if (line.length > 300 || statementKeyword.test(line)) return undefined;
  const found = declaration.exec(line);
  return found?.slice(1).find((name) => name !== undefined);
}
