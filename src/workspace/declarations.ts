import type { Node } from "web-tree-sitter";
import {
  type Declaration,
  type Declarations,
  declarationsByPattern,
} from "./declaration-patterns.ts";
import type { SyntaxChecker } from "./syntax.ts";

/** Kinds of nodes, in all grammars, that declare what their field `name` or `declarator` says. */
const declaringNode =
  /(?:definition|declaration|declarator|signature|_item|_spec|_elem|constructor|function|method|class|module|enum_variant|enum_constant|enum_assignment|enum_member_declaration|_specifier|_statement)$|^(?:class|module|method|singleton_method|property_signature|assignment|pair|enumerator|public_field_definition|field_definition|type_alias|const_element|method_elem)$/u;
const isNoDeclaration =
  /param|import|export_spec|attribute|argument|call|jsx|use_|label|catch|for_|preproc_(?:if|else|include)|access_spec|lambda|_clause|storage_class|goto|command/u;
/** Declares a local variable if it is in the body of a function. */
const isVariable =
  /variable|assignment|^pair$|lexical|short_var|const_spec|var_spec|let_declaration|init_declarator|const_item|const_declaration|static_item|^declaration$/u;
const isFunction =
  /function|method|constructor|lambda|arrow|closure|accessor|destructor|^block$|do_block|func_literal/u;
const inDeclarator = /declarator$|^(?:qualified_identifier|scope_resolution|generic_type)$/u;

const identifier = /[\p{L}_$#][\p{L}\p{N}_$]*/gu;

/** Identifiers of a line that are asked about; a longer line declares nothing more. */
const perLine = 12;

/**
 * Declarations of a text: by the grammar of its language where there is one and it takes no time, else by
 * pattern. Only the places that are asked about are looked at: a walk through the whole tree takes longer
 * than the parse.
 */
export function declarationsOf(
  text: string,
  lines: readonly string[],
  path: string,
  checker: SyntaxChecker | undefined,
): Declarations {
  const root = checker?.tree?.(text)?.rootNode;
  const byPattern = declarationsByPattern(lines, path);
  if (!root) return byPattern;
  let words: Map<string, number[]> | undefined;
  const on = (line: number): Declaration[] => {
    const found: Declaration[] = [];
    let asked = 0;
    for (const { 0: name, index } of (lines[line] ?? "").matchAll(identifier)) {
      if (asked++ >= perLine) break;
      const declaration = declarationAt(root, line, index, name);
      if (declaration) found.push(declaration);
    }
    // Tests are calls for the grammar; they are declared all the same.
    // Where the text is broken the grammar may not see what is there.
    if (found.length > 0) return found;
    return root.hasError ? [...byPattern.on(line)] : testsOnly(byPattern.on(line));
  };
  return {
    on,
    named(name) {
      if (/^["'`]/u.test(name)) return byPattern.named(name);
      words ??= linesOfWords(lines);
      const where = words.get(name) ?? [];
      return where.flatMap((line) => on(line).filter((found) => found.name === name));
    },
  };
}

/** The lines of each word. */
function linesOfWords(lines: readonly string[]): Map<string, number[]> {
  const words = new Map<string, number[]>();
  for (const [line, text] of lines.entries()) {
    for (const [word] of text.matchAll(identifier)) {
      const known = words.get(word);
      if (!known) words.set(word, [line]);
      else if (known.at(-1) !== line) known.push(line);
    }
  }
  return words;
}

const testsOnly = (found: readonly Declaration[]): Declaration[] =>
  found.filter(({ name }) => /^["'`]/u.test(name));

function declarationAt(
  root: Node,
  line: number,
  column: number,
  name: string,
): Declaration | undefined {
  const node = root.descendantForPosition(
    { row: line, column },
    { row: line, column: column + name.length },
  );
  if (!node || node.startPosition.row !== line || node.startPosition.column > column)
    return undefined;
  const declaration = declarationOf(node);
  if (!declaration) return undefined;
  const scope: string[] = [];
  let local = false;
  for (let outer = declaration.parent; outer; outer = outer.parent) {
    if (isFunction.test(outer.type) && outer.type !== "block") local = true;
    const around = nameOfNode(outer);
    if (around !== undefined) scope.unshift(around);
  }
  if (local && isVariable.test(declaration.type)) return undefined;
  const receiver = declaration
    .childForFieldName("receiver")
    ?.text.replace(/^\(\s*\w+\s+|[()*]/gu, "");
  if (receiver !== undefined) scope.push(receiver.trim());
  return { name, scope: scope.join("/"), line, end: declaration.endPosition.row };
}

/** The node that declares what this name says, if the name is what something declares. */
function declarationOf(name: Node): Node | undefined {
  let node = name;
  for (let up = 0; up < 8; up++) {
    const { parent } = node;
    if (!parent) return undefined;
    const isPart =
      parent.childForFieldName("declarator")?.id === node.id ||
      (inDeclarator.test(parent.type) && parent.childForFieldName("name")?.id === node.id);
    if (isPart && inDeclarator.test(parent.type) && parent.type !== "variable_declarator") {
      node = parent;
      continue;
    }
    if (isNoDeclaration.test(parent.type) || !declaringNode.test(parent.type)) return undefined;
    if (isPart) return parent;
    for (const field of ["name", "declarator", "property"]) {
      if (parent.childForFieldName(field)?.id === node.id) return parent;
    }
    if (parent.type === "pair") return isFunctionPair(parent, node) ? parent : undefined;
    if (parent.type === "assignment") {
      return parent.childForFieldName("left")?.id === node.id ? parent : undefined;
    }
    return undefined;
  }
  return undefined;
}

function isFunctionPair(pair: Node, key: Node): boolean {
  if (pair.childForFieldName("key")?.id !== key.id) return false;
  return /function/u.test(pair.childForFieldName("value")?.type ?? "");
}

/** What a node around a declaration is called. */
function nameOfNode(node: Node): string | undefined {
  if (!declaringNode.test(node.type) || isNoDeclaration.test(node.type)) return undefined;
  const own = node.childForFieldName("name") ?? node.childForFieldName("type");
  if (own) return own.text.split("\n")[0];
  const declarator = node.childForFieldName("declarator");
  return declarator ? /[\w:~]+/u.exec(declarator.text)?.[0] : undefined;
}
