import type { Node } from "web-tree-sitter";
import type { VisibleNames } from "../fix/visible.ts";
import type { NameLanguage } from "../index/languages.ts";
import { around } from "../names/nodes.ts";

export const functionKinds: RegExp =
  /^(?:function_declaration|function_expression|generator_function|generator_function_declaration|arrow_function|method_definition|function_definition|lambda|method_declaration|func_literal)$/u;
/** What has its value before the code of its scope runs. */
const hoisted =
  /^(?:function_declaration|generator_function_declaration|import_specifier|import_clause|namespace_import|import_statement)$/u;

/** Words that mean what the function around them says. */
const contextual = /^(?:this|super|await|await_expression|yield|yield_expression|arguments)$/u;

/** Whether a word of a value is bound to the function around the call. */
export const isContextual = (word: string): boolean => contextual.test(word);

/**
 * Why a word of a new value may mean something else at a place than the caller has in mind: the file declares it at its top, and
 * something else nearer; or the place runs before its declaration; or it depends on the function around it.
 */
export function unlikeHere(
  word: string,
  at: Node,
  root: Node,
  visible: VisibleNames,
  language: NameLanguage,
): string | undefined {
  if (isContextual(word))
    return `\`${word.replace("_expression", "")}\` depends on the function around the call`;
  const here = visible.declarations(word, at)?.[0];
  if (!here) return undefined;
  const first = root.namedChildren.find((one) => one?.type !== "comment");
  const top = first ? visible.declarations(word, first)?.[0] : undefined;
  if (top && top.node.id !== here.node.id)
    return `\`${word}\` is another variable here than at the top of the file`;
  if (language === "go" || here.node.startIndex < at.startIndex) return undefined;
  if (language === "script" && hoisted.test(here.by.type)) return undefined;
  const isSameFunction = around(here.by, functionKinds)?.id === around(at, functionKinds)?.id;
  return isSameFunction ? `\`${word}\` is declared further down` : undefined;
}

/** Whether a method of Python or Go is called on its type, so that its object is the first argument. */
export function isOnClass(
  { call, receiver = "" }: { readonly call: Node; readonly receiver: string | undefined },
  visible: VisibleNames,
  language: NameLanguage,
): boolean {
  if (language === "go") {
    const name = /^(?:\(\*(\w+)\)|(\w+))$/u.exec(receiver);
    if (!name) return false;
    const types = visible.declarations(name[1] ?? name[2]!, call) ?? [];
    return name[1] !== undefined || types.some(({ by }) => /^type_/u.test(by.type));
  }
  if (/(?:^|\.)_*[A-Z]\w*$/u.test(receiver) || /(?:^type\([^()]*\)|\.__class__)$/u.test(receiver))
    return true;
  if (!/^\w+$/u.test(receiver)) return false;
  return (visible.declarations(receiver, call) ?? []).some(({ node, by }) => {
    if (/class_definition|import/u.test(by.type) || by.type === "dotted_name") return true;
    const method = around(node, /^function_definition$/u);
    const parameters = method?.childForFieldName("parameters");
    const isFirst = parameters?.namedChildren[0]?.id === node.id;
    const decorated = method?.parent?.type === "decorated_definition" ? method.parent : undefined;
    return isFirst && /^@\s*classmethod\b/mu.test(decorated?.text ?? "");
  });
}
