import type { Node } from "web-tree-sitter";
import { type NameLanguage, nameLanguageOf } from "../../orchestrate/index/languages.ts";
import { LineDiff } from "../../text/line-diff.ts";
import { parserFor } from "../../workspace/syntax.ts";

/** A word, a sign or a whole string of code. */
export interface PlacedToken {
  readonly text: string;
  /** From 0. */
  readonly row: number;
  readonly start: number;
  readonly end: number;
  /** `declared`: the name of what is declared here; `module`: a string that names a module. */
  readonly role?: "name" | "declared" | "string" | "module";
}

/** One name that an import statement takes; their order says nothing. */
export interface ImportedUnit {
  readonly module: string;
  /** As it is written, with its other name, if any; "" where only the module is loaded. */
  readonly names: string;
}

/** A text of code without blanks and comments, its imports apart. */
export interface CodeParts {
  readonly tokens: readonly PlacedToken[];
  readonly imports: readonly ImportedUnit[];
}

/** Reads a text by its grammar; undefined where it has an error, so that nothing is known about its parts. */
export async function codePartsOf(path: string, text: string): Promise<CodeParts | undefined> {
  const language = nameLanguageOf(path);
  const tree = language && (await parserFor(path))?.parse(text);
  if (!tree) return undefined;
  try {
    return tree.rootNode.hasError ? undefined : codePartsIn(tree.rootNode, language);
  } finally {
    tree.delete();
  }
}

function codePartsIn(root: Node, language: NameLanguage): CodeParts {
  const tokens: PlacedToken[] = [];
  const imports: ImportedUnit[] = [];
  const add = (node: Node): void => {
    if (/comment|^automatic_semicolon$/u.test(node.type) || isDocstring(node)) return;
    const units = unitsOf(node, language);
    if (units) {
      imports.push(...units);
      return;
    }
    if (node.childCount > 0 && !isWholeString(node)) {
      for (const child of node.children) if (child) add(child);
      return;
    }
    const text = node.text.trim();
    if (text === "" || text === ";") return;
    if (/^[)\]}]$/u.test(text) && tokens.at(-1)?.text === ",") tokens.pop();
    const role = roleOf(node, language);
    const { startIndex: start, endIndex: end } = node;
    tokens.push({ text, row: node.startPosition.row, start, end, ...(role && { role }) });
  };
  add(root);
  return { tokens, imports };
}

const isDocstring = (node: Node): boolean =>
  node.type === "expression_statement" &&
  node.childCount === 1 &&
  node.namedChildren[0]?.type === "string" &&
  node.parent?.type !== "program";

const strings = /^(?:string|interpreted_string_literal|raw_string_literal)$/u;
const isWholeString = (node: Node): boolean =>
  strings.test(node.type) && node.descendantsOfType("interpolation").length === 0;

function roleOf(node: Node, language: NameLanguage): PlacedToken["role"] {
  const { parent } = node;
  if (strings.test(node.type)) return language === "script" && isModule(node) ? "module" : "string";
  if (!/identifier|^private_property/u.test(node.type)) return undefined;
  return parent && isDeclaringName(node, parent) ? "declared" : "name";
}

/** The string of `export … from`, `require` and `import()`. */
function isModule(node: Node): boolean {
  const { parent } = node;
  if (parent?.childForFieldName("source")?.id === node.id) return true;
  const call = parent?.type === "arguments" ? parent.parent : null;
  const isFirst = parent?.namedChildren[0]?.id === node.id;
  return isFirst && /^(?:require|import)$/u.test(call?.childForFieldName("function")?.text ?? "");
}

const declaringNodes =
  /declarat|definition|^class$|signature|_spec$|_elem$|^type_alias|parameter|^assignment$|^enum_assignment$|^public_field|^field_/u;

/** Whether a name is where its parent, or the one above, declares it. */
function isDeclaringName(node: Node, parent: Node): boolean {
  const isField = ["name", "property", "pattern", "left"].some((field) =>
    parent.childrenForFieldName(field).some((one) => one?.id === node.id),
  );
  if (isField) return declaringNodes.test(parent.type);
  return parent.type === "enum_body" || parent.type === "parameters";
}

/** What an import statement takes; undefined where a node is none. */
function unitsOf(node: Node, language: NameLanguage): ImportedUnit[] | undefined {
  if (language === "go") {
    if (node.type !== "import_declaration") return undefined;
    return node.descendantsOfType("import_spec").flatMap((one) => {
      const path = one?.childForFieldName("path")?.text;
      const name = one?.childForFieldName("name")?.text ?? "";
      return path === undefined ? [] : [{ module: path.slice(1, -1), names: name }];
    });
  }
  if (language === "python") return pythonUnits(node);
  if (node.type !== "import_statement") return undefined;
  const module = node.childForFieldName("source")?.text.slice(1, -1);
  if (module === undefined) return undefined;
  const isType = /^import\s+type\b/u.test(node.text);
  const clause = node.namedChildren.find((one) => one?.type === "import_clause");
  const names = (clause?.namedChildren ?? []).flatMap((one) => {
    if (one?.type !== "named_imports") return one ? [one.text] : [];
    return one.namedChildren.flatMap((name) =>
      name?.type === "import_specifier" ? [`{${name.text}}`] : [],
    );
  });
  const written = names.map((name) => oneSpaced(isType ? `type ${name}` : name));
  return (written.length > 0 ? written : [""]).map((name) => ({ module, names: name }));
}

function pythonUnits(node: Node): ImportedUnit[] | undefined {
  if (!/^(?:import_statement|import_from_statement|future_import_statement)$/u.test(node.type))
    return undefined;
  const names = node
    .childrenForFieldName("name")
    .flatMap((one) => (one ? [oneSpaced(one.text)] : []));
  const from = node.childForFieldName("module_name")?.text;
  if (from !== undefined)
    return (names.length > 0 ? names : ["*"]).map((name) => ({ module: from, names: name }));
  return names.map((name) => {
    const [module = "", alias = ""] = name.split(" as ");
    return { module, names: alias === "" ? "" : `as ${alias}` };
  });
}

const oneSpaced = (text: string): string => text.replaceAll(/\s+/gu, " ").trim();

/** A stretch of tokens that a change replaces. */
export interface CodeTokenChange {
  readonly removed: readonly PlacedToken[];
  readonly added: readonly PlacedToken[];
  /** What is before the removed ones. */
  readonly before: PlacedToken | undefined;
}

export function codeTokenChanges(old: CodeParts, now: CodeParts): CodeTokenChange[] {
  const texts = ({ tokens }: CodeParts): string[] => tokens.map(({ text }) => text);
  return new LineDiff(texts(old), texts(now)).compare().map((one) => ({
    removed: old.tokens.slice(one.oldStart, one.oldEnd),
    added: now.tokens.slice(one.newStart, one.newEnd),
    before: old.tokens[one.oldStart - 1],
  }));
}

/** Imports that only one of two texts has. */
export function importsApart(
  old: CodeParts,
  now: CodeParts,
): { readonly removed: readonly ImportedUnit[]; readonly added: readonly ImportedUnit[] } {
  const key = ({ module, names }: ImportedUnit): string => `${module}\0${names}`;
  const minus = (some: CodeParts, others: CodeParts): ImportedUnit[] => {
    const left = others.imports.map(key);
    return some.imports.filter((one) => {
      const at = left.indexOf(key(one));
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  return { removed: minus(old, now), added: minus(now, old) };
}
