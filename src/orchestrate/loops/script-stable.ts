import type { Node } from "web-tree-sitter";
import { isCertainlySet } from "./script-collect.ts";
import { knownPrimitive } from "./script-lists.ts";
import { innerFunctionOf, isNodeWithin, type LoopSite, referencesTo } from "./site.ts";

export type StableType = "number" | "string" | "boolean";

/**
 * The type of an expression of JavaScript that has one primitive value all through the loop, and cannot fail before it: it is made of
 * literals, of variables of known primitive types that nothing writes, and of operators.
 */
export function scriptStable(site: LoopSite, node: Node): StableType | undefined {
  const of = (field: string): StableType | undefined => {
    const part = node.childForFieldName(field);
    return part ? scriptStable(site, part) : undefined;
  };
  switch (node.type) {
    case "identifier":
      return isFixed(site, node) ? knownPrimitive(site, node) : undefined;
    case "parenthesized_expression":
      return node.namedChildCount === 1 ? scriptStable(site, node.namedChildren[0]!) : undefined;
    case "template_string": {
      const filled = node.namedChildren.filter((one) => one?.type === "template_substitution");
      return filled.every(
        (one) => one!.namedChildCount === 1 && scriptStable(site, one!.namedChildren[0]!),
      )
        ? "string"
        : undefined;
    }
    case "unary_expression": {
      const operator = node.childForFieldName("operator")!.text;
      const inner = of("argument");
      if (!inner) return undefined;
      if (operator === "!") return "boolean";
      if (operator === "typeof") return "string";
      return /^[-+~]$/u.test(operator) && inner === "number" ? "number" : undefined;
    }
    case "binary_expression":
      return binaryType(node.childForFieldName("operator")!.text, of("left"), of("right"));
    case "ternary_expression": {
      const [then, other] = [of("consequence"), of("alternative")];
      return of("condition") && then === other ? then : undefined;
    }
    case "member_expression": {
      const isLength =
        node.childForFieldName("property")?.text === "length" && !node.text.includes("?.");
      return isLength && of("object") === "string" ? "number" : undefined;
    }
    default:
      return knownPrimitive(site, node);
  }
}

function binaryType(
  operator: string,
  left: StableType | undefined,
  right: StableType | undefined,
): StableType | undefined {
  if (!left || !right) return undefined;
  if (/^(?:[!=]==?|[<>]=?)$/u.test(operator)) return "boolean";
  if (/^(?:&&|\|\||\?\?)$/u.test(operator)) return left === right ? left : undefined;
  if (operator === "+" && (left === "string" || right === "string")) return "string";
  const isNumber = left === "number" && right === "number";
  return isNumber && /^(?:\*\*|[-+*/%&|^]|<<|>>>?)$/u.test(operator) ? "number" : undefined;
}

/** A variable that has one value from before the loop on. */
function isFixed(site: LoopSite, node: Node): boolean {
  const binding = site.all.find((one) => one.node.id === node.id)?.binding;
  const [declared] = binding?.declarations ?? [];
  if (!binding || !declared || binding.declarations.length !== 1) return false;
  if (referencesTo(site, binding).some((one) => one.writes && !one.declares)) return false;
  if (declared.kind === "parameter") {
    const home = innerFunctionOf(declared.node);
    const body = home?.childForFieldName("body");
    // `arguments[0] = 1` writes the first parameter.
    if (home && /\barguments\b/u.test(home.text)) return false;
    return body !== null && body !== undefined && isNodeWithin(site.statement, body);
  }
  const isGiven =
    declared.by.type === "variable_declarator" && declared.by.childForFieldName("value") !== null;
  return isGiven && isCertainlySet(site, declared.node);
}
