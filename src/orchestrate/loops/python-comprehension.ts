import type { Node } from "web-tree-sitter";
import { marginAt } from "../extract/layout.ts";
import { chainOf } from "./python-chain.ts";
import {
  isBuiltIn,
  localOf,
  requireNotKept,
  requirePlainParts,
  requireUnreadBehind,
  requireUnseen,
  startBefore,
  targetNames,
} from "./python-safety.ts";
import { otherShape, refuseLoop } from "./refusal.ts";
import {
  type LoopEdit,
  type LoopPiece,
  type LoopRewrite,
  lineEndIn,
  pieceText,
} from "./rewrite.ts";
import { type LoopSite, refuseByName, refuseComments, runsIn } from "./site.ts";

/** A list, set or dictionary that a loop fills becomes a comprehension. */
export function toComprehension(site: LoopSite): LoopRewrite {
  const loop = site.statement;
  if (loop.type !== "for_statement") otherShape("only a `for` loop becomes a comprehension.");
  const chain = chainOf(loop);
  const fill = fillOf(chain.last[0]!);
  const start = startBefore(site, fill.name.text);
  const assignment = start.namedChildren[0]!;
  const brackets = bracketsFor(site, fill, assignment.childForFieldName("right"));
  const parts = [...chain.parts, ...fill.values];
  requirePlainParts(parts);
  refuseByName(site, site.inner ?? loop);
  const name = assignment.childForFieldName("left")!;
  const isBehind = requireUnseen(site, name, [fill.name]);
  const isNext = site.siblings[site.position - 1]?.id === start.id;
  if (!isNext && !isBehind) refuseLoop(`\`${name.text}\` may be read before the loop.`, start);
  const targets = chain.targets.flatMap(targetNames);
  requireDistinct(targets);
  requireUnreadBehind(site, loop, targets);
  requireNotKept(site, parts, targets);
  const value = fill.values.length === 1 ? fill.values : [fill.values[0]!, ": ", fill.values[1]!];
  const written = comprehensionPieces(site, assignment, brackets, value, chain.clauses);
  return {
    edits: replaceBoth(site, start, written),
    title: `${fill.kind} comprehension of \`${name.text}\``,
    why: "the loop only fills it, nobody sees it half filled, and nothing reads the loop variable afterwards",
    split: splitOf(site, targets),
  };
}

/** The variables of a loop that become those of a comprehension. */
export function splitOf(
  site: LoopSite,
  targets: readonly Node[],
): NonNullable<LoopRewrite["split"]> {
  const { startIndex: start, endIndex: end } = site.statement;
  return { start, end, ids: new Set(targets.map((one) => localOf(site, one).id)) };
}

/** What a loop does to what it fills. */
interface Fill {
  readonly kind: "list" | "set" | "dict";
  readonly name: Node;
  /** The element, or the key and the value. */
  readonly values: readonly Node[];
}

function fillOf(statement: Node): Fill {
  const [act] = statement.type === "expression_statement" ? statement.namedChildren : [];
  if (act?.type === "call") {
    const called = act.childForFieldName("function")!;
    const list = act.childForFieldName("arguments")!;
    const object = called.type === "attribute" ? called.childForFieldName("object") : null;
    const method = called.childForFieldName("attribute")?.text;
    const values = list.namedChildren.filter((one): one is Node => one?.type !== "comment");
    if (object?.type === "identifier" && (method === "append" || method === "add")) {
      const isOne = list.type === "argument_list" && values.length === 1;
      if (!isOne || /splat|keyword_argument|dictionary_splat/u.test(values[0]!.type))
        refuseLoop("the call does not add exactly one value.", act);
      return { kind: method === "append" ? "list" : "set", name: object, values };
    }
  }
  if (act?.type === "assignment") {
    const [left, right] = [act.childForFieldName("left"), act.childForFieldName("right")];
    const object = left?.type === "subscript" ? left.childForFieldName("value") : null;
    const keys = left?.type === "subscript" ? left.childrenForFieldName("subscript") : [];
    const [key] = keys;
    if (object?.type === "identifier" && key && right) {
      if (
        /^(?:slice|list_splat|splat_pattern)$/u.test(key.type) ||
        keys.length !== 1 ||
        !isOneKey(left!)
      )
        refuseLoop("the key is not one value.", left!);
      if (/^(?:assignment|augmented_assignment|expression_list|pattern_list)$/u.test(right.type))
        refuseLoop("the value is not one expression.", right);
      return { kind: "dict", name: object, values: [key, right] };
    }
  }
  return otherShape(
    "the loop does not only fill a list, a set or a dictionary.",
    statement.startIndex,
  );
}

/** `d[a, b]` has a tuple as its key without brackets. */
const isOneKey = (subscript: Node): boolean => !subscript.children.some((one) => one?.type === ",");

const starts = {
  list: { text: /^(?:\[\s*\]|list\(\))$/u, brackets: "[]", made: "list" },
  set: { text: /^set\(\)$/u, brackets: "{}", made: "set" },
  dict: { text: /^(?:\{\s*\}|dict\(\))$/u, brackets: "{}", made: "dict" },
} as const;

function bracketsFor(site: LoopSite, { kind, values, name }: Fill, right: Node | null): string {
  const { text, brackets, made } = starts[kind];
  if (!right || !text.test(right.text))
    refuseLoop(`\`${name.text}\` does not begin as an empty ${kind}.`, right ?? name);
  if (right!.text.endsWith("()") && !isBuiltIn(site, made))
    refuseLoop(`\`${made}\` is not the one of Python.`, right!);
  if (kind === "dict") requireAnyOrder(values);
  return brackets;
}

/** An assignment evaluates the value before the key, a comprehension after it. */
export function requireAnyOrder(values: readonly Node[]): void {
  const isStill = (node: Node): boolean =>
    /^(?:identifier|integer|float|true|false|none)$/u.test(node.type) ||
    (node.type === "string" && node.descendantsOfType("interpolation").length === 0);
  const changes = (node: Node): boolean =>
    runsIn(node).some((one) =>
      /^(?:call|await|subscript|attribute|binary_operator|comparison_operator)$/u.test(one.type),
    );
  if (isStill(values[0]!) || isStill(values[1]!)) return;
  if (!changes(values[0]!) && !changes(values[1]!)) return;
  refuseLoop("a loop evaluates the value before the key, a comprehension after it.", values[0]!);
}

export function requireDistinct(targets: readonly Node[]): void {
  const seen = new Set<string>();
  for (const one of targets) {
    if (seen.has(one.text)) refuseLoop(`two loops have the variable \`${one.text}\`.`, one);
    seen.add(one.text);
  }
}

const widest = 88;

/** `name = [value for ...]`, in lines where it is wide. */
export function comprehensionPieces(
  site: LoopSite,
  assignment: Node,
  brackets: string,
  value: readonly LoopPiece[],
  clauses: readonly (readonly LoopPiece[])[],
): LoopPiece[] {
  const [open, close] = [brackets.slice(0, -1), brackets.slice(-1)];
  const margin = marginAt(site.text, site.statement.startIndex);
  const left = assignment.childForFieldName("left");
  const type = assignment.childForFieldName("type");
  const head: LoopPiece[] = left ? [left, ...(type ? [": ", type] : []), " = "] : ["return "];
  const flat: LoopPiece[] = [
    ...head,
    open,
    ...value,
    ...clauses.flatMap((one) => [" ", ...one]),
    close,
  ];
  const text = pieceText(flat);
  if (!text.includes("\n") && margin.length + text.length <= widest) return flat;
  const unit = /^\t/mu.test(site.text) ? "\t" : "    ";
  const line = `${lineEndIn(site.text)}${margin}${unit}`;
  return [
    ...head,
    open,
    line,
    ...value,
    ...clauses.flatMap((one) => [line, ...one]),
    `${lineEndIn(site.text)}${margin}${close}`,
  ];
}

/** The start value is removed, and the loop replaced; where they are neighbours, both at once. */
export function replaceBoth(site: LoopSite, start: Node, pieces: readonly LoopPiece[]): LoopEdit[] {
  const { text, statement } = site;
  requireOwnLines(site, start, statement);
  const from = text.lastIndexOf("\n", start.startIndex - 1) + 1;
  const next = site.siblings[site.siblings.findIndex(({ id }) => id === start.id) + 1]!;
  if (next.id === statement.id) {
    refuseComments(site, start.startIndex, codeEndOf(statement));
    return [{ start: start.startIndex, end: codeEndOf(statement), pieces }];
  }
  const to = text.indexOf("\n", start.endIndex) + 1;
  refuseComments(site, start.startIndex, to);
  refuseComments(site, statement.startIndex, codeEndOf(statement));
  return [
    { start: from, end: to, pieces: [] },
    { start: statement.startIndex, end: codeEndOf(statement), pieces },
  ];
}

/** The end of the code of a statement: a block may end with blanks and comments. */
export function codeEndOf(node: Node): number {
  for (let one = node; ; ) {
    const last = one.children.filter((child) => child !== null && child.type !== "comment").at(-1);
    if (!last) return one.startIndex + one.text.trimEnd().length;
    one = last;
  }
}

/** Statements that share a line with others stay. */
export function requireOwnLines(site: LoopSite, ...statements: readonly Node[]): void {
  const { text } = site;
  for (const one of statements) {
    const from = text.lastIndexOf("\n", one.startIndex - 1) + 1;
    const next = text.indexOf("\n", codeEndOf(one));
    const rest = text.slice(codeEndOf(one), next < 0 ? text.length : next);
    if (text.slice(from, one.startIndex).trim() !== "" || !/^\s*(?:#.*)?$/u.test(rest))
      refuseLoop("another statement is on the same line.", one);
  }
}
