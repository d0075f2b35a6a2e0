import type { Node } from "web-tree-sitter";
import { chainOf, type LoopChain, notBracketed } from "./python-chain.ts";
import {
  codeEndOf,
  comprehensionPieces,
  replaceBoth,
  requireDistinct,
  requireOwnLines,
  splitOf,
} from "./python-comprehension.ts";
import {
  isBuiltIn,
  requireNotKept,
  requirePlainParts,
  requireQuiet,
  requireUnreadBehind,
  requireUnseen,
  startBefore,
  targetNames,
} from "./python-safety.ts";
import { otherShape, refuseLoop } from "./refusal.ts";
import type { LoopPiece, LoopRewrite } from "./rewrite.ts";
import { type LoopSite, refuseByName, refuseComments } from "./site.ts";

/** A search with a flag or with returns becomes `any` or `all`. */
export function toAnyOrAll(site: LoopSite, form: "any" | "all"): LoopRewrite {
  const loop = site.statement;
  if (loop.type !== "for_statement") otherShape("only a `for` loop becomes a search.");
  const isReturn = statementsEnd(loop) === "return";
  const chain = chainOf(loop, isReturn ? 1 : 2);
  const found = isReturn ? returned(site, chain) : flagged(site, chain);
  const { parts, clauses, test } = tested(chain, loop);
  // What the loop finds is `true`: any, or not any; a negated condition makes it all.
  const wanted = found.value ? "any" : "all";
  if (wanted !== form) otherShape(`the loop is \`${wanted}\`.`, loop.startIndex);
  if (!isBuiltIn(site, form)) refuseLoop(`\`${form}\` is not the one of Python.`, loop);
  requirePlainParts(parts);
  refuseByName(site, site.inner ?? loop);
  const targets = chain.targets.flatMap(targetNames);
  requireDistinct(targets);
  requireUnreadBehind(site, loop, targets);
  requireNotKept(site, parts, targets);
  requireQuiet(site, parts.slice(1));
  const value = form === "any" ? [test] : negated(test);
  const brackets = `${form}()`;
  const split = splitOf(site, targets);
  if (isReturn) {
    requireOwnLines(site, loop, found.start);
    refuseComments(site, loop.startIndex, codeEndOf(found.start));
    const pieces = comprehensionPieces(site, found.start, brackets, value, clauses);
    const edit = { start: loop.startIndex, end: codeEndOf(found.start), pieces };
    return { edits: [edit], title: `return ${form}(...)`, why: searchWhy, split };
  }
  const assignment = found.start.namedChildren[0]!;
  const pieces = comprehensionPieces(site, assignment, brackets, value, clauses);
  return {
    edits: replaceBoth(site, found.start, pieces),
    title: `\`${form}\` for \`${assignment.childForFieldName("left")!.text}\``,
    why: searchWhy,
    split,
  };
}

const searchWhy =
  "the search ends at the same element, evaluates the same conditions, and nothing reads the loop variable afterwards";

/** The last statement of the innermost block. */
function statementsEnd(loop: Node): "return" | "break" | undefined {
  const types = loop.descendantsOfType(["return_statement", "break_statement"]);
  if (types.length !== 1) return otherShape("the loop has no single end.", loop.startIndex);
  return types[0]!.type === "return_statement" ? "return" : "break";
}

interface FoundFlag {
  /** The start value, or the `return` behind the loop. */
  readonly start: Node;
  /** What the loop answers when it finds something. */
  readonly value: boolean;
}

function flagged(site: LoopSite, { last }: LoopChain): FoundFlag {
  const [set, end] = last;
  const assignment = set?.type === "expression_statement" ? set.namedChildren[0] : undefined;
  const name = assignment?.type === "assignment" ? assignment.childForFieldName("left") : undefined;
  if (
    end?.type !== "break_statement" ||
    name?.type !== "identifier" ||
    assignment!.childForFieldName("type")
  )
    return otherShape("the loop does not set a flag and end.", site.statement.startIndex);
  const loops = site.statement.descendantsOfType("for_statement");
  if (loops.length > 1) refuseLoop("`break` ends only the inner loop.", end);
  const value = booleanOf(assignment!.childForFieldName("right"));
  const start = startBefore(site, name!.text);
  const first = start.namedChildren[0]!;
  const before = booleanOf(first.childForFieldName("right"));
  if (value === undefined || before !== !value)
    otherShape("the flag does not change from one truth value to the other.", start.startIndex);
  const isBehind = requireUnseen(site, first.childForFieldName("left")!, [name!]);
  if (site.siblings[site.position - 1]?.id !== start.id && !isBehind)
    refuseLoop(`\`${name!.text}\` may be read before the loop.`, start);
  return { start, value: value! };
}

function returned(site: LoopSite, { last }: LoopChain): FoundFlag {
  const value =
    last[0]?.type === "return_statement" ? booleanOf(last[0].namedChildren[0]) : undefined;
  const behind = site.siblings[site.position + 1];
  const other =
    behind?.type === "return_statement" ? booleanOf(behind.namedChildren[0]) : undefined;
  if (value === undefined || other !== !value)
    return otherShape(
      "the loop does not return one truth value, and the other one behind it.",
      site.statement.startIndex,
    );
  return { start: behind!, value };
}

const booleanOf = (node: Node | null | undefined): boolean | undefined =>
  node?.type === "true" ? true : node?.type === "false" ? false : undefined;

/** The last condition is what is asked; the others stay conditions. */
function tested(
  { clauses, parts }: LoopChain,
  loop: Node,
): { parts: readonly Node[]; clauses: readonly (readonly LoopPiece[])[]; test: Node } {
  const last = clauses.at(-1)!;
  if (last[0] !== "if ") otherShape("no condition is asked at the end.", loop.startIndex);
  return { parts, clauses: clauses.slice(0, -1), test: parts.at(-1)! };
}

/** The opposite of a condition, without `not` where it has one. */
function negated(test: Node): LoopPiece[] {
  const inner = test.type === "not_operator" ? test.childForFieldName("argument") : null;
  if (inner) return [inner];
  return ["not ", ...notBracketed(test)];
}

/** A count becomes `sum`: only of whole numbers, whose sums are exact in any order. */
export function toSum(site: LoopSite): LoopRewrite {
  const loop = site.statement;
  if (loop.type !== "for_statement") otherShape("only a `for` loop becomes a sum.");
  const chain = chainOf(loop);
  const act =
    chain.last[0]!.type === "expression_statement" ? chain.last[0]!.namedChildren[0] : undefined;
  const name = act?.type === "augmented_assignment" ? act.childForFieldName("left") : undefined;
  if (name?.type !== "identifier" || act!.childForFieldName("operator")?.text !== "+=")
    return otherShape("the loop does not only add to a number.", loop.startIndex);
  const added = act!.childForFieldName("right")!;
  if (!isWhole(site, added))
    refuseLoop(
      "only whole numbers have the same sum: `sum` adds floats more exactly, and other types not at all.",
      added,
    );
  const start = startBefore(site, name.text);
  const assignment = start.namedChildren[0]!;
  if (!/^0$/u.test(assignment.childForFieldName("right")?.text ?? ""))
    refuseLoop(`\`${name.text}\` does not begin with 0.`, start);
  if (!isBuiltIn(site, "sum")) refuseLoop("`sum` is not the one of Python.", loop);
  const parts = [...chain.parts, added];
  requirePlainParts(parts);
  refuseByName(site, site.inner ?? loop);
  const isBehind = requireUnseen(site, assignment.childForFieldName("left")!, [name]);
  if (site.siblings[site.position - 1]?.id !== start.id && !isBehind)
    refuseLoop(`\`${name.text}\` may be read before the loop.`, start);
  const targets = chain.targets.flatMap(targetNames);
  requireDistinct(targets);
  requireUnreadBehind(site, loop, targets);
  requireNotKept(site, parts, targets);
  requireQuiet(site, parts.slice(1));
  const pieces = comprehensionPieces(site, assignment, "sum()", [added], chain.clauses);
  return {
    edits: replaceBoth(site, start, pieces),
    title: `\`sum\` for \`${name.text}\``,
    why: "the loop only adds whole numbers, and nothing reads the loop variable afterwards",
    split: splitOf(site, targets),
  };
}

/** Whether a value is surely an `int`. */
function isWhole(site: LoopSite, node: Node): boolean {
  if (node.type === "integer") return true;
  if (node.type === "parenthesized_expression") return isWhole(site, node.namedChildren[0]!);
  if (node.type === "binary_operator" && /^[-+*]$/u.test(node.childForFieldName("operator")!.text))
    return (
      isWhole(site, node.childForFieldName("left")!) &&
      isWhole(site, node.childForFieldName("right")!)
    );
  const called = node.type === "call" ? node.childForFieldName("function") : undefined;
  return called?.text === "len" && isBuiltIn(site, "len");
}
