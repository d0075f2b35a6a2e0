import type { Node } from "web-tree-sitter";
import { marginAt } from "../extract/layout.ts";
import { around } from "../names/nodes.ts";
import { pythonStable } from "./python-stable.ts";
import { otherShape, refuseLoop } from "./refusal.ts";
import { type LoopEdit, type LoopPiece, type LoopRewrite, lineEndIn } from "./rewrite.ts";
import { scriptStable } from "./script-stable.ts";
import { type LoopSite, loopStatements, refuseByName, runsIn } from "./site.ts";

const hoistedTypes =
  /^(?:binary_expression|binary_operator|template_string|string|ternary_expression|comparison_operator|boolean_operator)$/u;

/** Expressions that have one value in all rounds are evaluated once, before the loop. */
export function toHoisted(site: LoopSite): LoopRewrite {
  requireLineBefore(site);
  const { statement, language } = site;
  refuseByName(site, site.inner ?? site.root);
  const stable = language === "python" ? pythonStable : scriptStable;
  const parts = roundParts(statement);
  const isStable = (node: Node): boolean =>
    hoistedTypes.test(node.type) &&
    !isTagged(node) &&
    node.descendantsOfType("identifier").length > 0 &&
    stable(site, node) !== undefined;
  const found: Node[] = [];
  for (const part of parts) {
    const open = [part];
    for (let one = open.pop(); one; one = open.pop()) {
      if (isStable(one)) found.push(one);
      else if (one.id === part.id || !isApart(one))
        for (const child of one.children) if (child?.isNamed) open.push(child);
    }
  }
  found.sort((a, b) => a.startIndex - b.startIndex);
  const [first] = found;
  if (!first)
    return otherShape(
      "nothing in the loop is known to have the same value in every round: sums of numbers and texts of known types have.",
      statement.startIndex,
    );
  const taken = new Set(site.all.map(({ name }) => name));
  const groups = new Map<string, Node[]>();
  for (const one of found) groups.set(one.text, [...(groups.get(one.text) ?? []), one]);
  const edits: LoopEdit[] = [];
  const lines: LoopPiece[] = [];
  const named: string[] = [];
  for (const same of groups.values()) {
    const name = freeName(taken, "invariant");
    taken.add(name);
    named.push(name);
    lines.push(...definition(site, name, [same[0]!]));
    for (const one of same.map(withBrackets))
      edits.push({ start: one.startIndex, end: one.endIndex, pieces: [name] });
  }
  edits.push({ start: statement.startIndex, end: statement.startIndex, pieces: lines });
  return {
    edits,
    title: `\`${first.text.split("\n")[0]}\`${groups.size > 1 ? ` and ${groups.size - 1} more` : ""} before the loop`,
    why: "its variables have known types and one value, and evaluating it cannot fail",
    notes: [`the name ${named.map((one) => `\`${one}\``).join(", ")} may be renamed`],
  };
}

/** With the brackets that a name does not need; those of a condition belong to its statement. */
function withBrackets(node: Node): Node {
  const { parent } = node;
  const isNeedless =
    parent?.type === "parenthesized_expression" &&
    parent.namedChildCount === 1 &&
    !/statement$|clause$/u.test(parent.parent?.type ?? "statement");
  return isNeedless ? withBrackets(parent) : node;
}

/** The text of a template that a function gets, or a part of a text in several parts. */
const isTagged = (node: Node): boolean =>
  (node.type === "template_string" && node.parent?.type === "call_expression") ||
  node.parent?.type === "concatenated_string";

/** Functions and classes inside run at other times. */
const isApart = (node: Node): boolean =>
  runsIn(node).length === 1 ||
  /^(?:lambda|function_definition|class_definition|class_declaration|class|type_annotation|type)$/u.test(
    node.type,
  ) ||
  /function|method/u.test(node.type);

/** What is evaluated in each round. */
export function roundParts(loop: Node): Node[] {
  const fields = ["condition", "increment", "body"];
  if (!loopStatements.test(loop.type))
    return otherShape("there is no loop at the line.", loop.startIndex);
  return fields.flatMap((field) => loop.childForFieldName(field) ?? []);
}

/** A statement can be written on the line before the loop. */
export function requireLineBefore({ text, statement, position }: LoopSite): void {
  const home = around(statement, /^(?:class_definition|function_definition|class_static_block)$/u);
  if (home !== undefined && home.type !== "function_definition")
    refuseLoop("in the body of a class a new variable is a member.", statement);
  if (!loopStatements.test(statement.type))
    otherShape("there is no loop at the line.", statement.startIndex);
  const from = text.lastIndexOf("\n", statement.startIndex - 1) + 1;
  if (position < 0 || text.slice(from, statement.startIndex).trim() !== "")
    refuseLoop(
      "nothing can be written before the loop: it has a label, or is not on a line of its own.",
      statement,
    );
}

/** `name = value` with its line end and the margin of what follows. */
export function definition(site: LoopSite, name: string, value: readonly LoopPiece[]): LoopPiece[] {
  const behind = `${lineEndIn(site.text)}${marginAt(site.text, site.statement.startIndex)}`;
  return site.language === "python"
    ? [`${name} = `, ...value, behind]
    : [`const ${name} = `, ...value, `;${behind}`];
}

/** A name that the file does not use. */
export function freeName(taken: ReadonlySet<string>, wanted: string): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted}${count}`;
    if (!taken.has(name)) return name;
  }
}
