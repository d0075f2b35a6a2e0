import type { Node } from "web-tree-sitter";
import { isField } from "../names/nodes.ts";

const dependent = /^(?:this|super|await|await_expression|yield|yield_expression)$/u;

/** The names that a part of code uses, without members and labels; also the words whose meaning the function around decides. */
export function usedNames(part: Node): string[] {
  const found: string[] = [];
  const open: Node[] = [part];
  for (let one = open.pop(); one; one = open.pop()) {
    const isName = /^(?:type_)?identifier$|^shorthand_property_identifier$/u.test(one.type);
    const isLabel =
      (one.parent?.type === "attribute" && isField(one, "attribute")) ||
      (one.parent?.type === "keyword_argument" && isField(one, "name"));
    if (isName && !isLabel) found.push(one.text);
    else if (dependent.test(one.type)) found.push(one.type);
    for (const child of one.namedChildren) if (child) open.push(child);
  }
  return found;
}
