import type { Node } from "web-tree-sitter";
import { scriptFunction } from "../names/script-scopes.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";

const noReturnForms: readonly RegExp[] = [
  /^A function whose declared type is neither '[^\n]*' must return a value/u,
  /^Function lacks ending return statement/u,
  /^Not all code paths return a value/u,
  // Go, mypy
  /^missing return(?:$|\s)/u,
  /^Missing return statement/u,
];

/** Returns the value at the end of a function, or of a branch at its end, that only writes it down. */
export const missingReturn: FixRule<true> = {
  name: "missing return",
  recognise: (said) => (noReturnForms.some((form) => form.test(said)) ? true : undefined),
  propose(_, problem) {
    const body = functionOf(problem)?.childForFieldName("body");
    if (!body) return [];
    const values = lastValues(body);
    if (values.length === 0) return [];
    const shown = values.length === 1 ? `\`${values[0]!.text.split("\n", 1)[0]!}\`` : "the values";
    return [
      {
        title: `return ${shown}`,
        why: "the function must return a value, and its last statement only computes one",
        confidence: values.every(isPure) ? 0.97 : 0.8,
        changes: values.map(({ startIndex: start }) => ({ start, end: start, text: "return " })),
      },
    ] satisfies Fix[];
  },
};

const functions = /^(?:function_definition|function_declaration|method_declaration|func_literal)$/u;
const isAnyFunction = ({ type }: Node): boolean =>
  scriptFunction.test(type) || functions.test(type);

/** Tools name the return type, the name, the brace at the end, or the first line. */
function functionOf({ root, start, lineStart, lineEnd, text }: FixProblem): Node | undefined {
  for (
    let node: Node | null = root.descendantForIndex(start, start + 1);
    node;
    node = node.parent
  ) {
    if (isAnyFunction(node)) return node;
  }
  const at = lineStart + text.slice(lineStart, lineEnd).search(/\S/u);
  return (
    root.descendantsOfType([...declaredFunctions]).find((node) => node?.startIndex === at) ??
    undefined
  );
}

const declaredFunctions = ["function_definition", "function_declaration", "method_declaration"];

/** The expressions at the ends of a block, also of the branches of an `if` at its end. */
function lastValues(block: Node): Node[] {
  const last = block.namedChildren.filter((one) => one && one.type !== "comment").at(-1);
  if (!last) return [];
  if (last.type === "statement_list") return lastValues(last);
  if (last.type === "expression_statement") {
    const value = last.namedChildren[0];
    const isValue = value && !/assignment|update|await|yield|string$/u.test(value.type);
    return isValue ? [value] : [];
  }
  if (last.type === "if_statement") {
    const branches = [
      last.childForFieldName("consequence"),
      ...last.childrenForFieldName("alternative"),
    ].flatMap((one) => (one ? branchBlocks(one) : []));
    return branches.flatMap(lastValues);
  }
  if (last.type === "try_statement" || last.type === "with_statement") {
    const body = last.childForFieldName("body");
    return body ? lastValues(body) : [];
  }
  return [];
}

function branchBlocks(branch: Node): Node[] {
  if (/^(?:statement_block|block)$/u.test(branch.type)) return [branch];
  const inner =
    branch.childForFieldName("body") ??
    branch.childForFieldName("consequence") ??
    branch.namedChildren[0];
  return inner ? branchBlocks(inner) : [];
}

/** A call may be meant for what it does. */
const isPure = ({ type }: Node): boolean =>
  !/^(?:call|call_expression|new_expression)$/u.test(type);
