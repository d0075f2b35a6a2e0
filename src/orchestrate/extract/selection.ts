import type { Node } from "web-tree-sitter";
import type { NameLanguage } from "../index/languages.ts";
import { around } from "../names/nodes.ts";
import { ExtractRefusal } from "./refusal.ts";

/** Whole statements of one block inside a function. */
export interface Selection {
  readonly language: NameLanguage;
  readonly statements: readonly Node[];
  /** From the first character of the first line to the end of the last line, without its line end. */
  readonly start: number;
  readonly end: number;
  /** The innermost function around them. */
  readonly inner: Node;
  /** The outermost one: a function of the module, or a member of a class. */
  readonly outer: Node;
  /** The class of which `outer` is a member. */
  readonly owner: Node | undefined;
}

export const scopeFunctions: RegExp =
  /^(?:function_declaration|generator_function_declaration|function_expression|generator_function|arrow_function|method_definition|function_definition|lambda)$/u;
const blockTypes = /^(?:statement_block|program|block|module|switch_case|switch_default)$/u;
const classTypes = /^(?:class_declaration|abstract_class_declaration|class|class_definition)$/u;

/** Whole statements, and the text from the first character of their first line to the end of the last one. */
export type StatementLines = Pick<Selection, "statements" | "start" | "end">;

/** The statements on lines [from, to], counted from 1; `blocks`: node types whose children are statements. */
export function statementsOnLines(
  root: Node,
  text: string,
  blocks: RegExp,
  from: number,
  to: number,
): StatementLines {
  const lines = text.split("\n");
  if (!(from >= 1 && to >= from && to <= lines.length)) {
    throw new ExtractRefusal(`the file has no lines ${from} to ${to}.`);
  }
  let start = lines.slice(0, from - 1).reduce((sum, line) => sum + line.length + 1, 0);
  let end = start + lines.slice(from - 1, to).join("\n").length;
  while (end > start && /\s/u.test(text[end - 1]!)) end -= 1;
  while (start < end && /^[ \t\r]*\n/u.test(text.slice(start, end)))
    start = text.indexOf("\n", start) + 1;
  const code = firstCode(text, start, end);
  if (code >= end) throw new ExtractRefusal("the lines have no statement.", start);
  const last = lastCode(root, text, code, end);
  let list: Node | null = root.descendantForIndex(code, Math.max(code, last - 1));
  while (list && !blocks.test(list.type)) list = list.parent;
  const statements = (list?.namedChildren ?? []).filter(
    (one): one is Node =>
      one !== null && one.endIndex > code && one.startIndex < end && one.type !== "comment",
  );
  // A list of Go ends where the bracket behind it begins.
  const isMore = /[^;\s]/u.test(text.slice(statements.at(-1)?.endIndex ?? last, last));
  const whole =
    !isMore && statements.every((one) => one.startIndex >= start && one.endIndex <= end);
  if (!list || statements.length === 0 || !whole || /^switch_/u.test(list.type)) {
    throw new ExtractRefusal("the lines are not whole statements of one block.", code);
  }
  const lineStart = text.lastIndexOf("\n", statements[0]!.startIndex - 1) + 1;
  if (text.slice(lineStart, statements[0]!.startIndex).trim() !== "") {
    throw new ExtractRefusal("the first statement is not at the beginning of its line.", code);
  }
  return { statements, start, end };
}

/** The statements on lines [from, to], counted from 1, and the functions around them. */
export function selectLines(
  root: Node,
  text: string,
  language: NameLanguage,
  from: number,
  to: number,
): Selection {
  const { statements, start, end } = statementsOnLines(root, text, blockTypes, from, to);
  const inner = around(statements[0]!, scopeFunctions);
  if (!inner) throw new ExtractRefusal("the lines are not in a function.", start);
  let outer = inner;
  for (let next: Node | undefined = inner; next; next = around(next, scopeFunctions)) outer = next;
  const owner = around(outer, classTypes);
  const isMember = owner !== undefined && outer.parent?.parent?.id === owner.id;
  const isDecorated =
    outer.parent?.type === "decorated_definition" && outer.parent.parent?.parent?.id === owner?.id;
  return {
    language,
    statements,
    start,
    end,
    inner,
    outer,
    owner: owner && (isMember || isDecorated) ? owner : undefined,
  };
}

/** Comment lines at the beginning belong to the selection, but not to a block. */
function firstCode(text: string, start: number, end: number): number {
  let at = start;
  for (;;) {
    const found = /^\s*(?:\/\/[^\n]*\n|#[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)/u.exec(
      text.slice(at, end),
    );
    if (!found) break;
    at += found[0].length;
  }
  while (at < end && /\s/u.test(text[at]!)) at += 1;
  return at;
}

/** The end of the last statement: comments may follow. */
function lastCode(root: Node, text: string, start: number, end: number): number {
  let at = end;
  for (;;) {
    const node = root.descendantForIndex(at - 1, at - 1);
    if (node?.type !== "comment" || node.startIndex <= start) return at;
    at = node.startIndex;
    while (at > start && /\s/u.test(text[at - 1]!)) at -= 1;
  }
}
