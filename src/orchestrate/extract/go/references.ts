import type { Node } from "web-tree-sitter";
import { literalType } from "../../names/go.ts";
import { type GoBinding, type GoDeclared, GoScopes } from "../../names/go-scopes.ts";
import { isField } from "../../names/nodes.ts";

/** What a name of a Go file means. */
export interface GoVariable {
  readonly id: string;
  readonly name: string;
  readonly scope: Node;
  readonly isTop: boolean;
  /** In the order of the text; the first one declares it, later ones of a `:=` assign. */
  readonly declarations: readonly GoDeclared[];
}

/** One place of a name. */
export interface GoReference {
  readonly node: Node;
  readonly name: string;
  readonly variable: GoVariable | undefined;
  readonly declares: boolean;
  readonly reads: boolean;
  readonly writes: boolean;
  /** A part of the value is assigned: a field, an element. */
  readonly writesPart: boolean;
  /** Where the innermost function around it begins. */
  readonly within: number;
}

const goFunctionTypes =
  /^(?:function_declaration|method_declaration|func_literal|function_type|method_elem)$/u;

/** Names of a Go file, resolved by its scopes. */
export class GoNames {
  readonly scopes: GoScopes;
  /** Whether a type of the package, by its name, is a struct; undefined: not known. */
  private readonly isStruct: (name: string) => boolean | undefined;

  constructor(root: Node, text: string, isStruct: (name: string) => boolean | undefined) {
    this.scopes = new GoScopes(root, text);
    this.isStruct = isStruct;
  }

  /** Every name in a part of the file, in order; names of members are none. */
  in(part: Node): GoReference[] {
    const found: GoReference[] = [];
    const visit = (node: Node, within: number): void => {
      if (/^(?:identifier|type_identifier|package_identifier)$/u.test(node.type)) {
        if (node.text !== "_" && !this.isFieldKey(node)) found.push(this.at(node, within));
        return;
      }
      const own = node.type === "func_literal" ? node.startIndex : within;
      for (const child of node.namedChildren) if (child) visit(child, own);
    };
    visit(part, part.startIndex);
    return found;
  }

  variableOf(node: Node): GoVariable | undefined {
    const name = node.text;
    const bindings = this.scopes.bindings(name);
    let found: GoBinding | undefined;
    for (const one of bindings.values())
      if (one.declarations.some((own) => own.node.id === node.id)) found = one;
    found ??= this.scopes.resolve(node);
    if (!found) return undefined;
    // Parameters are in the block of the function: a `:=` there assigns them.
    const { scope } = found;
    const isBody = scope.type === "block" && goFunctionTypes.test(scope.parent?.type ?? "");
    const head = isBody ? bindings.get(scope.parent!.id) : found;
    const body = isBody
      ? found
      : goFunctionTypes.test(scope.type)
        ? bindings.get(scope.childForFieldName("body")?.id ?? -1)
        : undefined;
    const all = [...new Set([head, body])].flatMap((one) => one?.declarations ?? []);
    const home = head?.scope ?? scope;
    return {
      id: `${name} ${home.startIndex}:${home.endIndex}:${home.type}`,
      name,
      scope: home,
      isTop: home.type === "source_file",
      declarations: all.sort((one, other) => one.node.startIndex - other.node.startIndex),
    };
  }

  private at(node: Node, within: number): GoReference {
    const variable = this.variableOf(node);
    const declares = variable?.declarations.some((one) => one.node.id === node.id) ?? false;
    const access = declares ? { reads: false, writes: true, writesPart: false } : accessOf(node);
    return { node, name: node.text, variable, declares, within, ...access };
  }

  /** The key of a composite literal is a field where its type is a struct. Where that is not known, only an exported name is one: a variable that is passed for nothing does no harm. */
  private isFieldKey(node: Node): boolean {
    const element = node.parent;
    if (element?.type !== "literal_element" || element.parent?.type !== "keyed_element")
      return false;
    if (!isField(element, "key")) return false;
    const type = literalType(element.parent.parent ?? undefined);
    if (!type) return false;
    if (/^(?:map_type|slice_type|array_type|implicit_length_array_type)$/u.test(type.type))
      return false;
    if (type.type === "struct_type") return true;
    const named = type.type === "generic_type" ? type.childForFieldName("type") : type;
    const known = named?.type === "type_identifier" ? this.isStruct(named.text) : undefined;
    return known ?? /^\p{Lu}/u.test(node.text);
  }
}

type GoAccess = Pick<GoReference, "reads" | "writes" | "writesPart">;

function accessOf(node: Node): GoAccess {
  let isWhole = true;
  const written = (reads: boolean): GoAccess =>
    isWhole
      ? { reads, writes: true, writesPart: false }
      : { reads: true, writes: false, writesPart: true };
  let inner = node;
  for (let outer = node.parent; outer; inner = outer, outer = outer.parent) {
    if (outer.type === "parenthesized_expression") continue;
    if (/^(?:selector|index)_expression$/u.test(outer.type) && isField(inner, "operand")) {
      isWhole = false;
      continue;
    }
    if (/^(?:inc|dec)_statement$/u.test(outer.type)) return written(true);
    if (outer.type === "expression_list" && isField(outer, "left")) {
      const by = outer.parent!;
      if (by.type === "assignment_statement")
        return written(by.childForFieldName("operator")?.text !== "=");
      if (/^(?:range_clause|receive_statement)$/u.test(by.type)) return written(false);
    }
    break;
  }
  return { reads: true, writes: false, writesPart: false };
}
