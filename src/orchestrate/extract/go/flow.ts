import type { Node } from "web-tree-sitter";
import { ExtractRefusal } from "../refusal.ts";
import { endsGoFunction, type GoSelection, isInGoSelection } from "./selection.ts";

/** How control leaves the statements. */
export interface GoFlow {
  /** Every way returns from the innermost function, or ends it. */
  readonly returns: boolean;
  /** Some ways return an error that is not nil, and the others go on. */
  readonly returnsError: boolean;
  /** A `return` gives back what the named results hold. */
  readonly bare: boolean;
}

const breakTargets =
  /^(?:for_statement|expression_switch_statement|type_switch_statement|select_statement)$/u;
const goCases = /^(?:expression_case|type_case|communication_case|default_case)$/u;

/** @throws ExtractRefusal for what leaves the statements, or means something else in a function of its own */
export function goFlowOf(selection: GoSelection): GoFlow {
  const { statements, inner, outer } = selection;
  const jump = outer.descendantsOfType("goto_statement")[0];
  if (jump) throw new ExtractRefusal("the function has a `goto`.", jump.startIndex);
  const result = inner.childForFieldName("result");
  const returned: Node[] = [];
  let bare: Node | undefined;
  const visit = (node: Node, isNested: boolean): void => {
    const refuse = (why: string): never => {
      throw new ExtractRefusal(why, node.startIndex);
    };
    const { type } = node;
    if (type === "labeled_statement") refuse("a label is for the whole function.");
    if (type === "identifier" && (node.text === "recover" || node.text === "iota"))
      refuse(`\`${node.text}\` means something only in its place.`);
    if (type === "iota") refuse("`iota` means something only in its place.");
    if (!isNested) {
      if (type === "defer_statement") refuse("`defer` runs at the end of the function.");
      if (type === "return_statement") {
        returned.push(node);
        if (result && node.namedChildCount === 0) bare ??= node;
      }
      if (/^(?:break|continue|fallthrough)_statement$/u.test(type)) {
        const target = jumpTargetOf(node);
        if (!target || !isInGoSelection(selection, target))
          refuse(`\`${node.text}\` leaves the selection.`);
      }
    }
    for (const child of node.namedChildren)
      if (child) visit(child, isNested || type === "func_literal");
  };
  for (const one of statements) visit(one, false);
  const ends = isTerminating(statements.at(-1)!);
  const [first] = returned;
  if (first) {
    // At the end of a function without results, going on is returning.
    if (ends || (!result && endsGoFunction(selection)))
      return { returns: true, returnsError: false, bare: bare !== undefined };
    const isError = result?.type === "type_identifier" && result.text === "error";
    if (isError && returned.every(returnsSomeError))
      return { returns: false, returnsError: true, bare: false };
    throw new ExtractRefusal(someReturn, first.startIndex);
  }
  if (ends) {
    throw new ExtractRefusal(
      "the selection ends in a panic or an endless loop: Go would miss what comes after the call.",
      statements.at(-1)!.startIndex,
    );
  }
  return { returns: false, returnsError: false, bare: false };
}

export const someReturn =
  "`return` is not reached on every way through the selection. Select up to the end of the function, or without it.";

/** `if err != nil { return err }`: nothing in between can make it nil. */
function returnsSomeError(node: Node): boolean {
  const list = node.parent;
  const block = list?.type === "statement_list" ? list.parent : list;
  const holder = block?.parent;
  const isFirst = list?.namedChildren.find((one) => one?.type !== "comment")?.id === node.id;
  if (!isFirst || holder?.type !== "if_statement") return false;
  const condition = holder.childForFieldName("condition");
  const value = node.namedChildCount === 1 ? node.namedChildren[0]! : null;
  return (
    value !== null &&
    holder.childForFieldName("consequence")?.id === block!.id &&
    condition?.type === "binary_expression" &&
    condition.childForFieldName("operator")?.text === "!=" &&
    condition.childForFieldName("left")?.type === "identifier" &&
    condition.childForFieldName("left")?.text === value.text &&
    condition.childForFieldName("right")?.text === "nil"
  );
}

function jumpTargetOf(node: Node): Node | undefined {
  if (node.namedChildren.some((one) => one?.type === "label_name")) return undefined;
  const isOf = {
    break_statement: breakTargets,
    continue_statement: /^for_statement$/u,
    fallthrough_statement: /^expression_switch_statement$/u,
  }[node.type]!;
  for (let outer = node.parent; outer && outer.type !== "func_literal"; outer = outer.parent)
    if (isOf.test(outer.type)) return outer;
  return undefined;
}

/** Terminating statements, as the Go specification defines them; labels are refused before. */
export function isTerminating(node: Node): boolean {
  switch (node.type) {
    case "return_statement":
      return true;
    case "expression_statement": {
      const call = node.namedChildren[0];
      return (
        call?.type === "call_expression" && call.childForFieldName("function")?.text === "panic"
      );
    }
    case "block":
      return endsTerminating(node);
    case "if_statement": {
      const other = node.childForFieldName("alternative");
      const then = node.childForFieldName("consequence");
      return other !== null && then !== null && isTerminating(then) && isTerminating(other);
    }
    case "for_statement": {
      const head = node.namedChildren.find(
        (one) =>
          one !== null && one.id !== node.childForFieldName("body")?.id && one.type !== "comment",
      );
      const isEndless =
        !head || (head.type === "for_clause" && head.childForFieldName("condition") === null);
      return isEndless && !hasOwnBreak(node);
    }
    case "expression_switch_statement":
    case "type_switch_statement":
    case "select_statement": {
      const cases = node.namedChildren.filter(
        (one): one is Node => one !== null && goCases.test(one.type),
      );
      const isWhole =
        node.type === "select_statement" || cases.some((one) => one.type === "default_case");
      return isWhole && !hasOwnBreak(node) && cases.every(endsTerminating);
    }
    default:
      return false;
  }
}

function endsTerminating(holder: Node): boolean {
  const list = holder.namedChildren.find((one) => one?.type === "statement_list");
  const last = list?.namedChildren.findLast((one) => one !== null && one.type !== "comment");
  return !!last && (last.type === "fallthrough_statement" || isTerminating(last));
}

const hasOwnBreak = (node: Node): boolean =>
  node
    .descendantsOfType("break_statement")
    .some((one) => one !== null && jumpTargetOf(one)?.id === node.id);
