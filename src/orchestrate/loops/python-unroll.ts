import type { Node } from "web-tree-sitter";
import { marginAt } from "../extract/layout.ts";
import {
  codeEndOf,
  requireAnyOrder,
  requireDistinct,
  requireOwnLines,
} from "./python-comprehension.ts";
import {
  isBuiltIn,
  requireNotKept,
  requirePlainParts,
  requireUnseen,
  targetNames,
} from "./python-safety.ts";
import { otherShape, refuseLoop } from "./refusal.ts";
import { type LoopPiece, type LoopRewrite, lineEndIn } from "./rewrite.ts";
import { type LoopSite, refuseByName, refuseComments, statementsOf } from "./site.ts";

const emptyOfComprehension: Readonly<Record<string, string>> = {
  list_comprehension: "[]",
  set_comprehension: "set()",
  dictionary_comprehension: "{}",
};

/** A comprehension that a variable gets becomes a loop that fills it. */
export function fromComprehension(site: LoopSite): LoopRewrite {
  const { statement } = site;
  const assignment =
    statement.type === "expression_statement" ? statement.namedChildren[0] : undefined;
  const whole = assignment?.type === "assignment" ? assignment.childForFieldName("right") : null;
  const empty = emptyOfComprehension[whole?.type ?? ""];
  const name = assignment?.childForFieldName("left");
  if (!whole || empty === undefined || name?.type !== "identifier")
    return otherShape("no variable gets a comprehension here.", statement.startIndex);
  if (empty === "set()" && !isBuiltIn(site, "set"))
    refuseLoop("`set` is not the one of Python.", whole);
  requireOwnLines(site, statement);
  refuseComments(site, statement.startIndex, codeEndOf(statement));
  refuseByName(site, site.inner ?? statement);
  requireUnseen(site, name, []);
  const body = whole.childForFieldName("body")!;
  const values =
    body.type === "pair"
      ? [body.childForFieldName("key")!, body.childForFieldName("value")!]
      : [body];
  if (values.length === 2) requireAnyOrder(values);
  const clauses = whole.namedChildren.filter((one): one is Node =>
    /^(?:for_in_clause|if_clause)$/u.test(one?.type ?? ""),
  );
  const parts: Node[] = [...values];
  const targets: Node[] = [];
  const lines: LoopPiece[][] = [];
  for (const clause of clauses) {
    if (clause.type === "if_clause") {
      const condition = clause.namedChildren[0]!;
      parts.push(condition);
      lines.push(["if ", condition, ":"]);
      continue;
    }
    if (clause.children.some((one) => one?.type === "async"))
      refuseLoop("the comprehension is asynchronous.", clause);
    const rights = clause.childrenForFieldName("right").filter((one) => one?.isNamed);
    const [left, right] = [clause.childForFieldName("left")!, rights[0]!];
    if (rights.length !== 1) refuseLoop("several iterables without brackets.", clause);
    targets.push(...targetNames(left));
    parts.push(right);
    lines.push(["for ", left, " in ", right, ":"]);
  }
  requireDistinct(targets);
  requirePlainParts(parts);
  requireNotKept(site, parts, targets);
  for (const one of parts)
    if (one.text.includes("\n") && !/^[([{]/u.test(one.text))
      refuseLoop("a part of several lines needs the brackets of the comprehension.", one);
  const [first, second] = values;
  const act: LoopPiece[] =
    second !== undefined
      ? [name.text, "[", first!, "] = ", second]
      : [name.text, empty === "[]" ? ".append(" : ".add(", first!, ")"];
  const margin = marginAt(site.text, statement.startIndex);
  const unit = indentStepOf(site);
  const type = assignment!.childForFieldName("type");
  const pieces: LoopPiece[] = [name, ...(type ? [": ", type] : []), ` = ${empty}`];
  for (const [depth, line] of [...lines, act].entries())
    pieces.push(`${lineEndIn(site.text)}${margin}${unit.repeat(depth)}`, ...line);
  return {
    edits: [{ start: statement.startIndex, end: codeEndOf(statement), pieces }],
    title: `a loop that fills \`${name.text}\``,
    why: "nobody sees it half filled, and the loop variables have no other use in the function",
  };
}

/** One step of indentation in the function around. */
export function indentStepOf({ text, inner }: LoopSite): string {
  const body = inner?.childForFieldName("body");
  const first = body ? statementsOf(body)[0] : undefined;
  const [outer, own] = [inner, first].map((one) => (one ? marginAt(text, one.startIndex) : ""));
  if (own!.startsWith(outer!) && own!.length > outer!.length) return own!.slice(outer!.length);
  return /^\t/mu.test(text) ? "\t" : /^ {2}\S/mu.test(text) ? "  " : "    ";
}
