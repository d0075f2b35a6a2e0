import type { Node } from "web-tree-sitter";
import { FileNames, type NameReference, type ScopeBinding } from "../extract/references.ts";
import { scopeFunctions } from "../extract/selection.ts";
import type { NameLanguage } from "../index/languages.ts";
import { around } from "../names/nodes.ts";
import { refuseLoop } from "./refusal.ts";

/** A loop, or a statement that may become one, with what is around it. */
export interface LoopSite {
  readonly path: string;
  readonly text: string;
  readonly language: NameLanguage;
  readonly root: Node;
  /** `for`, `while`, or an assignment or declaration. */
  readonly statement: Node;
  /** The statements of its block, without comments, and its place among them; empty where it is no statement of a block. */
  readonly siblings: readonly Node[];
  readonly position: number;
  /** The innermost function around it. */
  readonly inner: Node | undefined;
  readonly names: FileNames;
  /** Every name of the file. */
  readonly all: readonly NameReference[];
}

export const loopStatements: RegExp =
  /^(?:for_statement|for_in_statement|while_statement|do_statement)$/u;
const statementLists = /^(?:block|module|statement_block|program|switch_case|switch_default)$/u;
const valueStatements = /^(?:expression_statement|lexical_declaration)$/u;

/** The loop at a line: one that begins there, a statement that may become one, or the innermost one around the line. */
export function findSite(
  root: Node,
  text: string,
  path: string,
  language: NameLanguage,
  line: number,
): LoopSite {
  const row = line - 1;
  const loops = root
    .descendantsOfType(["for_statement", "for_in_statement", "while_statement", "do_statement"])
    .filter((one): one is Node => one?.isNamed === true);
  const begins = loops.filter((one) => one.startPosition.row === row);
  const values = root
    .descendantsOfType(["expression_statement", "lexical_declaration"])
    .filter(
      (one): one is Node =>
        one !== null &&
        one.startPosition.row === row &&
        statementLists.test(one.parent?.type ?? ""),
    );
  const inside = loops
    .filter((one) => one.startPosition.row <= row && one.endPosition.row >= row)
    .sort((a, b) => a.endIndex - a.startIndex - (b.endIndex - b.startIndex));
  const value = values[0];
  let statement = begins[0];
  if (!statement && value) {
    const next = nextStatement(value);
    statement =
      /^\S*\s*(?:for|while)\b/u.test(next?.text ?? "") && isEmptyStart(value) ? next : value;
  }
  if (statement && valueStatements.test(statement.type) && !isCollecting(statement))
    statement = inside[0] ?? statement;
  statement ??= inside[0];
  if (!statement) refuseLoop(`there is no loop at line ${line}.`);
  const list = statement.parent;
  const isListed = list !== null && statementLists.test(list.type);
  const siblings = isListed ? statementsOf(list) : [];
  const names = new FileNames(root, text, language);
  return {
    path,
    text,
    language,
    root,
    statement,
    siblings,
    position: siblings.findIndex(({ id }) => id === statement.id),
    inner: around(statement, scopeFunctions),
    names,
    all: names.in(root),
  };
}

/** Statements of a block. */
export const statementsOf = (list: Node): Node[] =>
  list.namedChildren.filter((one): one is Node => one !== null && one.type !== "comment");

function nextStatement(node: Node): Node | undefined {
  const list = statementsOf(node.parent!);
  return list[list.findIndex(({ id }) => id === node.id) + 1];
}

const isEmptyStart = (node: Node): boolean =>
  /=\s*(?:\[\]|\{\}|set\(\)|dict\(\)|list\(\)|0|False|True);?$/u.test(node.text);

/** A comprehension, `map` or `filter` in it. */
const isCollecting = (node: Node): boolean =>
  /\bfor\b/u.test(node.text) || /\.(?:map|filter)\(/u.test(node.text);

/** Names in a part of the file. */
export const loopNamesIn = (site: LoopSite, part: Node): NameReference[] =>
  site.all.filter(({ node }) => isNodeWithin(node, part));

export const isNodeWithin = (node: Node, outer: Node): boolean =>
  node.startIndex >= outer.startIndex && node.endIndex <= outer.endIndex;

export const referencesTo = (site: LoopSite, binding: ScopeBinding): NameReference[] =>
  site.all.filter((one) => one.binding?.id === binding.id);

/** The innermost function around a place. */
export const innerFunctionOf = (node: Node): Node | undefined => around(node, scopeFunctions);

/** Comments in a stretch: none of the forms has a place for them. */
export function refuseComments(site: LoopSite, start: number, end: number): void {
  const found = site.root
    .descendantsOfType("comment")
    .find((one) => one !== null && one.startIndex >= start && one.startIndex < end);
  if (found) refuseLoop("a comment here would be lost. Move it first.", found);
}

/** Calls that see variables by name. */
export function refuseByName(site: LoopSite, part: Node): void {
  const names =
    site.language === "python"
      ? /^(?:locals|globals|eval|exec|vars|dir|super|__class__|_getframe|currentframe)$/u
      : /^eval$/u;
  const found = part
    .descendantsOfType("identifier")
    .find((one) => one !== null && names.test(one.text));
  if (found) refuseLoop(`\`${found.text}\` sees the variables of the function.`, found);
}

/** Descendants that run as part of a node: not inside of functions that it only makes. */
export function runsIn(part: Node): Node[] {
  const found: Node[] = [];
  const open: Node[] = [part];
  for (let one = open.pop(); one; one = open.pop()) {
    found.push(one);
    if (scopeFunctions.test(one.type)) {
      // Python evaluates the defaults of a lambda when it makes it.
      const parameters = one.type === "lambda" ? one.childForFieldName("parameters") : null;
      if (parameters) open.push(parameters);
      continue;
    }
    for (const child of one.children) if (child) open.push(child);
  }
  return found;
}

/** The loops around a node inside of another one. */
export function loopsBetween(node: Node, outer: Node | undefined): Node[] {
  const found: Node[] = [];
  for (let one = node.parent; one && one.id !== outer?.id; one = one.parent)
    if (loopStatements.test(one.type)) found.push(one);
  return found;
}
