import type { Node } from "web-tree-sitter";
import type { NameReference, ScopeBinding } from "../extract/references.ts";
import { isBuiltIn } from "./python-safety.ts";
import { innerFunctionOf, isNodeWithin, type LoopSite, referencesTo } from "./site.ts";

export type PythonType = "int" | "str" | "bool";

/**
 * The type of an expression of Python that has one value all through the loop and cannot fail before it. Floats are left out: mixed
 * with large integers they overflow.
 */
export function pythonStable(site: LoopSite, node: Node): PythonType | undefined {
  switch (node.type) {
    case "integer":
      return /j$/iu.test(node.text) ? undefined : "int";
    case "true":
    case "false":
      return "bool";
    case "string":
      return plainStringType(site, node);
    case "identifier":
      return stableName(site, node);
    case "parenthesized_expression":
      return pythonStable(site, node.namedChildren[0]!);
    case "not_operator":
      return pythonStable(site, node.childForFieldName("argument")!) && "bool";
    case "boolean_operator": {
      const [left, right] = sides(site, node);
      return left === right ? left : undefined;
    }
    case "comparison_operator": {
      const types = node.namedChildren.map((one) => pythonStable(site, one!));
      const isPlain = node.children.every(
        (one) => one?.isNamed || /^(?:[<>]=?|[!=]=)$/u.test(one?.type ?? ""),
      );
      return isPlain && types[0] && types.every((one) => one === types[0]) ? "bool" : undefined;
    }
    case "binary_operator": {
      const [left, right] = sides(site, node);
      const operator = node.childForFieldName("operator")!.text;
      if (left === "str" && right === "str" && operator === "+") return "str";
      if (left !== "int" || right !== "int") return undefined;
      if (/^[-+*&|^]$/u.test(operator)) return "int";
      const divisor = node.childForFieldName("right")!;
      const isDivided = /^(?:\/\/|%)$/u.test(operator) && /^[1-9]\d*$/u.test(divisor.text);
      return isDivided ? "int" : undefined;
    }
    default:
      return undefined;
  }
}

const sides = (site: LoopSite, node: Node): (PythonType | undefined)[] =>
  ["left", "right"].map((field) => pythonStable(site, node.childForFieldName(field)!));

function plainStringType(site: LoopSite, node: Node): "str" | undefined {
  if (/^\w*b/iu.test(node.text)) return undefined;
  const filled = node.descendantsOfType("interpolation");
  const isPlain = filled.every(
    (one) =>
      one!.namedChildCount === 1 &&
      !one!.text.includes("=") &&
      pythonStable(site, one!.namedChildren[0]!) === "str",
  );
  return isPlain ? "str" : undefined;
}

/** A variable of the function that gets one value, before the loop; written types are taken as true. */
function stableName(site: LoopSite, node: Node): PythonType | undefined {
  const found = onlyValue(site, node);
  if (!found) return undefined;
  const { declared, binding } = found;
  if (declared.kind === "parameter")
    return binding.declarations.length === 1 ? parameterType(site, declared.by) : undefined;
  const assignment = declared.node.parent;
  const value =
    assignment?.type === "assignment" ? assignment.childForFieldName("right") : undefined;
  if (!value || assignment!.childForFieldName("left")?.id !== declared.node.id) return undefined;
  return isBeforeLoop(site, assignment!) ? pythonLiteralType(value) : undefined;
}

interface OnlyValue {
  readonly binding: ScopeBinding;
  readonly declared: ScopeBinding["declarations"][number];
}

/** The one place where a variable of the function around the loop gets its value. */
export function onlyValue(site: LoopSite, node: Node): OnlyValue | undefined {
  const { inner } = site;
  const binding = site.all.find((one) => one.node.id === node.id)?.binding;
  const [declared] = binding?.declarations ?? [];
  const isOwn =
    binding &&
    inner?.type === "function_definition" &&
    binding.scopeStart === inner.startIndex &&
    binding.scopeEnd === inner.endIndex;
  if (!isOwn || !declared || binding.declarations.length !== 1) return undefined;
  const isDeclared = (one: NameReference): boolean =>
    site.text.slice(inner.startIndex, inner.endIndex).includes(`nonlocal ${one.name}`);
  return referencesTo(site, binding).some((one) => isDeclared(one))
    ? undefined
    : { binding, declared };
}

/** Whether a statement surely runs before the loop does. */
export function isBeforeLoop(site: LoopSite, node: Node): boolean {
  const list = node.parent?.parent;
  return (
    list?.type === "block" &&
    node.endIndex <= site.statement.startIndex &&
    isNodeWithin(site.statement, list) &&
    innerFunctionOf(node)?.id === site.inner?.id
  );
}

function pythonLiteralType(node: Node): PythonType | undefined {
  if (node.type === "integer") return /j$/iu.test(node.text) ? undefined : "int";
  if (/^(?:true|false)$/u.test(node.type)) return "bool";
  const isPlain =
    node.type === "string" &&
    node.descendantsOfType("interpolation").length === 0 &&
    !/^\w*b/iu.test(node.text);
  return isPlain ? "str" : undefined;
}

function parameterType(site: LoopSite, by: Node): PythonType | undefined {
  const type = by.childForFieldName("type")?.text;
  if (type !== "int" && type !== "str" && type !== "bool") return undefined;
  if (!isBuiltIn(site, type)) return undefined;
  const value = by.childForFieldName("value");
  return !value || pythonLiteralType(value) === type ? type : undefined;
}

/** The type of what a loop variable, or anything stable, is: `str` and `int` have hashes that agree with `==`. */
export function hashedType(site: LoopSite, node: Node): PythonType | undefined {
  const stable = pythonStable(site, node);
  if (stable || node.type !== "identifier") return stable;
  const found = onlyValue(site, node);
  const loop = found?.declared.by;
  if (
    loop?.type !== "for_statement" ||
    loop.childForFieldName("left")?.id !== found!.declared.node.id
  )
    return undefined;
  const body = loop.childForFieldName("body");
  if (!body || !isNodeWithin(node, body)) return undefined;
  const right = loop.childForFieldName("right")!;
  if (
    right.type === "call" &&
    right.childForFieldName("function")?.text === "range" &&
    isBuiltIn(site, "range")
  )
    return "int";
  if (pythonStable(site, right) === "str") return "str";
  if (right.type === "list" || right.type === "tuple") {
    const types = right.namedChildren.map((one) => one && pythonLiteralType(one));
    return types[0] && types.every((one) => one === types[0]) ? types[0] : undefined;
  }
  return undefined;
}

/** A list of Python of literals that have hashes. */
export function isLiteralList(node: Node): boolean {
  return (
    /^(?:list|tuple)$/u.test(node.type) &&
    node.namedChildCount > 0 &&
    node.namedChildren.every((one) => one !== null && pythonLiteralType(one) !== undefined)
  );
}
