import type { Node } from "web-tree-sitter";
import { alwaysLeaves, maySwallow } from "./leaves.ts";
import type { NameReference } from "./references.ts";
import type { Selection } from "./selection.ts";

/** A statement around the selection that sees an error of it. */
export interface Guard {
  readonly node: Node;
  /** Its parts that run after an error. */
  readonly clauses: readonly Node[];
  /** What follows may run after an error. */
  readonly passes: boolean;
}

/** Every `try` around a selection in its function, and every `with` that may swallow an error. */
export function guardsAround({ statements, inner }: Selection): Guard[] {
  const found: Guard[] = [];
  let from: Node = statements[0]!;
  for (
    let node: Node | null = from.parent;
    node && node.id !== inner.id;
    from = node, node = node.parent
  ) {
    if (node.type === "with_statement" && maySwallow(node))
      found.push({ node, clauses: [], passes: true });
    if (node.type !== "try_statement" || from.type.startsWith("finally")) continue;
    const isBody = node.childForFieldName("body")?.id === from.id;
    const types = isBody
      ? /^(?:catch_clause|except_clause|except_group_clause|finally_clause)$/u
      : /^finally_clause$/u;
    const clauses = node.namedChildren.filter(
      (one): one is Node => one !== null && types.test(one.type),
    );
    const passes = clauses.some((one) =>
      one.type === "finally_clause"
        ? one.descendantsOfType(["break_statement", "continue_statement"]).length > 0
        : !alwaysLeaves(one.namedChildren),
    );
    found.push({ node, clauses, passes });
  }
  return found;
}

/** Whether a value that the selection gave to a variable is read after an error in it: the new function would have kept it. */
export function isLost(
  { node: guard, clauses, passes }: Guard,
  selection: Selection,
  written: readonly NameReference[],
  reads: readonly NameReference[],
  loops: readonly Node[],
): boolean {
  if (written.every(({ node }) => isLastAct(node, selection))) return false;
  const around = loops.filter((one) => isNodeIn(guard, one));
  return reads.some(
    ({ node }) =>
      clauses.some((one) => isNodeIn(node, one)) ||
      (passes && (node.startIndex >= guard.endIndex || around.some((one) => isNodeIn(node, one)))),
  );
}

export const isNodeIn = (node: Node, outer: Node): boolean =>
  node.startIndex >= outer.startIndex && node.endIndex <= outer.endIndex;

/** A plain assignment at the end of a way through the selection: no error can come after it. */
function isLastAct(node: Node, { statements }: Selection): boolean {
  const { parent } = node;
  const statement = parent?.parent;
  const last = statements.at(-1)!;
  if (!parent || statement?.namedChildCount !== 1) return false;
  if (!/^(?:assignment|assignment_expression|variable_declarator)$/u.test(parent.type))
    return false;
  const field = parent.type === "variable_declarator" ? "name" : "left";
  return parent.childForFieldName(field)?.id === node.id && isLastOf(statement, last);
}

/** Whether a statement ends a whole one: by itself, or as the last one of a branch. */
function isLastOf(statement: Node, whole: Node): boolean {
  if (!/^(?:expression_statement|lexical_declaration|variable_declaration)$/u.test(statement.type))
    return false;
  for (let node: Node | null = statement; node; node = node.parent) {
    if (node.id === whole.id) return true;
    const list: Node | null = node.parent;
    if (
      !list ||
      !/^(?:statement_block|block|if_statement|else_clause|elif_clause)$/u.test(list.type)
    )
      return false;
    const isList = /block$/u.test(list.type);
    const last = list.namedChildren.findLast((one) => one?.type !== "comment");
    if (isList && last?.id !== node.id) return false;
  }
  return false;
}
