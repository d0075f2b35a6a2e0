import type { Node } from "web-tree-sitter";
import type { NameLanguage } from "../index/languages.ts";
import { packageName } from "../names/go-scopes.ts";

/** One name that a file imports. */
export interface ImportEntry {
  /** The name in this file. */
  readonly local: string;
  /** The name in the module; empty where the module itself is imported. */
  readonly imported: string;
  readonly kind: "named" | "default" | "module";
  /** The module, as written. */
  readonly specifier: string;
  /** TypeScript: only its type is imported. */
  readonly isType: boolean;
  /** The item: a specifier, a clause, a dotted name. */
  readonly node: Node;
  readonly statement: Node;
}

/** Every name that a file imports at its top level. */
export function importEntries(root: Node, language: NameLanguage): ImportEntry[] {
  const read = { script: scriptImports, python: pythonImports, go: goImports }[language];
  return root.namedChildren.flatMap((statement) => (statement ? read(statement) : []));
}

function scriptImports(statement: Node): ImportEntry[] {
  if (statement.type !== "import_statement") return [];
  const source = statement.childForFieldName("source");
  const clause = statement.namedChildren.find((child) => child?.type === "import_clause");
  if (!source || !clause) return [];
  const specifier = source.text.slice(1, -1);
  const isType = /^import\s+type\b(?!\s*(?:,|from\b))/u.test(statement.text);
  const base = { specifier, statement };
  return clause.namedChildren.flatMap((child): ImportEntry[] => {
    if (child?.type === "identifier") {
      return [
        { ...base, local: child.text, imported: "default", kind: "default", isType, node: child },
      ];
    }
    if (child?.type === "namespace_import") {
      const local = child.namedChildren[0]?.text ?? "";
      return [{ ...base, local, imported: "", kind: "module", isType, node: child }];
    }
    if (child?.type !== "named_imports") return [];
    return child.namedChildren.flatMap((node): ImportEntry[] => {
      const imported = node?.childForFieldName("name")?.text;
      if (node?.type !== "import_specifier" || imported === undefined) return [];
      const local = node.childForFieldName("alias")?.text ?? imported;
      const isTypeName = isType || node.children[0]?.type === "type";
      return [{ ...base, local, imported, kind: "named", isType: isTypeName, node }];
    });
  });
}

function pythonImports(statement: Node): ImportEntry[] {
  const isFrom = statement.type === "import_from_statement";
  if (!isFrom && statement.type !== "import_statement") return [];
  const specifier = statement.childForFieldName("module_name")?.text ?? "";
  return statement.childrenForFieldName("name").flatMap((node): ImportEntry[] => {
    if (!node) return [];
    const isAliased = node.type === "aliased_import";
    const name = (isAliased ? node.childForFieldName("name") : node)?.text ?? "";
    const alias = isAliased ? node.childForFieldName("alias")?.text : undefined;
    const base = { isType: false, node, statement };
    if (isFrom) {
      return [{ ...base, local: alias ?? name, imported: name, kind: "named", specifier }];
    }
    const local = alias ?? name.split(".")[0]!;
    return [{ ...base, local, imported: "", kind: "module", specifier: name }];
  });
}

function goImports(statement: Node): ImportEntry[] {
  if (statement.type !== "import_declaration") return [];
  return statement.descendantsOfType("import_spec").flatMap((node): ImportEntry[] => {
    const specifier = node?.childForFieldName("path")?.text.slice(1, -1);
    if (!node || specifier === undefined) return [];
    const local = node.childForFieldName("name")?.text ?? packageName(specifier);
    return [{ local, imported: "", kind: "module", specifier, isType: false, node, statement }];
  });
}
