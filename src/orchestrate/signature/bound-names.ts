import type { Node } from "web-tree-sitter";
import { usedNames } from "./used-names.ts";

/** A name that a parameter binds. */
export interface BoundName {
  readonly name: string;
  /** Where in the argument its value is: "" is the argument, `.key` and `[0]` lead into a pattern. */
  readonly path: string;
  /** A default within the pattern: the argument may lack it. */
  readonly hasDefault: boolean;
}

/** The names that a parameter of a script binds: one, or those of a pattern. */
export function boundNames(node: Node, path = "", hasDefault = false): BoundName[] {
  const field = (name: string): Node | null => node.childForFieldName(name);
  const inner = (child: Node | null, more = "", withDefault = hasDefault): BoundName[] =>
    child ? boundNames(child, path + more, withDefault) : [];
  switch (node.type) {
    case "required_parameter":
    case "optional_parameter":
      return inner(field("pattern"));
    case "assignment_pattern":
    case "object_assignment_pattern": {
      // The default of a whole parameter is for calls that leave it out.
      const isInside = node.type === "object_assignment_pattern" || path !== "";
      return inner(field("left"), "", hasDefault || isInside);
    }
    case "shorthand_property_identifier_pattern":
      return [{ name: node.text, path: `${path}.${node.text}`, hasDefault }];
    case "pair_pattern":
      return inner(field("value"), `.${field("key")?.text ?? ""}`);
    case "object_pattern":
      return node.namedChildren.flatMap((child) => inner(child));
    case "array_pattern":
      return arrayItems(node).flatMap(([at, child]) => inner(child, `[${at}]`));
    case "rest_pattern": {
      // What a rest has depends on the names beside it.
      const others = path === "" && !/_pattern$/u.test(node.parent?.type ?? "") ? "" : beside(node);
      return inner(node.namedChildren[0] ?? null, others);
    }
    case "identifier":
    case "this":
      return [{ name: node.text, path, hasDefault }];
    default:
      return [];
  }
}

function arrayItems(pattern: Node): [at: number, Node][] {
  let at = 0;
  return pattern.children.flatMap((child): [number, Node][] => {
    if (child?.type === ",") at += 1;
    return child?.isNamed && child.type !== "comment" ? [[at, child]] : [];
  });
}

function beside(rest: Node): string {
  const others = rest.parent!.namedChildren.flatMap((one) =>
    one && one.id !== rest.id && one.type !== "comment" ? /^[^=:\s]*/u.exec(one.text)! : [],
  );
  return `...${others.sort().join(",")}`;
}

/** The names that the defaults of a parameter use, those within its pattern, too. */
export function namesInDefaults(node: Node): string[] {
  return valuesOf(node).flatMap(usedNames);
}

/** Whether a default of a parameter awaits or yields: JavaScript allows neither. */
export const waitsInDefaults = (node: Node): boolean =>
  valuesOf(node).some(
    (one) => one.descendantsOfType(["await_expression", "yield_expression"]).length > 0,
  );

function valuesOf(node: Node): Node[] {
  const found: Node[] = [];
  const open: Node[] = [node];
  for (let one = open.pop(); one; one = open.pop()) {
    const value = /assignment_pattern$/u.test(one.type)
      ? one.childForFieldName("right")
      : /parameter$/u.test(one.type)
        ? one.childForFieldName("value")
        : null;
    if (value) found.push(value);
    if (one.type === "computed_property_name") found.push(one);
    else
      for (const child of one.namedChildren)
        if (child && child.id !== value?.id && child.type !== "type_annotation") open.push(child);
  }
  return found;
}
