import type { Node } from "web-tree-sitter";
import { around, isField } from "../names/nodes.ts";

/** What one place of a function's name is. */
export type FunctionUse =
  | FunctionDeclaration
  | {
      readonly kind: "call";
      readonly call: Node;
      readonly list: Node;
      /** What the method is called on. */
      readonly receiver: string | undefined;
    }
  /** An import or an export: another file may call the function under this name. */
  | { readonly kind: "passing" }
  /** A class below the one whose constructor is asked. */
  | { readonly kind: "subclass"; readonly node: Node; readonly hasOwn: boolean }
  | { readonly kind: "other"; readonly why: string };

export interface FunctionDeclaration {
  readonly kind: "declaration";
  readonly node: Node;
  /** The list of parameters, or the one parameter of an arrow function. */
  readonly list: Node;
  readonly body: Node | null;
  /** Python: the first parameter is passed by what the method is called on, an object or the class. */
  readonly receiver: "object" | "class" | undefined;
}

export const notFollowed = (why: string): FunctionUse => ({ kind: "other", why });
const functionValues = /^(?:arrow_function|function_expression|generator_function)$/u;

export function functionUse(name: Node, declares: boolean): FunctionUse {
  const declared = declaredFunction(name);
  if (declared) return declarationUse(declared);
  if (isPassing(name)) return { kind: "passing" };
  if (/string|comment/u.test(name.type)) return notFollowed("a string names the function");
  if (declares) return notFollowed("it is declared in a way that is not understood");
  return callUse(name);
}

function declarationUse(node: Node): FunctionUse {
  const isAccessor = node.children.some((one) => one?.type === "get" || one?.type === "set");
  if (isAccessor) return notFollowed("a getter or setter has no list of its own");
  const list = node.childForFieldName("parameters") ?? node.childForFieldName("parameter");
  if (!list) return notFollowed("it is declared in a way that is not understood");
  const body = node.childForFieldName("body");
  return { kind: "declaration", node, list, body, receiver: boundReceiver(node) };
}

/** The function that a name is declared by: of a declaration, a method, a variable, a field, or a property. */
function declaredFunction(name: Node): Node | undefined {
  const by = name.parent;
  if (!by) return undefined;
  if (isField(name, "name") && by.childForFieldName("parameters")) return by;
  const isKey = isField(name, "key") || isField(name, "name") || isField(name, "property");
  if (isKey && /^(?:variable_declarator|(?:public_)?field_definition|pair)$/u.test(by.type)) {
    const value = by.childForFieldName("value");
    return value && functionValues.test(value.type) ? value : undefined;
  }
  if (isKey && by.type === "property_signature") {
    const type = by.childForFieldName("type")?.namedChildren[0];
    return type?.type === "function_type" ? type : undefined;
  }
  if (by.type === "member_expression" && isField(name, "property") && isField(by, "left")) {
    const value = by.parent?.childForFieldName("right");
    return value && functionValues.test(value.type) ? value : undefined;
  }
  return undefined;
}

/** A method of Python takes its object or its class first, unless it is static. */
function boundReceiver(node: Node): FunctionDeclaration["receiver"] {
  if (node.type !== "function_definition") return undefined;
  const decorated = node.parent?.type === "decorated_definition" ? node.parent : undefined;
  const owner = (decorated ?? node).parent?.parent;
  if (owner?.type !== "class_definition") return undefined;
  const decorators = decorated?.namedChildren.flatMap((one) =>
    one?.type === "decorator" ? one.text.replace(/^@\s*/u, "") : [],
  );
  if (decorators?.includes("staticmethod")) return undefined;
  return decorators?.includes("classmethod") ? "class" : "object";
}

const exported = /^(?:module\.)?exports\b/u;

export function isPassing(name: Node): boolean {
  const { parent } = name;
  if (!parent) return false;
  if (/^(?:import_specifier|export_specifier|import_clause|namespace_export)$/u.test(parent.type))
    return true;
  if (parent.type === "export_statement" || parent.type === "import_alias") return true;
  if (around(name, /^(?:import_from_statement|import_statement)$/u)) return true;
  // `__all__` of Python.
  if (name.type.startsWith("string")) {
    const left = around(name, /^(?:assignment|augmented_assignment)$/u)?.childForFieldName("left");
    return left?.text === "__all__";
  }
  if (isOfRequire(name)) return true;
  // `module.exports = { f }`, `module.exports = f`, `exports.f = f`
  const isItem =
    name.type === "shorthand_property_identifier" ||
    (parent.type === "pair" && isField(name, "value"));
  const value = isItem ? around(name, /^object$/u) : name;
  const assignment = value?.parent;
  const isRight = assignment?.type === "assignment_expression" && isField(value!, "right");
  if (isRight && exported.test(assignment.childForFieldName("left")?.text ?? "")) return true;
  const isLeft = parent.type === "member_expression" && isField(parent, "left");
  return isLeft && exported.test(parent.text);
}

/** `const { f } = require("./a")`, `const f = require("./a")`, or the same of `await import("./a")`. */
function isOfRequire(name: Node): boolean {
  const isItem =
    name.type === "shorthand_property_identifier_pattern" || name.parent?.type === "pair_pattern";
  const isWhole = name.parent?.type === "variable_declarator" && isField(name, "name");
  const declarator = isItem ? around(name, /^variable_declarator$/u) : isWhole ? name.parent : null;
  let value = declarator?.childForFieldName("value");
  while (value && /^(?:await_expression|parenthesized_expression)$/u.test(value.type))
    value = value.namedChildren[0];
  return /^(?:require|import)$/u.test(value?.childForFieldName("function")?.text ?? "");
}

/** The first argument of `describe`, `it` and the like. */
export function isTestTitle(text: Node): boolean {
  const string = around(text, /^(?:string|template_string)$/u) ?? text;
  const list = string.parent;
  if (list?.type !== "arguments" || list.namedChildren[0]?.id !== string.id) return false;
  const called = list.parent?.childForFieldName("function")?.text ?? "";
  return /^(?:describe|it|test|suite)(?:\.(?:only|skip|todo|concurrent))?$/u.test(called);
}

const asValue = "it is used as a value, and what calls it is not known";

export function callUse(name: Node): FunctionUse {
  let callee = name;
  let receiver: string | undefined;
  const member = name.parent;
  const isMember =
    member !== null &&
    /^(?:member_expression|attribute|selector_expression)$/u.test(member.type) &&
    (isField(name, "property") || isField(name, "attribute") || isField(name, "field"));
  if (isMember) {
    callee = member;
    const object = member.childForFieldName("object") ?? member.childForFieldName("operand");
    receiver = object?.text;
  }
  while (/^(?:parenthesized_expression|non_null_expression)$/u.test(callee.parent?.type ?? ""))
    callee = callee.parent!;
  const call = callee.parent;
  const isCall = call !== null && (isField(callee, "function") || isField(callee, "constructor"));
  if (!isCall) {
    if (around(name, /^type_query$/u)) return notFollowed("its type is used");
    return notFollowed(asValue);
  }
  const list = call.childForFieldName("arguments");
  if (!list || !/^(?:arguments|argument_list)$/u.test(list.type))
    return notFollowed("it is called without a list of arguments");
  return { kind: "call", call, list, receiver };
}
