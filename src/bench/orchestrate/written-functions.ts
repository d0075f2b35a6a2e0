import type { Node } from "web-tree-sitter";
import { type NameLanguage, nameLanguageOf } from "../../orchestrate/index/languages.ts";
import { type Parameter, readParameters } from "../../orchestrate/signature/parameters.ts";
import { parserFor } from "../../workspace/syntax.ts";

/** A function as its file writes it: no name is resolved. */
export interface WrittenFunction {
  readonly name: string;
  /** The names around and its own: `Store.get`. */
  readonly scope: string;
  /** The list without its brackets and without the receiver of a method of Python. */
  readonly list: string;
  readonly parameters: readonly Parameter[];
  /** What is written around the list, up to the body. */
  readonly head: string;
  /** Of the name, from 1. */
  readonly line: number;
  readonly column: number;
  /** Offsets of the list with its brackets, and of the body. */
  readonly listAt: TextSpan;
  readonly bodyAt: TextSpan | undefined;
  /** Of all of it, with its decorators. */
  readonly wholeAt: TextSpan;
}

export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** A call by the last name of what it calls. */
export interface WrittenCall {
  readonly name: string;
  /** What is called, as it is written. */
  readonly callee: string;
  readonly items: readonly string[];
  /** From 0. */
  readonly row: number;
  readonly listAt: TextSpan;
}

/** The text of code without blanks, and without commas before a closing bracket. */
export const bareCode = (text: string): string =>
  text.replaceAll(/\s+/gu, "").replaceAll(/,(?=[)\]}])/gu, "");

/** Reads a file with its grammar; undefined where it has a syntax error or no grammar. */
export async function readTree<T>(
  path: string,
  text: string,
  read: (root: Node, language: NameLanguage) => T,
): Promise<T | undefined> {
  const language = nameLanguageOf(path);
  const tree = language && (await parserFor(path))?.parse(text);
  if (!tree) return undefined;
  try {
    return tree.rootNode.hasError ? undefined : read(tree.rootNode, language);
  } finally {
    tree.delete();
  }
}

const ownFunctions = [
  "function_declaration",
  "function_definition",
  "generator_function_declaration",
  "method_definition",
  "method_declaration",
  "function_signature",
  "method_signature",
  "abstract_method_signature",
  "method_elem",
  "method_spec",
];
const valueFunctions = ["arrow_function", "function_expression", "generator_function"];

export function writtenFunctions(root: Node, language: NameLanguage): WrittenFunction[] {
  return root
    .descendantsOfType([...ownFunctions, ...valueFunctions])
    .flatMap((node) => (node ? functionAt(node, language) : []))
    .sort((a, b) => a.listAt.start - b.listAt.start);
}

function functionAt(node: Node, language: NameLanguage): WrittenFunction[] {
  const list = node.childForFieldName("parameters");
  const name = valueFunctions.includes(node.type)
    ? nameOfValue(node)
    : node.childForFieldName("name");
  if (!list || !name) return [];
  const body = node.childForFieldName("body");
  const items = list.namedChildren.flatMap((one) => (one && one.type !== "comment" ? one : []));
  const hasReceiver = language === "python" && isMethodOfPython(node);
  const from = hasReceiver ? (items[1]?.startIndex ?? list.endIndex - 1) : list.startIndex + 1;
  const start = node.startIndex;
  const at = (index: number): number => index - start;
  return [
    {
      name: name.text,
      scope: namesAround(node, name.text),
      list: list.text
        .slice(from - list.startIndex, -1)
        .trim()
        .replace(/,$/u, ""),
      parameters: readParameters(list, language, hasReceiver),
      head:
        node.text.slice(0, at(list.startIndex)) +
        node.text.slice(at(list.endIndex), body ? at(body.startIndex) : undefined),
      line: name.startPosition.row + 1,
      column: name.startPosition.column + 1,
      listAt: { start: list.startIndex, end: list.endIndex },
      wholeAt: wholeOf(node),
      bodyAt: body ? { start: body.startIndex, end: body.endIndex } : undefined,
    },
  ];
}

function wholeOf(node: Node): TextSpan {
  const { startIndex, endIndex } =
    node.parent?.type === "decorated_definition" ? node.parent : node;
  return { start: startIndex, end: endIndex };
}

function nameOfValue(node: Node): Node | null {
  const by = node.parent;
  if (!by || by.childForFieldName("value")?.id !== node.id) {
    const isRight = by?.childForFieldName("right")?.id === node.id;
    const left = isRight ? by?.childForFieldName("left") : null;
    return left?.childForFieldName("property") ?? null;
  }
  const name =
    by.childForFieldName("name") ?? by.childForFieldName("key") ?? by.childForFieldName("property");
  return name && /identifier/u.test(name.type) ? name : null;
}

function isMethodOfPython(node: Node): boolean {
  const decorated = node.parent?.type === "decorated_definition" ? node.parent : node;
  const isStatic = decorated.namedChildren.some(
    (one) => one?.type === "decorator" && /^@\s*staticmethod\b/u.test(one.text),
  );
  return decorated.parent?.parent?.type === "class_definition" && !isStatic;
}

function namesAround(node: Node, own: string): string {
  const names = [own];
  const receiver = node.childForFieldName("receiver");
  if (receiver) names.unshift(/(\w+)\s*(?:\[[^\]]*\])?\s*\)$/u.exec(receiver.text)?.[1] ?? "");
  for (let one = node.parent; one; one = one.parent) {
    const name = one.childForFieldName("name") ?? one.childForFieldName("key");
    const isOwn = one.childForFieldName("value")?.id === node.id;
    if (name && !isOwn && /class|function|method|interface|type|declarator|pair/u.test(one.type))
      names.unshift(name.text);
  }
  return names.join(".");
}

/** Calls in the order of their beginnings; with a name, those of what has it as its last name. */
export function writtenCalls(root: Node, wanted?: string): WrittenCall[] {
  return root
    .descendantsOfType(["call", "call_expression", "new_expression"])
    .flatMap((node) => {
      const callee = node?.childForFieldName("function") ?? node?.childForFieldName("constructor");
      const list = node?.childForFieldName("arguments");
      if (!callee || !list || !/^(?:arguments|argument_list)$/u.test(list.type)) return [];
      const name = /([\p{L}\p{N}_$#]+)\W*$/u.exec(callee.text.replace(/\[[^\]]*\]$/u, ""))?.[1];
      if (name === undefined || (wanted !== undefined && name !== wanted)) return [];
      const items = list.namedChildren.flatMap((one) =>
        one && one.type !== "comment" ? one.text : [],
      );
      return [
        {
          name,
          callee: callee.text,
          items,
          row: callee.endPosition.row,
          listAt: { start: list.startIndex, end: list.endIndex },
        },
      ];
    })
    .sort((a, b) => a.listAt.start - b.listAt.start);
}
