import type { Node } from "web-tree-sitter";
import { alwaysLeaves } from "./flow.ts";
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

/** A plain assignment at the end: no error can come after it. */
function isLastAct(node: Node, { statements }: Selection): boolean {
  const { parent } = node;
  const last = statements.at(-1)!;
  const isOnly =
    last.namedChildCount === 1 && parent !== null && last.namedChildren[0]?.id === parent.id;
  if (!isOnly || !/^(?:assignment|assignment_expression|variable_declarator)$/u.test(parent.type))
    return false;
  const field = parent.type === "variable_declarator" ? "name" : "left";
  return parent.childForFieldName(field)?.id === node.id;
}

/** Whether a `with` of Python may go on behind its body after an error. */
export function maySwallow(node: Node): boolean {
  const body = node.childForFieldName("body")!;
  const items = node
    .descendantsOfType("with_item")
    .filter((one): one is Node => one !== null && one.endIndex <= body.startIndex);
  return items.length === 0 || !items.every((one) => neverSwallows(one));
}

function neverSwallows(item: Node): boolean {
  const value = item.childForFieldName("value");
  const call = value?.type === "as_pattern" ? value.namedChildren[0] : value;
  if (call?.type !== "call") return false;
  const called = call.childForFieldName("function");
  const name = called?.type === "attribute" ? called.childForFieldName("attribute") : called;
  return knownManagers.test(name?.text ?? "");
}

/** Managers of the standard library that pass every error on. */
const knownManagers =
  /^(?:open|StringIO|BytesIO|closing|nullcontext|redirect_stdout|redirect_stderr|TemporaryDirectory|NamedTemporaryFile|TemporaryFile|scandir|ZipFile|ThreadPoolExecutor|ProcessPoolExecutor|Popen|localcontext|catch_warnings)$/u;
