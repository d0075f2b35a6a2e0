import type { Node } from "web-tree-sitter";
import { otherShape, refuseLoop } from "./refusal.ts";
import type { LoopPiece } from "./rewrite.ts";
import { statementsOf } from "./site.ts";

/** `for` and `if` inside of each other, around one last statement. */
export interface LoopChain {
  /** ` for a in b`, ` if c`: without the blank. */
  readonly clauses: readonly (readonly LoopPiece[])[];
  readonly targets: readonly Node[];
  /** Iterables and conditions; the first is evaluated once, before everything. */
  readonly parts: readonly Node[];
  readonly last: readonly Node[];
}

/** Reads a loop whose body is one statement, under conditions, guards with `continue` and further loops. */
export function chainOf(loop: Node, lastCount = 1): LoopChain {
  const clauses: LoopPiece[][] = [];
  const targets: Node[] = [];
  const parts: Node[] = [];
  let node = loop;
  for (;;) {
    if (node.childForFieldName("alternative"))
      refuseLoop(
        "the loop has an `else`, or a condition has.",
        node.childForFieldName("alternative")!,
      );
    if (node.type === "for_statement") {
      if (node.children.some((one) => one?.type === "async"))
        refuseLoop("the loop is asynchronous.", node);
      const [left, right] = [node.childForFieldName("left")!, node.childForFieldName("right")!];
      targets.push(left);
      parts.push(right);
      clauses.push(["for ", left, " in ", ...bracketed(right)]);
    } else {
      const condition = node.childForFieldName("condition")!;
      parts.push(condition);
      clauses.push(["if ", ...bracketed(condition)]);
    }
    const body = node.childForFieldName(node.type === "for_statement" ? "body" : "consequence")!;
    let list = statementsOf(body);
    for (;;) {
      const guard =
        list.length > lastCount || list.length > 1 ? pythonGuardOf(list[0]!) : undefined;
      if (!guard) break;
      const inner = guard.type === "not_operator" ? guard.childForFieldName("argument") : null;
      parts.push(inner ?? guard);
      clauses.push(inner ? ["if ", ...bracketed(inner)] : ["if not ", ...notBracketed(guard)]);
      list = list.slice(1);
    }
    const [only] = list;
    if (list.length === 1 && only && /^(?:for_statement|if_statement)$/u.test(only.type)) {
      node = only;
      continue;
    }
    if (list.length !== lastCount)
      otherShape(
        "the loop does more than one thing.",
        list[lastCount]?.startIndex ?? node.startIndex,
      );
    return { clauses, targets, parts, last: list };
  }
}

/** The condition of `if condition: continue`. */
function pythonGuardOf(node: Node): Node | undefined {
  if (node.type !== "if_statement" || node.childForFieldName("alternative")) return undefined;
  const body = statementsOf(node.childForFieldName("consequence")!);
  return body.length === 1 && body[0]!.type === "continue_statement"
    ? node.childForFieldName("condition")!
    : undefined;
}

const needsBrackets = /^(?:conditional_expression|lambda|expression_list|pattern_list)$/u;

/** An expression as a part of a comprehension. */
export const bracketed = (node: Node): LoopPiece[] =>
  needsBrackets.test(node.type) ? ["(", node, ")"] : [node];

const isSimple =
  /^(?:identifier|attribute|call|subscript|parenthesized_expression|true|false|none|string|integer)$/u;

/** Behind `not`. */
export const notBracketed = (node: Node): LoopPiece[] =>
  isSimple.test(node.type) ? [node] : ["(", node, ")"];
