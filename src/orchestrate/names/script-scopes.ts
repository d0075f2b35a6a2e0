import type { Node } from "web-tree-sitter";
import { around, nodeAt, stringValue, wordStarts } from "./nodes.ts";

/** TypeScript keeps values and types apart: a name may be both, by one declaration (a class) or by two. */
export const valueSpace = 1;
export const typeSpace = 2;
export const bothSpaces = 3;

/** What an import binding means in its module; `*` is the module itself. */
export interface ImportedAs {
  readonly specifier: string;
  readonly name: string;
}

export interface Declared {
  /** The name, as the declaration writes it. */
  readonly node: Node;
  /** What declares it: a declarator, a parameter, a function, a class. */
  readonly by: Node;
  readonly kind:
    | "variable"
    | "parameter"
    | "function"
    | "class"
    | "type"
    | "enum"
    | "namespace"
    | "import"
    | "other";
  readonly spaces: number;
  readonly scope: string;
  readonly imported?: ImportedAs;
}

export interface ScriptBinding {
  /** Names the scope within the file. */
  readonly scope: string;
  readonly declarations: Declared[];
  spaces: number;
}

export const scriptFunction: RegExp =
  /^(?:function_declaration|function_expression|generator_function|generator_function_declaration|arrow_function|method_definition|function_signature|method_signature|abstract_method_signature|call_signature|construct_signature|function_type|constructor_type)$/u;
export const classLike: RegExp = /^(?:class_declaration|abstract_class_declaration|class)$/u;
const blockLike =
  /^(?:program|statement_block|switch_body|class_static_block|for_statement|for_in_statement)$/u;
const scriptPattern = /^(?:array_pattern|object_pattern|rest_pattern)$/u;

const scopeId = (node: Node): string => `${node.startIndex}:${node.endIndex}:${node.type}`;

/** The scopes of one JavaScript or TypeScript file, asked name by name. */
export class ScriptScopes {
  readonly root: Node;
  readonly text: string;
  readonly isModule: boolean;
  private readonly known = new Map<string, Map<string, ScriptBinding>>();

  constructor(root: Node, text: string) {
    this.root = root;
    this.text = text;
    this.isModule =
      root.namedChildren.some((child) =>
        /^(?:import|export)_statement$/u.test(child?.type ?? ""),
      ) || /\b(?:require\s?\(|module\.exports\b|exports\.)/u.test(text);
  }

  /** The bindings of a name, by scope. */
  bindings(name: string): ReadonlyMap<string, ScriptBinding> {
    let found = this.known.get(name);
    if (found) return found;
    found = new Map();
    this.known.set(name, found);
    for (const start of wordStarts(this.text, name)) {
      const node = nodeAt(this.root, start, start + name.length);
      if (node.startIndex !== start || node.endIndex !== start + name.length) continue;
      for (const declared of this.declared(node)) {
        const binding = found.get(declared.scope);
        if (binding) {
          binding.declarations.push(declared);
          binding.spaces |= declared.spaces;
        } else {
          const { scope, spaces } = declared;
          found.set(scope, { scope, spaces, declarations: [declared] });
        }
      }
    }
    return found;
  }

  /** The binding that a name refers to from its place, or undefined: the file does not declare it. */
  resolve(
    node: Node,
    spaces: number = bothSpaces,
    name: string = node.text,
  ): ScriptBinding | undefined {
    const bindings = this.bindings(name);
    if (bindings.size === 0) return undefined;
    let isDecorator = false;
    let from: Node = node;
    for (let outer = node.parent; outer; from = outer, outer = outer.parent) {
      if (from.type === "decorator") isDecorator = true;
      if (classLike.test(outer.type)) isDecorator = false;
      // The computed name of a method, and what decorates a parameter, are outside of its scope.
      const isName =
        scriptFunction.test(outer.type) && outer.childForFieldName("name")?.id === from.id;
      if (isName || (isDecorator && scriptFunction.test(outer.type))) continue;
      for (const id of scopesAt(outer)) {
        const binding = bindings.get(id);
        if (binding && (binding.spaces & spaces) !== 0) return binding;
      }
    }
    return undefined;
  }

  /** What a name node declares, if it declares: usually one binding, two where sloppy code hoists a function. */
  private declared(node: Node): Declared[] {
    const by = node.parent;
    if (!by) return [];
    const isName = by.childForFieldName("name")?.id === node.id;
    const one = (
      kind: Declared["kind"],
      spaces: number,
      scope: string,
      imported?: ImportedAs,
    ): Declared[] => [{ node, by, kind, spaces, scope, ...(imported && { imported }) }];
    switch (by.type) {
      case "function_declaration":
      case "generator_function_declaration":
      case "function_signature": {
        if (!isName) return [];
        const own = one("function", valueSpace, blockScope(by));
        const hoisted = varScope(by);
        if (this.isModule || hoisted === own[0]!.scope) return own;
        return one("function", valueSpace, hoisted);
      }
      case "function_expression":
      case "generator_function":
        return isName ? one("function", valueSpace, `${scopeId(by)}:name`) : [];
      case "class":
        return isName ? one("class", bothSpaces, `${scopeId(by)}:name`) : [];
      case "class_declaration":
      case "abstract_class_declaration":
        return isName ? one("class", bothSpaces, blockScope(by)) : [];
      case "interface_declaration":
      case "type_alias_declaration":
        return isName ? one("type", typeSpace, blockScope(by)) : [];
      case "enum_declaration":
        return isName ? one("enum", bothSpaces, blockScope(by)) : [];
      case "internal_module":
      case "module":
        return isName && node.type === "identifier"
          ? one("namespace", bothSpaces, blockScope(by))
          : [];
      case "type_parameter":
        return isName && by.parent?.parent
          ? one("other", typeSpace, scopeId(by.parent.parent))
          : [];
      case "mapped_type_clause":
        return isName && by.parent ? one("other", typeSpace, scopeId(by.parent)) : [];
      case "index_signature":
        return isName ? one("other", valueSpace, scopeId(by)) : [];
      case "infer_type": {
        const conditional = around(by, /^conditional_type$/u);
        return conditional ? one("other", typeSpace, scopeId(conditional)) : [];
      }
      case "import_specifier":
      case "import_clause":
      case "namespace_import":
      case "import_require_clause":
      case "import_alias":
        return importDeclared(node, by).flatMap((imported) =>
          one("import", bothSpaces, blockScope(by), imported),
        );
      default:
        return scriptPatternDeclared(node);
    }
  }
}

/** What an import declares under this name; the imported name of `import { a as b }` declares nothing. */
function importDeclared(node: Node, by: Node): (ImportedAs | undefined)[] {
  const statement = around(node, /^import_statement$/u);
  const source = by.childForFieldName("source") ?? statement?.childForFieldName("source");
  const specifier = stringValue(source);
  if (by.type === "import_alias") {
    return by.namedChildren[0]?.id === node.id ? [undefined] : [];
  }
  if (specifier === undefined) return [];
  if (by.type === "import_clause") return [{ specifier, name: "default" }];
  if (by.type !== "import_specifier") return [{ specifier, name: "*" }];
  const alias = by.childForFieldName("alias");
  if (alias && alias.id !== node.id) return [];
  return [{ specifier, name: by.childForFieldName("name")!.text }];
}

/** A name in a pattern declares where the pattern is that of a declarator, a parameter, a loop or a catch. */
function scriptPatternDeclared(node: Node): Declared[] {
  let inner = node;
  for (let outer = node.parent; outer; inner = outer, outer = outer.parent) {
    const isIn = (field: string): boolean => outer!.childForFieldName(field)?.id === inner.id;
    const one = (kind: Declared["kind"], scope: string): Declared[] => [
      { node, by: outer!, kind, spaces: valueSpace, scope },
    ];
    if (scriptPattern.test(outer.type)) continue;
    if (outer.type === "pair_pattern" && isIn("value")) continue;
    if (/^(?:object_)?assignment_pattern$/u.test(outer.type) && isIn("left")) continue;
    switch (outer.type) {
      case "variable_declarator": {
        if (!isIn("name")) return [];
        const isVar = outer.parent?.type === "variable_declaration";
        return one("variable", isVar ? varScope(outer) : blockScope(outer));
      }
      case "required_parameter":
      case "optional_parameter": {
        if (!isIn("pattern") || outer.parent?.type === "tuple_type") return [];
        const owner = around(outer, scriptFunction);
        return owner ? one("parameter", scopeId(owner)) : [];
      }
      case "formal_parameters": {
        const owner = around(outer, scriptFunction);
        return owner ? one("parameter", scopeId(owner)) : [];
      }
      case "arrow_function":
        return isIn("parameter") ? one("parameter", scopeId(outer)) : [];
      case "catch_clause":
        return isIn("parameter") ? one("parameter", scopeId(outer)) : [];
      case "for_in_statement": {
        const kind = outer.childForFieldName("kind")?.text;
        if (!isIn("left") || kind === undefined) return [];
        return one("variable", kind === "var" ? varScope(outer) : scopeId(outer));
      }
      default:
        return [];
    }
  }
  return [];
}

/** The scope of `let`, `const`, classes, and of functions in strict code. */
function blockScope(from: Node): string {
  const isExported = around(from, /^(?:export_statement|statement_block|program)$/u);
  for (let outer = from.parent; outer; outer = outer.parent) {
    if (!blockLike.test(outer.type)) continue;
    const space = isExported?.type === "export_statement" ? namespaceOf(outer) : undefined;
    return space === undefined ? scopeId(outer) : `ns:${space}`;
  }
  return "";
}

/** The scope of `var`. */
function varScope(from: Node): string {
  for (let outer = from.parent; outer; outer = outer.parent) {
    const isBody =
      outer.type === "statement_block" &&
      (scriptFunction.test(outer.parent?.type ?? "") || namespaceOf(outer) !== undefined);
    if (isBody || outer.type === "program" || outer.type === "class_static_block") {
      return namespaceOf(outer) === undefined ? scopeId(outer) : blockScope(from);
    }
  }
  return "";
}

/** The name of the namespace whose body a block is: blocks of one name share what they export. */
export function namespaceOf(block: Node): string | undefined {
  const owner = block.parent;
  if (block.type !== "statement_block" || !owner) return undefined;
  if (!/^(?:internal_module|module)$/u.test(owner.type)) return undefined;
  return owner.childForFieldName("name")?.text;
}

function scopesAt(node: Node): string[] {
  const id = scopeId(node);
  if (/^(?:function_expression|generator_function|class)$/u.test(node.type)) {
    return [id, `${id}:name`];
  }
  const space = namespaceOf(node);
  return space === undefined ? [id] : [id, `ns:${space}`];
}
