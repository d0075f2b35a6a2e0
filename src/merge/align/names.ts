import { statement } from "../../text/declares.ts";

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

/** Names by line, while an edit is merged: each line is asked about several times. */
const knownNames = new Map<string, string | undefined>();

/** Runs a merge, and forgets the names of its lines: a kept line would keep its whole text in memory. */
export function rememberingNames<T>(work: () => T): T {
  try {
    return work();
  } finally {
    knownNames.clear();
  }
}

/**
 * Returns the name that a line declares as a function, a class or the like, in languages where a keyword or the line's
 * form shows it, or undefined. Reads the line alone: a hint, not a parse.
 */
export function declaredName(line: string): string | undefined {
  if (line.length > 300) return undefined;
  if (knownNames.has(line)) return knownNames.get(line);
  const found = statement.test(line) ? null : declaration.exec(line);
  const name = found?.slice(1).find((one) => one !== undefined);
  knownNames.set(line, name);
  return name;
}
