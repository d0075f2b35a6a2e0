import type { Node } from "web-tree-sitter";
import { around, nodeAt, wordStarts } from "./nodes.ts";

export interface PythonDeclared {
  readonly node: Node;
  /** The statement, clause or parameter that binds the name. */
  readonly by: Node;
  readonly kind: "function" | "class" | "parameter" | "import" | "variable" | "type";
  readonly scope: Node;
}

export interface PythonBinding {
  readonly scope: Node;
  readonly declarations: PythonDeclared[];
}

const comprehension =
  /^(?:list_comprehension|set_comprehension|dictionary_comprehension|generator_expression)$/u;
const pythonScope = /^(?:module|function_definition|lambda|class_definition)$/u;
const pythonPattern =
  /^(?:pattern_list|tuple_pattern|list_pattern|list_splat_pattern|tuple|list|as_pattern_target|parenthesized_expression)$/u;
const parameterLists = /^(?:parameters|lambda_parameters)$/u;

/** The scopes of one Python file, asked name by name. */
export class PythonScopes {
  readonly root: Node;
  readonly text: string;
  private readonly known = new Map<string, Map<number, PythonBinding>>();
  /** Scopes in which a name is `global` or `nonlocal`, by name and scope. */
  private readonly elsewhere = new Map<string, "global" | "nonlocal">();

  constructor(root: Node, text: string) {
    this.root = root;
    this.text = text;
  }

  bindings(name: string): ReadonlyMap<number, PythonBinding> {
    let found = this.known.get(name);
    if (found) return found;
    found = new Map();
    this.known.set(name, found);
    const nodes: Node[] = [];
    for (const start of wordStarts(this.text, name)) {
      const node = nodeAt(this.root, start, start + name.length);
      if (node.type !== "identifier" || node.startIndex !== start) continue;
      nodes.push(node);
      const word = /^(global|nonlocal)_statement$/u.exec(node.parent?.type ?? "")?.[1];
      if (word) this.elsewhere.set(`${name} ${holderOf(node).id}`, word as "global" | "nonlocal");
    }
    for (const node of nodes) {
      const declared = pythonDeclared(node);
      if (!declared) continue;
      const scope = this.actualScope(name, declared.scope, found);
      const binding = found.get(scope.id);
      if (binding) binding.declarations.push({ ...declared, scope });
      else found.set(scope.id, { scope, declarations: [{ ...declared, scope }] });
    }
    // Where the module has the name, `except A, B:` may as well read it.
    if (found.has(this.root.id) || /^[A-Z]/u.test(name)) return found;
    for (const node of nodes.filter(isOldExceptTarget)) {
      const scope = this.actualScope(name, holderOf(node), found);
      const declared: PythonDeclared = { node, by: node.parent!, kind: "variable", scope };
      const binding = found.get(scope.id);
      if (binding) binding.declarations.push(declared);
      else found.set(scope.id, { scope, declarations: [declared] });
    }
    return found;
  }

  /** The binding that a name means from a place; undefined: it is built in, or comes from a wildcard import. */
  resolve(node: Node, name: string = node.text): PythonBinding | undefined {
    const bindings = this.bindings(name);
    if (bindings.size === 0) return undefined;
    let isInner = false;
    let from = node;
    for (let outer = node.parent; outer; from = outer, outer = outer.parent) {
      const { type } = outer;
      if (comprehension.test(type)) {
        if (!isFirstIterable(node, outer)) {
          const binding = bindings.get(outer.id);
          if (binding) return binding;
          isInner = true;
        }
        continue;
      }
      if (!pythonScope.test(type)) continue;
      const word = this.elsewhere.get(`${name} ${outer.id}`);
      if (word === "global") return bindings.get(this.root.id);
      const isBody = type === "module" || outer.childForFieldName("body")?.id === from.id;
      const isOwn = isBody && word === undefined && !(type === "class_definition" && isInner);
      const binding =
        isOwn || (!isBody && isTypeParameter(bindings.get(outer.id)))
          ? bindings.get(outer.id)
          : undefined;
      if (binding) return binding;
      if (isBody && type !== "class_definition") isInner = true;
    }
    return undefined;
  }

  private actualScope(name: string, scope: Node, found: Map<number, PythonBinding>): Node {
    const word = this.elsewhere.get(`${name} ${scope.id}`);
    if (word === undefined) return scope;
    if (word === "global") return this.root;
    for (let outer = scope.parent; outer; outer = outer.parent) {
      if (!/^(?:function_definition|lambda)$/u.test(outer.type)) continue;
      const isNonlocal = this.elsewhere.get(`${name} ${outer.id}`) === "nonlocal";
      if (!isNonlocal && (found.has(outer.id) || this.declaresIn(name, outer))) return outer;
    }
    return scope;
  }

  private declaresIn(name: string, scope: Node): boolean {
    for (const start of wordStarts(this.text, name)) {
      if (start < scope.startIndex || start > scope.endIndex) continue;
      const node = nodeAt(this.root, start, start + name.length);
      if (node.type === "identifier" && pythonDeclared(node)?.scope.id === scope.id) return true;
    }
    return false;
  }
}

/** `except A, e:`, which binds a name in Python 2; Python 3.14 reads two classes. */
export function isOldExceptTarget(node: Node): boolean {
  const by = node.parent;
  if (by?.type !== "except_clause") return false;
  const values = by.childrenForFieldName("value");
  return values.length === 2 && values[1]?.id === node.id;
}

const isTypeParameter = (binding: PythonBinding | undefined): boolean =>
  binding?.declarations.every(({ kind }) => kind === "type") ?? false;

/** The function, class or module whose scope a statement is in. */
export function holderOf(node: Node): Node {
  return around(node, pythonScope) ?? node;
}

/** The first iterable of a comprehension is evaluated outside of it. */
function isFirstIterable(node: Node, whole: Node): boolean {
  const first = whole.namedChildren.find((child) => child?.type === "for_in_clause");
  const right = first?.childForFieldName("right");
  return right != null && right.startIndex <= node.startIndex && node.endIndex <= right.endIndex;
}

/** What a name binds at its place, if it binds. */
function pythonDeclared(node: Node): PythonDeclared | undefined {
  const by = node.parent;
  if (!by) return undefined;
  const isName = by.childForFieldName("name")?.id === node.id;
  const one = (kind: PythonDeclared["kind"], scope: Node, at: Node = by): PythonDeclared => ({
    node,
    by: at,
    kind,
    scope,
  });
  switch (by.type) {
    case "function_definition":
      return isName ? one("function", holderOf(by)) : undefined;
    case "class_definition":
      return isName ? one("class", holderOf(by)) : undefined;
    case "aliased_import":
      return by.childForFieldName("alias")?.id === node.id
        ? one("import", holderOf(by))
        : undefined;
    case "dotted_name":
      return dottedDeclared(node, by);
    case "named_expression":
      return isName ? one("variable", holderOf(by)) : undefined;
    case "delete_statement":
      return one("variable", holderOf(by));
    case "splat_pattern":
      return one("variable", holderOf(by));
    case "as_pattern":
      return by.parent?.type === "case_pattern" ? one("variable", holderOf(by)) : undefined;
    case "type":
    case "constrained_type":
      return typeDeclared(node);
    default:
      return parameterDeclared(node) ?? pythonPatternDeclared(node);
  }
}

/** Names of imports, and captures of `match`. */
function dottedDeclared(node: Node, dotted: Node): PythonDeclared | undefined {
  const { parent } = dotted;
  if (!parent || dotted.namedChildren[0]?.id !== node.id) return undefined;
  if (parent.type === "import_statement") {
    return { node, by: dotted, kind: "import", scope: holderOf(node) };
  }
  if (parent.type === "import_from_statement") {
    const isModule = parent.childForFieldName("module_name")?.id === dotted.id;
    return isModule ? undefined : { node, by: dotted, kind: "import", scope: holderOf(node) };
  }
  const isCapture =
    dotted.namedChildCount === 1 &&
    (parent.type === "case_pattern" || parent.type === "keyword_pattern") &&
    node.text !== "_";
  return isCapture ? { node, by: dotted, kind: "variable", scope: holderOf(node) } : undefined;
}

function typeDeclared(node: Node): PythonDeclared | undefined {
  const list = around(node, /^(?:type_parameter|function_definition|class_definition)$/u);
  if (list?.type === "type_parameter") {
    const owner = list.parent;
    const isDeclaration =
      owner?.childForFieldName("type_parameters")?.id === list.id &&
      node.parent?.namedChildren[0]?.id === node.id;
    if (isDeclaration && owner) return { node, by: list, kind: "type", scope: owner };
  }
  const statement = around(node, /^type_alias_statement$/u);
  const left = statement?.childForFieldName("left");
  if (statement && left?.startIndex === node.startIndex) {
    return { node, by: statement, kind: "type", scope: holderOf(statement) };
  }
  return undefined;
}

function parameterDeclared(node: Node): PythonDeclared | undefined {
  let inner = node;
  for (let outer = node.parent; outer; inner = outer, outer = outer.parent) {
    if (parameterLists.test(outer.type)) {
      return outer.parent ? { node, by: inner, kind: "parameter", scope: outer.parent } : undefined;
    }
    const isSplat = /^(?:list_splat_pattern|dictionary_splat_pattern|tuple_pattern)$/u.test(
      outer.type,
    );
    const isNamed =
      /^(?:default_parameter|typed_default_parameter)$/u.test(outer.type) &&
      outer.childForFieldName("name")?.id === inner.id;
    const isTyped = outer.type === "typed_parameter" && outer.namedChildren[0]?.id === inner.id;
    if (!isSplat && !isNamed && !isTyped) return undefined;
  }
  return undefined;
}

function pythonPatternDeclared(node: Node): PythonDeclared | undefined {
  let inner = node;
  for (let outer = node.parent; outer; inner = outer, outer = outer.parent) {
    const isLeft = outer.childForFieldName("left")?.id === inner.id;
    const one = (scope: Node): PythonDeclared => ({ node, by: outer!, kind: "variable", scope });
    if (outer.type === "as_pattern_target") return one(holderOf(outer));
    if (pythonPattern.test(outer.type)) continue;
    if (/^(?:assignment|augmented_assignment|for_statement)$/u.test(outer.type)) {
      return isLeft ? one(holderOf(outer)) : undefined;
    }
    if (outer.type === "for_in_clause") {
      return isLeft && outer.parent ? one(outer.parent) : undefined;
    }
    return undefined;
  }
  return undefined;
}
