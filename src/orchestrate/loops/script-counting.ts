import type { Node } from "web-tree-sitter";
import { marginAt } from "../extract/layout.ts";
import { otherShape, refuseLoop } from "./refusal.ts";
import { type LoopEdit, type LoopPiece, type LoopRewrite, lineEndIn } from "./rewrite.ts";
import { requirePlainLoop } from "./script-collect.ts";
import { knownList } from "./script-lists.ts";
import {
  innerFunctionOf,
  type LoopSite,
  loopNamesIn,
  referencesTo,
  refuseByName,
  statementsOf,
} from "./site.ts";

/** `for (let i = 0; i < xs.length; i++) { const x = xs[i]; ... }` becomes `for (const x of xs)`: an array's iterator does the same. */
export function toForOf(site: LoopSite): LoopRewrite {
  const loop = site.statement;
  if (loop.type !== "for_statement")
    otherShape("only a loop with an index becomes `for ... of`.", loop.startIndex);
  const index = indexOf(loop);
  const list = limitOf(loop, index);
  const body = loop.childForFieldName("body")!;
  const first = body.type === "statement_block" ? statementsOf(body)[0] : undefined;
  const taken = first?.type === "lexical_declaration" ? first.namedChildren : [];
  const given = taken.length === 1 ? taken[0]!.childForFieldName("value") : undefined;
  const value = given?.type === "non_null_expression" ? given.namedChildren[0] : given;
  const isElement =
    value?.type === "subscript_expression" &&
    value.childForFieldName("object")?.text === list.text &&
    value.childForFieldName("index")?.text === index.text &&
    !value.text.includes("?.");
  if (!first || !isElement)
    otherShape(
      `the body does not begin with \`const x = ${list.text}[${index.text}]\`.`,
      body.startIndex,
    );
  requireArray(site, list);
  refuseByName(site, site.inner ?? site.root);
  const binding = site.all.find(({ node }) => node.id === index.id)?.binding;
  for (const { node } of binding ? referencesTo(site, binding) : []) {
    const isHeader = node.endIndex <= body.startIndex;
    if (!isHeader && node.id !== value!.childForFieldName("index")!.id)
      refuseLoop(`the index \`${index.text}\` has another use.`, node);
  }
  const declarator = taken[0]!;
  const name = declarator.childForFieldName("name")!;
  if (declarator.childForFieldName("type"))
    refuseLoop("a variable of `for ... of` cannot have a written type.", declarator);
  const comment = site.root
    .descendantsOfType("comment")
    .find((one) => one && one.startIndex >= loop.startIndex && one.startIndex < first!.endIndex);
  if (comment) refuseLoop("a comment here would be lost. Move it first.", comment);
  const kind = first!.childForFieldName("kind")!.text;
  const edits: LoopEdit[] = [
    {
      start: loop.startIndex,
      end: body.startIndex,
      pieces: [`for (${kind} `, name, " of ", list, ") "],
    },
    withoutElementLine(site.text, first!),
  ];
  return {
    edits,
    title: `\`for (${kind} ${name.text} of ${list.text})\``,
    why: "the index is used for nothing else, and the iterator of an array reads the same elements up to the same length",
  };
}

/** The statement with its line, where it is alone on it. */
function withoutElementLine(text: string, node: Node): LoopEdit {
  const from = text.lastIndexOf("\n", node.startIndex - 1) + 1;
  const next = text.indexOf("\n", node.endIndex);
  const isAlone =
    text.slice(from, node.startIndex).trim() === "" &&
    next >= 0 &&
    text.slice(node.endIndex, next).trim() === "";
  if (isAlone) return { start: from, end: next + 1, pieces: [] };
  const blanks = /^[ \t]*/u.exec(text.slice(node.endIndex))![0].length;
  return { start: node.startIndex, end: node.endIndex + blanks, pieces: [] };
}

/** The name of an index that begins at 0 and only counts up. */
function indexOf(loop: Node): Node {
  requirePlainLoop(loop);
  const start = loop.childForFieldName("initializer");
  const [declarator] = start?.type === "lexical_declaration" ? start.namedChildren : [];
  const name = declarator?.childForFieldName("name");
  const isZero = declarator?.childForFieldName("value")?.text === "0";
  if (
    start?.namedChildCount !== 1 ||
    start.childForFieldName("kind")?.text !== "let" ||
    name?.type !== "identifier" ||
    !isZero
  )
    return otherShape("the loop does not begin with `let i = 0`.", loop.startIndex);
  const step = loop.childForFieldName("increment")?.text.replaceAll(/\s/gu, "");
  if (step !== `${name.text}++` && step !== `++${name.text}` && step !== `${name.text}+=1`)
    return otherShape("the loop does not count up by one.", loop.startIndex);
  return name;
}

/** `xs` of `i < xs.length`. */
function limitOf(loop: Node, index: Node): Node {
  const condition = loop.childForFieldName("condition");
  const test = condition?.type === "expression_statement" ? condition.namedChildren[0] : condition;
  const right = test?.type === "binary_expression" ? test.childForFieldName("right") : undefined;
  const list = right?.type === "member_expression" ? right.childForFieldName("object") : undefined;
  const isLength =
    test?.childForFieldName("left")?.text === index.text &&
    test.childForFieldName("operator")?.text === "<" &&
    right?.childForFieldName("property")?.text === "length" &&
    !right.text.includes("?.");
  if (!isLength || list?.type !== "identifier")
    return otherShape(`the loop does not end with \`${index.text} < xs.length\`.`, loop.startIndex);
  return list;
}

/** The variable is surely the same array in every round. */
function requireArray(site: LoopSite, list: Node): void {
  const known = knownList(site, list);
  if (!known || known.kind === "iterable")
    refuseLoop(
      `it is not certain that \`${list.text}\` is an array: a literal, a typed variable, \`filter\` and the like are.`,
      list,
    );
  const binding = site.all.find(({ node }) => node.id === list.id)!.binding!;
  const home = innerFunctionOf(binding.declarations[0]!.node);
  for (const { node, writes, declares } of referencesTo(site, binding)) {
    if (!writes || declares) continue;
    const isApart =
      innerFunctionOf(node)?.id === home?.id && innerFunctionOf(site.statement)?.id === home?.id;
    const isInside =
      node.startIndex >= site.statement.startIndex && node.endIndex <= site.statement.endIndex;
    if (!isApart || isInside)
      refuseLoop(`\`${list.text}\` may become another list in the loop.`, node);
  }
}

/** `for (const x of xs)` becomes a loop with an index. */
export function toIndex(site: LoopSite): LoopRewrite {
  const loop = site.statement;
  if (loop.type !== "for_in_statement" || loop.childForFieldName("operator")?.text !== "of")
    otherShape("only `for ... of` becomes a loop with an index.", loop.startIndex);
  requirePlainLoop(loop);
  const kind = loop.childForFieldName("kind")?.text;
  if (kind !== "const" && kind !== "let")
    refuseLoop("the loop variable is not declared by `const` or `let`.", loop);
  const [variable, list] = [loop.childForFieldName("left")!, loop.childForFieldName("right")!];
  if (list.type !== "identifier") refuseLoop("the list is not a variable.", list);
  requireArray(site, list);
  refuseByName(site, site.inner ?? site.root);
  const body = loop.childForFieldName("body")!;
  refuseRedeclared(site, variable, body);
  const comment = site.root
    .descendantsOfType("comment")
    .find((one) => one && one.startIndex >= loop.startIndex && one.startIndex < body.startIndex);
  if (comment) refuseLoop("a comment here would be lost. Move it first.", comment);
  const taken = new Set(loopNamesIn(site, site.inner ?? site.root).map((one) => one.name));
  const index = ["i", "j", "k", "index", "at"].find((one) => !taken.has(one));
  if (index === undefined)
    return refuseLoop("the usual names of an index are taken.", loop) as never;
  const head: LoopPiece[] = [`for (let ${index} = 0; ${index} < `, list, `.length; ${index}++) `];
  const element: LoopPiece[] = [`${kind} `, variable, ` = ${list.text}[${index}];`];
  const margin = marginAt(site.text, loop.startIndex);
  const end = lineEndIn(site.text);
  const edits: LoopEdit[] = [];
  if (body.type === "statement_block") {
    const inner = statementsOf(body)[0];
    const isSpread = inner !== undefined && inner.startPosition.row > body.startPosition.row;
    const between = isSpread ? `${end}${marginAt(site.text, inner.startIndex)}` : " ";
    edits.push(
      { start: loop.startIndex, end: body.startIndex, pieces: head },
      { start: body.startIndex + 1, end: body.startIndex + 1, pieces: [between, ...element] },
    );
  } else {
    const unit = /^\t/mu.test(site.text) ? "\t" : /^ {2}\S/mu.test(site.text) ? "  " : "    ";
    edits.push({
      start: loop.startIndex,
      end: loop.endIndex,
      pieces: [
        ...head,
        `{${end}${margin}${unit}`,
        ...element,
        `${end}${margin}${unit}`,
        body,
        `${end}${margin}}`,
      ],
    });
  }
  return {
    edits,
    title: `\`for (let ${index} = 0; ${index} < ${list.text}.length; ${index}++)\``,
    why: "the iterator of an array reads the same elements up to the same length",
    notes: /\.[cm]?tsx?$/u.test(site.path)
      ? ["with `noUncheckedIndexedAccess` the element may be `undefined` for the compiler"]
      : [],
  };
}

/** A variable of the body may have the name of the loop's: they have different scopes. */
function refuseRedeclared(site: LoopSite, variable: Node, body: Node): void {
  const names =
    variable.type === "identifier"
      ? [variable]
      : variable.descendantsOfType(["identifier", "shorthand_property_identifier_pattern"]);
  for (const statement of body.type === "statement_block" ? statementsOf(body) : []) {
    if (!/declaration$/u.test(statement.type)) continue;
    const again = loopNamesIn(site, statement).find(
      (one) => one.declares && names.some((name) => name?.text === one.name),
    );
    if (again) refuseLoop(`\`${again.name}\` is declared in the body, too.`, again.node);
  }
}
