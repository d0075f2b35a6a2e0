import type { Node } from "web-tree-sitter";
import { around, nodeAt, wordStarts } from "./nodes.ts";

export interface GoDeclared {
  readonly node: Node;
  readonly by: Node;
  readonly kind: "variable" | "parameter" | "type" | "function" | "import";
  readonly scope: Node;
  /** Go knows a local name from the end of its declaration on. */
  readonly visibleFrom: number;
}

export interface GoBinding {
  readonly scope: Node;
  readonly declarations: GoDeclared[];
}

const goScope =
  /^(?:source_file|function_declaration|method_declaration|func_literal|block|if_statement|for_statement|expression_switch_statement|type_switch_statement|expression_case|default_case|type_case|communication_case|function_type|method_elem|type_spec|type_alias)$/u;
const goFunction =
  /^(?:function_declaration|method_declaration|func_literal|function_type|method_elem)$/u;

/** The scopes of one Go file, asked name by name. Names of the package are in the scope of the file's root. */
export class GoScopes {
  readonly root: Node;
  readonly text: string;
  /** Names under which packages are imported, and their paths. */
  readonly imports: ReadonlyMap<string, string>;
  readonly hasDotImport: boolean;
  private readonly known = new Map<string, Map<number, GoBinding>>();

  constructor(root: Node, text: string) {
    this.root = root;
    this.text = text;
    const imports = new Map<string, string>();
    let hasDotImport = false;
    for (const spec of root.descendantsOfType("import_spec")) {
      const path = spec?.childForFieldName("path")?.text.slice(1, -1);
      const name = spec?.childForFieldName("name");
      if (path === undefined || name?.type === "blank_identifier") continue;
      if (name?.type === "dot") hasDotImport = true;
      else imports.set(name?.text ?? packageName(path), path);
    }
    this.imports = imports;
    this.hasDotImport = hasDotImport;
  }

  bindings(name: string): ReadonlyMap<number, GoBinding> {
    let found = this.known.get(name);
    if (found) return found;
    found = new Map();
    this.known.set(name, found);
    for (const start of wordStarts(this.text, name)) {
      const node = nodeAt(this.root, start, start + name.length);
      if (node.startIndex !== start || node.endIndex !== start + name.length) continue;
      const declared = goDeclared(node);
      if (!declared) continue;
      const binding = found.get(declared.scope.id);
      if (binding) binding.declarations.push(declared);
      else found.set(declared.scope.id, { scope: declared.scope, declarations: [declared] });
    }
    return found;
  }

  /** The binding that a name means from its place; undefined: another file of the package declares it, or nobody. */
  resolve(node: Node, name: string = node.text): GoBinding | undefined {
    const bindings = this.bindings(name);
    if (bindings.size === 0) return undefined;
    for (let outer = node.parent; outer; outer = outer.parent) {
      const binding = bindings.get(outer.id);
      const isVisible =
        outer.type === "source_file" ||
        binding?.declarations.some(({ visibleFrom }) => visibleFrom <= node.startIndex);
      if (binding && isVisible) return binding;
    }
    return undefined;
  }
}

/** The name that an import gets by itself. */
export function packageName(path: string): string {
  const parts = path.split("/");
  const last = parts.at(-1)!;
  const named = /^v\d+$/u.test(last) && parts.length > 1 ? parts.at(-2)! : last;
  return named.replace(/\.v\d+$/u, "").replace(/^go-|[-.]go$/gu, "");
}

function goDeclared(node: Node): GoDeclared | undefined {
  const by = node.parent;
  if (!by) return undefined;
  const one = (
    kind: GoDeclared["kind"],
    scope: Node | undefined,
    visibleFrom: number,
    at: Node = by,
  ): GoDeclared | undefined => scope && { node, by: at, kind, scope, visibleFrom };
  const isNamed = (): boolean =>
    by.childrenForFieldName("name").some((child) => child?.id === node.id);
  switch (by.type) {
    case "function_declaration":
      return isNamed() ? one("function", around(by, /^source_file$/u), 0) : undefined;
    case "var_spec":
    case "const_spec":
      return isNamed() ? one("variable", scopeOf(by), by.endIndex) : undefined;
    case "type_spec":
    case "type_alias":
      return isNamed() ? one("type", scopeOf(by), node.startIndex) : undefined;
    case "parameter_declaration":
    case "variadic_parameter_declaration":
      return isNamed() ? one("parameter", around(by, goFunction), 0) : undefined;
    case "type_parameter_declaration":
      return isNamed() ? one("type", around(by, goScope), 0) : undefined;
    case "import_spec":
      return isNamed() ? one("import", around(by, /^source_file$/u), 0) : undefined;
    case "expression_list":
      return listDeclared(node, by);
    default:
      return undefined;
  }
}

/** Names on the left of `:=`. */
function listDeclared(node: Node, list: Node): GoDeclared | undefined {
  const by = list.parent;
  if (!by) return undefined;
  const one = (scope: Node | undefined, visibleFrom: number): GoDeclared | undefined =>
    scope && { node, by, kind: "variable", scope, visibleFrom };
  if (by.type === "type_switch_statement") {
    const isAlias = by.childForFieldName("alias")?.id === list.id;
    return isAlias ? one(by, by.childForFieldName("value")?.endIndex ?? 0) : undefined;
  }
  const isLeft = by.childForFieldName("left")?.id === list.id;
  const defines =
    by.type === "short_var_declaration" ||
    (/^(?:range_clause|receive_statement)$/u.test(by.type) &&
      by.children.some((child) => child?.type === ":="));
  return isLeft && defines ? one(scopeOf(by), by.endIndex) : undefined;
}

const scopeOf = (node: Node): Node | undefined => around(node, goScope);
