import type { Node } from "web-tree-sitter";
import { around } from "../../names/nodes.ts";
import { ExtractRefusal } from "../refusal.ts";
import { type StatementLines, statementsOnLines } from "../selection.ts";

/** Whole statements of one block inside a function of Go. */
export interface GoSelection extends StatementLines {
  /** The innermost function around them: its results are those of a `return`. */
  readonly inner: Node;
  /** The outermost function. */
  readonly outer: Node;
  /** The declaration of the file that holds them all. */
  readonly anchor: Node;
}

const goFunctions = /^(?:function_declaration|method_declaration|func_literal)$/u;

/** @throws ExtractRefusal where the lines are not whole statements inside a function */
export function selectGoLines(root: Node, text: string, from: number, to: number): GoSelection {
  const lines = statementsOnLines(root, text, /^(?:statement_list|source_file)$/u, from, to);
  const inner = around(lines.statements[0]!, goFunctions);
  if (!inner) throw new ExtractRefusal("the lines are not in a function.", lines.start);
  let outer = inner;
  for (let next: Node | undefined = inner; next; next = around(next, goFunctions)) outer = next;
  let anchor = outer;
  while (anchor.parent && anchor.parent.type !== "source_file") anchor = anchor.parent;
  return { ...lines, inner, outer, anchor };
}

export const isInGoSelection = ({ statements }: GoSelection, node: Node): boolean =>
  node.startIndex >= statements[0]!.startIndex && node.endIndex <= statements.at(-1)!.endIndex;

/** Whether nothing of the innermost function comes after the statements. */
export function endsGoFunction({ inner, statements }: GoSelection): boolean {
  const list = inner
    .childForFieldName("body")
    ?.namedChildren.find((one) => one?.type === "statement_list");
  const last = list?.namedChildren.findLast((one) => one?.type !== "comment");
  return last?.id === statements.at(-1)!.id;
}
