const identifiers = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** Lists of names: between braces, or behind Python's `from m import`. */
const lists = [
  /^\s*(?:import|export|(?:pub\s+)?use|const|let|var)\b[^{]*\{([^}]*)\}/,
  /^\s*from\s+\S+\s+import\s+(.+)$/,
];
const single = [
  /^\s*import\s+(?:type\s+|static\s+)?(?:\*\s+as\s+)?([\p{L}_$][\p{L}\p{N}_$]*)\s+from\b/u,
  /^\s*(?:const|let|var)\s+([\p{L}_$][\p{L}\p{N}_$]*)\s*=\s*(?:await\s+)?(?:require|import)\s*\(/u,
  /^\s*(?:import|(?:pub\s+)?use|using)\s+(?:static\s+)?[^\s{};'"]*?([\p{L}_$][\p{L}\p{N}_$]*)\s*;?\s*$/u,
];
const imports =
  /^\s*(?:import|from|export|(?:pub\s+)?use|using|(?:const|let|var)\b.*\b(?:require|import)\s*\()/;

/** The names that an import statement on one line brings into scope; none for any other line. */
export function importedNames(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  if (!imports.test(text)) return names;
  for (const pattern of lists) {
    const [, list = ""] = pattern.exec(text) ?? [];
    for (const part of list.replace(/[#/].*$/, "").split(",")) {
      const name = part.match(identifiers)?.at(-1);
      if (name !== undefined) names.add(name);
    }
  }
  for (const pattern of names.size > 0 ? [] : single) {
    const name = pattern.exec(text)?.[1];
    if (name !== undefined) names.add(name);
  }
  return names;
}

/** The module that an import statement names; undefined where the names are paths themselves. */
export function importedModule(text: string): string | undefined {
  return /["'`]([^"'`]+)["'`]/.exec(text)?.[1] ?? /^\s*from\s+(\S+)\s+import\b/.exec(text)?.[1];
}
