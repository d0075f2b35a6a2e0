import type { Node } from "web-tree-sitter";
import { marginAt } from "../extract/layout.ts";
import { otherShape, refuseLoop } from "./refusal.ts";
import { type LoopPiece, type LoopRewrite, lineEndIn } from "./rewrite.ts";
import { requireOwnList } from "./script-collect.ts";
import { firstAct, knownList } from "./script-lists.ts";
import { type LoopSite, loopNamesIn, refuseByName, refuseComments, runsIn } from "./site.ts";

/** `const out = xs.filter((x) => c)`, or `map`, becomes a loop that fills the list. */
export function fromCollected(site: LoopSite): LoopRewrite {
  const { statement } = site;
  const declarators = statement.type === "lexical_declaration" ? statement.namedChildren : [];
  const [declarator] = declarators;
  const value = declarator?.childForFieldName("value");
  const called =
    value?.type === "call_expression" ? value.childForFieldName("function") : undefined;
  const method =
    called?.type === "member_expression" ? called.childForFieldName("property")?.text : undefined;
  const name = declarator?.childForFieldName("name");
  if (
    declarators.length !== 1 ||
    !/^(?:map|filter)$/u.test(method ?? "") ||
    called!.text.includes("?.") ||
    name?.type !== "identifier"
  )
    return otherShape(
      "no variable gets the result of `map` or `filter` here.",
      statement.startIndex,
    );
  const list = called!.childForFieldName("object")!;
  const given = value!.childForFieldName("arguments")!.namedChildren;
  const [callback] = given;
  const body = callback?.childForFieldName("body");
  const isArrow =
    given.length === 1 &&
    callback?.type === "arrow_function" &&
    body?.type !== "statement_block" &&
    callback.children[0]?.type !== "async";
  if (
    !isArrow ||
    !body ||
    callback.childForFieldName("type_parameters") ||
    callback.childForFieldName("return_type")
  )
    refuseLoop(
      "the callback is not one arrow function with an expression and no written types.",
      callback ?? value!,
    );
  const parameter = onlyParameter(callback!);
  if (method === "filter" && parameter.type !== "identifier")
    refuseLoop("the element has no name.", parameter);
  refuseComments(site, statement.startIndex, statement.endIndex);
  refuseByName(site, site.inner ?? site.root);
  requireOwnList(site, name, statement);
  if (loopNamesIn(site, value!).some((one) => one.name === name.text))
    refuseLoop(`\`${name.text}\` is used in the callback.`, value!);
  const known = knownList(site, list);
  const act = firstAct(body!);
  if (known?.kind !== "dense" || (!known.isOwn && act))
    refuseLoop(
      `it is not certain that \`${list.text.split("\n")[0]}\` is an array without holes that nothing changes.`,
      list,
    );
  if (
    runsIn(body!).some((one) => one.type === "yield_expression" || one.type === "await_expression")
  )
    refuseLoop("`await` or `yield` is in the callback.", body!);
  const margin = marginAt(site.text, statement.startIndex);
  const unit = /^\t/mu.test(site.text) ? "\t" : /^ {2}\S/mu.test(site.text) ? "  " : "    ";
  const end = lineEndIn(site.text);
  const type = declarator!.childForFieldName("type");
  const plain = body!.type === "parenthesized_expression" ? body!.namedChildren[0]! : body!;
  const inside = plain.type === "sequence_expression" ? body! : plain;
  const act1: LoopPiece[] =
    method === "map"
      ? [`${name.text}.push(`, inside, ");"]
      : ["if (", inside, `) ${name.text}.push(${parameter.text});`];
  const pieces: LoopPiece[] = [
    `${statement.childForFieldName("kind")!.text} `,
    name,
    ...(type ? [type] : []),
    ` = [];${end}${margin}for (const `,
    parameter,
    " of ",
    list,
    `) {${end}${margin}${unit}`,
    ...act1,
    `${end}${margin}}`,
  ];
  return {
    edits: [{ start: statement.startIndex, end: statement.endIndex, pieces }],
    title: `a loop that fills \`${name.text}\``,
    why: "the list has no holes, nothing changes it, and nobody sees the result half filled",
  };
}

function onlyParameter(callback: Node): Node {
  const single = callback.childForFieldName("parameter");
  if (single) return single;
  const list = callback.childForFieldName("parameters")?.namedChildren ?? [];
  const [one] = list;
  const pattern = one?.type === "required_parameter" ? one.childForFieldName("pattern") : one;
  if (
    list.length !== 1 ||
    !pattern ||
    one!.childForFieldName("type") ||
    one!.childForFieldName("value") ||
    /^(?:assignment_pattern|rest_pattern|optional_parameter|this)$/u.test(pattern.type)
  )
    return refuseLoop("the callback does not take exactly the element.", callback) as never;
  return pattern;
}
