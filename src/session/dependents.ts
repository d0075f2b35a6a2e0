import type { Node } from "web-tree-sitter";

/** Characters [start, end) of a text, UTF-16 units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** The tree of a text in the language of its file. */
export interface SyntaxTree {
  readonly rootNode: Node;
}

/** Fields by which the grammars name what a declaration or an assignment defines. */
const nameFields = ["name", "left", "pattern", "alias", "declarator"] as const;

/** Nodes that bound the names defined in them. */
const scopes =
  /^(?:program|module|source_file|translation_unit|block|statement_block|class_body|body|.*function.*|method_.*|.*class.*|.*lambda.*)$/;

/** How far meaning is followed: a use in an initialiser defines a name that depends on it too. */
const deepestUse = 3;

/**
 * The lines whose meaning depends on what edits changed: uses of the names that they define, in the scope of the definition, then uses of
 * the names defined by those. The nearest definition first, text order within.
 *
 * @param changed where the new text is, in the text of `tree`
 */
export function dependentRanges(tree: SyntaxTree, changed: readonly TextRange[]): TextRange[] {
  const identifiers = identifiersOf(tree.rootNode);
  const found: TextRange[] = [];
  const seen = new Set<string>();
  let names = changed.flatMap((range) => definedAround(tree.rootNode, range));
  for (let depth = 0; depth < deepestUse && names.length > 0; depth++) {
    const next: DefinedName[] = [];
    for (const { name, scope, from } of names) {
      const key = `${name} ${scope.id}`;
      if (seen.has(key)) continue;
      seen.add(key);
      for (const use of identifiers.get(name) ?? []) {
        if (use.startIndex < Math.max(from, scope.startIndex) || use.endIndex > scope.endIndex)
          continue;
        const statement = statementOf(use);
        found.push({
          start: statement.startIndex,
          end: Math.min(statement.endIndex, use.endIndex + 80),
        });
        next.push(...definedBy(use).filter((one) => one.name !== name));
      }
    }
    names = next;
  }
  return found;
}

interface DefinedName {
  readonly name: string;
  readonly scope: Node;
  /** Uses before this are not looked at: they cannot have seen the change. */
  readonly from: number;
}

/** What is defined by the nodes around a changed range, innermost first. */
function definedAround(root: Node, { start, end }: TextRange): DefinedName[] {
  const last = Math.max(start, end - 1);
  const inner = root.descendantForIndex(start, last);
  if (inner === null) return [];
  const inside = namedIn(inner, start, end).flatMap(definedBy);
  return [...inside, ...definedBy(inner)].map((one) => ({ ...one, from: end }));
}

/** Identifiers of a node within a range. */
function namedIn(node: Node, start: number, end: number): Node[] {
  return node
    .descendantsOfType(["identifier", "property_identifier", "type_identifier"])
    .filter((one): one is Node => one !== null && one.startIndex >= start && one.endIndex <= end);
}

/** The names of the declarations and assignments that a node is a part of, innermost first. */
function definedBy(node: Node): DefinedName[] {
  const found: DefinedName[] = [];
  for (let at: Node | null = node; at !== null; at = at.parent) {
    for (const field of nameFields) {
      const named: Node | null = at.childForFieldName(field);
      if (named === null) continue;
      const scope = nameScope(at);
      const identifiers = /identifier$/.test(named.type)
        ? [named]
        : named.descendantsOfType(["identifier", "property_identifier", "type_identifier"]);
      for (const identifier of identifiers) {
        if (identifier !== null) found.push({ name: identifier.text, scope, from: at.endIndex });
      }
    }
    // A change in a function's body changes what the function is; beyond it lies its class.
    if (/function|method/.test(at.type)) break;
  }
  return found;
}

/** A member is used beyond its class, so its scope is the whole text. */
function nameScope(declaration: Node): Node {
  let at: Node = declaration;
  while (at.parent !== null) {
    at = at.parent;
    if (/class/.test(at.type) || /^(?:class_body|interface_body)$/.test(at.type)) continue;
    if (scopes.test(at.type) && !(at.type === "block" && /class/.test(at.parent?.type ?? "")))
      return at;
  }
  return at;
}

function statementOf(node: Node): Node {
  let at = node;
  while (at.parent !== null && at.parent.startPosition.row === node.startPosition.row) {
    if (at.parent.endPosition.row - at.parent.startPosition.row > 2) break;
    at = at.parent;
  }
  return at;
}

function identifiersOf(root: Node): Map<string, Node[]> {
  const found = new Map<string, Node[]>();
  for (const node of root.descendantsOfType([
    "identifier",
    "property_identifier",
    "type_identifier",
    "shorthand_property_identifier",
    "field_identifier",
  ])) {
    if (node === null) continue;
    const list = found.get(node.text);
    if (list) list.push(node);
    else found.set(node.text, [node]);
  }
  return found;
}
