import type { Node } from "web-tree-sitter";
import { nameLanguageOf } from "../index/languages.ts";
import { around, isField, stringValue } from "../names/nodes.ts";
import type { NameView } from "../names/resolve-name.ts";

/** Another name of a function: where a file gives it, or that a module is the function (`commonjs`) or exports it as its default. */
export type FunctionAlias =
  | { readonly kind: "name"; readonly node: Node }
  | { readonly kind: "default" | "commonjs" };

/** The other name that an import, an export or a declaration gives. */
export function aliasAt(name: Node): FunctionAlias | undefined {
  const { parent } = name;
  if (!parent) return undefined;
  const named = (node: Node | null): FunctionAlias | undefined =>
    node && node.text !== name.text ? { kind: "name", node } : undefined;
  if (/^(?:import|export)_specifier$/u.test(parent.type) || parent.type === "aliased_import") {
    const alias = parent.childForFieldName("alias");
    if (alias?.id === name.id) return undefined;
    return alias?.text === "default" ? { kind: "default" } : named(alias);
  }
  // `from a import f as g`: the name is in a path.
  if (parent.type === "dotted_name" && parent.parent?.type === "aliased_import")
    return named(parent.parent.childForFieldName("alias"));
  if (parent.type === "pair_pattern" && isField(name, "key"))
    return named(parent.childForFieldName("value"));
  const statement = around(name, /^(?:export_statement|statement_block|class_body)$/u);
  const isDefault = statement?.children.some((one) => one?.type === "default") ?? false;
  const isWhole =
    statement?.type === "export_statement" &&
    (parent.id === statement.id || parent.parent?.id === statement.id);
  if (isDefault && isWhole) return { kind: "default" };
  const isAssigned = statement?.children.some((one) => one?.type === "=") ?? false;
  if (isAssigned && isWhole) return { kind: "commonjs" };
  return exportedAs(name, named);
}

/** `module.exports = f`, `exports.g = f`, `module.exports = { g: f }`. */
function exportedAs(
  name: Node,
  named: (node: Node | null) => FunctionAlias | undefined,
): FunctionAlias | undefined {
  const pair = name.parent?.type === "pair" && isField(name, "value") ? name.parent : undefined;
  if (pair) {
    const assignment = pair.parent?.parent;
    const isExport = /^(?:module\.)?exports$/u.test(
      assignment?.childForFieldName("left")?.text ?? "",
    );
    return isExport ? named(pair.childForFieldName("key")) : undefined;
  }
  const declared = name.parent && isField(name, "name") ? name.parent : name;
  const assignment = declared.parent;
  if (assignment?.type !== "assignment_expression" || !isField(declared, "right")) return undefined;
  const left = assignment.childForFieldName("left");
  if (left?.text === "module.exports") return { kind: "commonjs" };
  return /^(?:module\.)?exports\./u.test(left?.text ?? "")
    ? named(left!.childForFieldName("property"))
    : undefined;
}

/** A place of a file that imports a module whole or its default. */
export interface WholeImport {
  readonly path: string;
  readonly start: number;
  /** The name that the file gives it; undefined: it is used in another way. */
  readonly name: string | undefined;
}

/** Where files take the default of a module, or of CommonJS the module itself. */
export async function wholeImports(
  view: NameView,
  module: string,
  kind: "default" | "commonjs",
): Promise<readonly WholeImport[]> {
  const stem = /(?:^|\/)([^/]+?)(?:\/index)?\.[^/]*$/u.exec(module)?.[1] ?? module;
  const files = new Set(["import", "require", "export"].flatMap((word) => view.mentions(word)));
  const found: WholeImport[] = [];
  for (const path of files) {
    if (nameLanguageOf(path) !== "script") continue;
    const text = (await view.text(path)) ?? "";
    const isNear = text.includes(stem) || /["'](?:\.{1,2}\/)*\.{1,2}\/?["']/u.test(text);
    const tree = isNear ? (await view.parserFor(path))?.parse(text) : undefined;
    if (!tree) continue;
    try {
      for (const string of tree.rootNode.descendantsOfType("string")) {
        const specifier = string && isSource(string) ? stringValue(string) : undefined;
        if (!string || specifier === undefined) continue;
        const target = view.modules.resolve(path, specifier);
        if (target.kind !== "file" || target.path !== module) continue;
        for (const one of takenBy(string, kind, text)) {
          found.push({ path, start: (one ?? string).startIndex, name: one?.text });
        }
      }
    } finally {
      tree.delete();
    }
  }
  return found;
}

const isSource = (string: Node): boolean =>
  isField(string, "source") ||
  string.parent?.type === "import_require_clause" ||
  /^(?:require|import)$/u.test(string.parent?.parent?.childForFieldName("function")?.text ?? "");

/** The names that an import gives the default; undefined among them: a way that is not followed. */
function takenBy(string: Node, kind: "default" | "commonjs", text: string): (Node | undefined)[] {
  const statement = string.parent!;
  const mayReach = /\bdefault\b/u.test(text) ? [undefined] : [];
  if (statement.type === "export_statement")
    return /\bdefault\b/u.test(statement.text) ? [undefined] : [];
  if (statement.type === "import_statement") {
    const clause = statement.namedChildren.find((one) => one?.type === "import_clause");
    const parts = clause?.namedChildren ?? [];
    const own = parts.filter((one) => one?.type === "identifier");
    const aliased = (clause?.descendantsOfType("import_specifier") ?? []).flatMap((one) =>
      one?.childForFieldName("name")?.text === "default" ? one.childForFieldName("alias") : [],
    );
    const isNamespace = parts.some((one) => one?.type === "namespace_import");
    const whole = kind === "commonjs" ? [undefined] : mayReach;
    return [...own, ...aliased].map((one) => one ?? undefined).concat(isNamespace ? whole : []);
  }
  if (statement.type === "import_require_clause") return [undefined];
  const call = statement.parent!;
  const isRequire = call.childForFieldName("function")?.text === "require";
  if (!isRequire || kind === "default") return mayReach;
  const name =
    call.parent?.type === "variable_declarator" ? call.parent.childForFieldName("name") : null;
  if (name?.type === "identifier") return [name];
  return name || call.parent?.type === "expression_statement" ? [] : [undefined];
}
