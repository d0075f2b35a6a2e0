/** Words before a name that say what it is; modifiers come before them. */
const keyword =
  "function\\*?|func|fn|fun|defp?|defmodule|defmacro|class|interface|struct|enum|trait|impl|object|module|namespace|" +
  "mod|type|record|protocol|extension|union|macro_rules!|sub|proc|procedure|message|service|" +
  "create\\s+(?:or\\s+replace\\s+)?(?:table|view|function|procedure|index|trigger)";
const name = String.raw`([\p{L}_$][\p{L}\p{N}_$]*(?:(?:[.-]|::)[\p{L}\p{N}_$]+)*[?!]?)`;

const forms: readonly RegExp[] = [
  // Go's methods name their receiver first.
  new RegExp(String.raw`^\s*func\s+\([^()]*\)\s*${name}`, "u"),
  new RegExp(
    String.raw`^\s*(?:[\p{L}@][\p{L}\p{N}_()]*\s+)*(?:${keyword})\s+["'\x60]?${name}`,
    "iu",
  ),
  new RegExp(String.raw`^\s*\((?:defun|defn-?|defmacro|define|defmethod)\s+\(?${name}`, "u"),
  // A method or shell function: modifiers or types, a name, parameters, what opens its body.
  new RegExp(
    String.raw`^\s*(?:[\p{L}_#][\p{L}\p{N}_<>,.[\]*&?:]*\s+)*[*&#]*${name}\s*(?:<[^<>]*>)?\s*\([^;]*\)[^;=]*\{`,
    "u",
  ),
  // Values that are functions or tables; values of a file's outermost level.
  new RegExp(
    String.raw`^\s*(?:export\s+)?(?:const|let|var|val|local)\s+${name}[^=]*=\s*.*(?:=>|function\b.*|[[{(])\s*$`,
    "u",
  ),
  new RegExp(
    String.raw`^(?:export\s+)?(?:(?:pub|const|let|var|val|static|final)\s+)*${name}\s*(?::[^=]*)?(?::=|=)(?!=)`,
    "u",
  ),
  // Keys of data, fields of types, targets.
  /^\s*(?:-\s+)?["']?([\p{L}_$][\p{L}\p{N}_$./-]*)["']?\??\s*:(?!:|=)/u,
  /^\s*\[+"?([\p{L}_][^\]"]*)"?\]+\s*$/u,
  // Rules of a style sheet.
  /^\s*([.#&:@]?[\p{L}_*-][^;=()]{0,300}?)\s{0,300}\{\s*$/u,
];

/** Words that begin statements, which look like a declaration and are none. */
export const statement: RegExp =
  /^\s*(?:[}\])]\s*)*(?:return|throw|raise|else|elif|elsif|elseif|new|await|yield|case|default|if|unless|for|foreach|while|until|loop|switch|match|when|catch|except|finally|ensure|rescue|try|do|begin|with|using|lock|defer|go|import|from|not|and|or|assert|print|echo)\b/u;

/**
 * The name that a line declares: a function, class, method, table, key. Read from the line alone, in any language: a
 * hint, not a parse. Undefined if the line declares nothing that can be seen.
 */
export function declares(line: string): string | undefined {
  if (line.length > 300 || statement.test(line)) return undefined;
  for (const form of forms) {
    const found = form.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
