import type { Node } from "web-tree-sitter";
import type { Selection } from "./selection.ts";

/** Statements behind whose last one nothing of the function follows, whichever way is taken. */
const lastParts =
  /^(?:statement_block|block|if_statement|else_clause|elif_clause|with_statement|try_statement|catch_clause|except_clause|except_group_clause|case_clause|match_statement)$/u;

/** Whether who comes to the end of the selection comes to the end of the function. */
export function endsFunction({ statements, inner }: Selection): boolean {
  let node: Node = statements.at(-1)!;
  for (let outer = node.parent; outer; node = outer, outer = outer.parent) {
    const isList = /^(?:statement_block|block)$/u.test(outer.type);
    const isLast = outer.namedChildren.findLast((one) => one?.type !== "comment")?.id === node.id;
    if (isList && !isLast) return false;
    if (outer.id === inner.id) return inner.childForFieldName("body")?.id === node.id;
    if (!lastParts.test(outer.type)) return false;
    // An `else` follows where no error was, and a `finally` may read what the selection assigned.
    if (outer.namedChildren.some((one) => isOfTry(one, outer!))) return false;
  }
  return false;
}

const isOfTry = (one: Node | null, { type }: Node): boolean =>
  type === "try_statement" && /^(?:else_clause|finally_clause)$/u.test(one?.type ?? "");

/** Whether no way leads through statements to what follows. */
export function alwaysLeaves(statements: readonly (Node | null)[]): boolean {
  return statements.some((one) => one !== null && statementLeaves(one));
}

function statementLeaves(node: Node): boolean {
  switch (node.type) {
    case "return_statement":
    case "throw_statement":
    case "raise_statement":
      return true;
    case "statement_block":
    case "block":
    case "else_clause":
    case "elif_clause":
    case "catch_clause":
    case "except_clause":
    case "except_group_clause":
    case "finally_clause":
      return alwaysLeaves(node.namedChildren);
    case "if_statement":
      return ifLeaves(node);
    case "try_statement":
      return tryLeaves(node);
    case "with_statement":
      return !maySwallow(node) && alwaysLeaves([node.childForFieldName("body")]);
    default:
      return false;
  }
}

function ifLeaves(node: Node): boolean {
  const then = node.childForFieldName("consequence");
  const others = node.namedChildren.filter((one) =>
    /^(?:else_clause|elif_clause)$/u.test(one?.type ?? ""),
  );
  const hasElse = others.some((one) => one?.type === "else_clause");
  return hasElse && [then, ...others].every((one) => one !== null && statementLeaves(one));
}

/** A `finally` that leaves; or the body, with its `else`, and all that may follow an error of it. */
function tryLeaves(node: Node): boolean {
  const parts = node.namedChildren.filter((one): one is Node => one !== null);
  const ofType = (types: RegExp): Node[] => parts.filter(({ type }) => types.test(type));
  if (ofType(/^finally_clause$/u).some(statementLeaves)) return true;
  const ways = [node.childForFieldName("body"), ...ofType(/^else_clause$/u)];
  return (
    alwaysLeaves(ways) &&
    ofType(/^(?:catch_clause|except_clause|except_group_clause)$/u).every(statementLeaves)
  );
}

/** Whether a `with` of Python may go on behind its body after an error. */
export function maySwallow(node: Node): boolean {
  const body = node.childForFieldName("body")!;
  const items = node
    .descendantsOfType("with_item")
    .filter((one): one is Node => one !== null && one.endIndex <= body.startIndex);
  return items.length === 0 || !items.every((one) => neverSwallows(one));
}

function neverSwallows(item: Node): boolean {
  const value = item.childForFieldName("value");
  const call = value?.type === "as_pattern" ? value.namedChildren[0] : value;
  if (call?.type !== "call") return false;
  const called = call.childForFieldName("function");
  const name = called?.type === "attribute" ? called.childForFieldName("attribute") : called;
  return knownManagers.test(name?.text ?? "");
}

/** Managers of the standard library that pass every error on. */
const knownManagers =
  /^(?:open|StringIO|BytesIO|closing|nullcontext|redirect_stdout|redirect_stderr|TemporaryDirectory|NamedTemporaryFile|TemporaryFile|scandir|ZipFile|ThreadPoolExecutor|ProcessPoolExecutor|Popen|localcontext|catch_warnings)$/u;
