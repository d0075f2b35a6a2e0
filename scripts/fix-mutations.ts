import type { Node } from "web-tree-sitter";
import { importEntries } from "../src/orchestrate/fix/imports.ts";
import { linesWith, withoutItem } from "../src/orchestrate/fix/places.ts";
import type { NameLanguage } from "../src/orchestrate/index/languages.ts";
import type { Replacement } from "../src/orchestrate/rename/rewrite.ts";

export interface Mutation {
  readonly text: string;
  /** What was changed, for people. */
  readonly shown: string;
}

type Mutate = (
  root: Node,
  text: string,
  language: NameLanguage,
  random: () => number,
) => Mutation | undefined;

const made = (text: string, { start, end, text: written }: Replacement): Mutation => ({
  text: text.slice(0, start) + written + text.slice(end),
  shown: `@@ ${JSON.stringify(text.slice(Math.max(0, start - 20), start))} ${JSON.stringify(text.slice(start, end))} -> ${JSON.stringify(written)}`,
});

function pickNode(
  root: Node,
  types: readonly string[],
  random: () => number,
  fits: (node: Node) => boolean = () => true,
): Node | undefined {
  const all = root
    .descendantsOfType([...types])
    .filter((node): node is Node => node !== null && fits(node));
  return all[Math.floor(random() * all.length)];
}

/** Swaps two letters, drops one or doubles one. */
function misspelt(word: string, random: () => number): string {
  const at = 1 + Math.floor(random() * (word.length - 2));
  const how = Math.floor(random() * 3);
  if (how === 0) return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2);
  if (how === 1) return word.slice(0, at) + word.slice(at + 1);
  return word.slice(0, at) + word[at] + word.slice(at);
}

const replaced = (node: Node, text: string): Replacement => ({
  start: node.startIndex,
  end: node.endIndex,
  text,
});
const isCallType = (type: string | undefined): boolean =>
  /^(?:call|call_expression)$/u.test(type ?? "");

/** One name of the mutation for each kind of mistake. */
export const mutations: Readonly<Record<string, Mutate>> = {
  "import dropped"(root, text, language, random) {
    const entries = importEntries(root, language).filter(
      ({ specifier }) => specifier !== "__future__",
    );
    const one = entries[Math.floor(random() * entries.length)];
    if (!one) return undefined;
    const own = entries.filter(({ statement }) => statement.id === one.statement.id);
    if (own.length === 1)
      return made(text, {
        ...linesWith(text, one.statement.startIndex, one.statement.endIndex),
        text: "",
      });
    if (own.some(({ kind }) => kind !== "named")) return undefined;
    return made(text, {
      ...withoutItem(
        text,
        own.map(({ node }) => node),
        one.node,
      ),
      text: "",
    });
  },
  "name misspelt"(root, text, _, random) {
    const node = pickNode(root, ["identifier"], random, (one) => {
      const { parent } = one;
      const isUse =
        /^(?:arguments|argument_list|binary_expression|return_statement|call|call_expression|binary_operator|comparison_operator|subscript|member_expression|attribute)$/u.test(
          parent?.type ?? "",
        );
      const isName =
        parent?.type === "attribute" && parent.childForFieldName("attribute")?.id === one.id;
      return isUse && !isName && one.text.length > 3;
    });
    if (!node) return undefined;
    const word = misspelt(node.text, random);
    return word === node.text ? undefined : made(text, replaced(node, word));
  },
  "member misspelt"(root, text, _, random) {
    const node = pickNode(root, ["property_identifier", "identifier"], random, (one) => {
      const { parent } = one;
      const isMember =
        (parent?.type === "member_expression" &&
          parent.childForFieldName("property")?.id === one.id) ||
        (parent?.type === "attribute" && parent.childForFieldName("attribute")?.id === one.id);
      return isMember && one.text.length > 3;
    });
    if (!node) return undefined;
    const word = misspelt(node.text, random);
    return word === node.text ? undefined : made(text, replaced(node, word));
  },
  "declaration misspelt"(root, text, _, random) {
    const node = pickNode(root, ["variable_declarator", "assignment"], random, (one) => {
      const name = one.childForFieldName("name") ?? one.childForFieldName("left");
      return name?.type === "identifier" && name.text.length > 3;
    });
    const name = node?.childForFieldName("name") ?? node?.childForFieldName("left");
    if (!name) return undefined;
    const word = misspelt(name.text, random);
    return word === name.text ? undefined : made(text, replaced(name, word));
  },
  "await dropped"(root, text, _, random) {
    const node = pickNode(root, ["await_expression", "await"], random, (one) => one.isNamed);
    const inner = node?.namedChildren[0];
    if (!node || !inner) return undefined;
    const isWrapped =
      node.parent?.type === "parenthesized_expression" &&
      /^(?:member_expression|attribute)$/u.test(node.parent.parent?.type ?? "");
    return made(text, replaced(isWrapped ? node.parent! : node, inner.text));
  },
  "return dropped"(root, text, _, random) {
    const node = pickNode(
      root,
      ["return_statement"],
      random,
      (one) => one.namedChildren.length === 1 && one.parent?.namedChildren.at(-1)?.id === one.id,
    );
    const value = node?.namedChildren[0];
    if (!node || !value) return undefined;
    return made(text, { start: node.startIndex, end: value.startIndex, text: "" });
  },
  "argument dropped"(root, text, _, random) {
    const list = pickNode(
      root,
      ["arguments", "argument_list"],
      random,
      (one) => isCallType(one.parent?.type) && one.namedChildren.length > 1,
    );
    const items = list?.namedChildren.filter((one): one is Node => one !== null) ?? [];
    const names = items.filter(({ type }) => type === "identifier");
    const item = names[Math.floor(random() * names.length)];
    if (!item) return undefined;
    return made(text, { ...withoutItem(text, items, item), text: "" });
  },
  "argument added"(root, text, language, random) {
    const list = pickNode(
      root,
      ["arguments", "argument_list"],
      random,
      (one) => isCallType(one.parent?.type) && one.namedChildren.length > 0,
    );
    const last = list?.namedChildren.at(-1);
    if (!last || /splat|keyword|spread/u.test(last.type)) return undefined;
    return made(text, {
      start: last.endIndex,
      end: last.endIndex,
      text: language === "python" ? ", None" : ", 0",
    });
  },
  "variable added"(root, text, language, random) {
    const block = pickNode(
      root,
      language === "python" ? ["block"] : ["statement_block"],
      random,
      (one) => {
        const isBody =
          /^(?:function_definition|function_declaration|method_definition|arrow_function)$/u.test(
            one.parent?.type ?? "",
          );
        return isBody && one.namedChildren.length > 0 && one.text.includes("\n");
      },
    );
    const first = block?.namedChildren.find(
      (one) => one && one.type !== "comment" && one.namedChildren[0]?.type !== "string",
    );
    if (!first) return undefined;
    const lineStart = text.lastIndexOf("\n", first.startIndex) + 1;
    const indent = text.slice(lineStart, first.startIndex);
    if (indent.trim() !== "") return undefined;
    const line = language === "python" ? "leftover = 1" : "const leftover = 1";
    return made(text, { start: lineStart, end: lineStart, text: `${indent}${line}\n` });
  },
  "import added"(root, text, language) {
    const first = root.namedChildren.find(
      (one) => one && /^import_(?:statement|from_statement)$/u.test(one.type),
    );
    if (!first) return undefined;
    const line = language === "python" ? "import shlex\n" : "import { deflate } from 'node:zlib'\n";
    return made(text, { start: first.startIndex, end: first.startIndex, text: line });
  },
  "?. dropped"(root, text, _, random) {
    const node = pickNode(
      root,
      ["optional_chain"],
      random,
      (one) => one.parent?.type === "member_expression",
    );
    return node && made(text, replaced(node, "."));
  },
  "self dropped"(root, text, language, random) {
    if (language !== "python") return undefined;
    const node = pickNode(
      root,
      ["function_definition"],
      random,
      (one) => one.parent?.parent?.type === "class_definition",
    );
    const list = node?.childForFieldName("parameters");
    const items = list?.namedChildren.filter((one): one is Node => one !== null) ?? [];
    if (items[0]?.text !== "self") return undefined;
    return made(text, { ...withoutItem(text, items, items[0]), text: "" });
  },
  "sign dropped"(root, text, language, random) {
    const signs = language === "python" ? [":", ")", "]", ","] : [")", "]", ",", "}"];
    const wanted = signs[Math.floor(random() * signs.length)]!;
    const node = pickNode(
      root,
      [wanted],
      random,
      (one) => !/^(?:import|named_imports)/u.test(one.parent?.type ?? ""),
    );
    return node && made(text, replaced(node, ""));
  },
  "conversion dropped"(root, text, _, random) {
    const node = pickNode(root, ["call_expression", "call"], random, (one) => {
      const name = one.childForFieldName("function")?.text ?? "";
      return (
        /^(?:String|Number|str|int)$/u.test(name) &&
        one.childForFieldName("arguments")?.namedChildren.length === 1
      );
    });
    const inner = node?.childForFieldName("arguments")?.namedChildren[0];
    return node && inner ? made(text, replaced(node, inner.text)) : undefined;
  },
};

/** A text in which the place and the layout of imports do not count, nor blanks. */
export function importForm(text: string): string {
  const names: string[] = [];
  const script = /^import\s+(?:type\s+)?[^;'"]*?\s*from\s*['"][^'"\n]+['"];?[ \t]*$/gmu;
  const python =
    /^(?:from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\([^)]*\)|[^\n(]+)|import[ \t]+[\w., ]+)$/gmu;
  const rest = text.replace(script, take).replace(python, take);
  function take(found: string): string {
    const from =
      /from\s*(['"])(?<module>[^'"]+)\1/u.exec(found)?.groups?.module ??
      /^from\s+(?<module>\S+)/u.exec(found)?.groups?.module ??
      "";
    const isType = /^import\s+type\b/u.test(found);
    const list = found
      .replace(/from\s*['"][^\n]*$/u, "")
      .replace(/^from\s+\S+\s+import/u, "")
      .replace(/^import(?:\s+type\b)?/u, "");
    for (const name of list.split(/[\s,{}()]+/u).filter(Boolean))
      names.push(`${from} ${isType ? "type " : ""}${name}`);
    return "";
  }
  return `${names.sort().join("\n")}\n${rest.replace(/\s+/gu, " ")}`;
}
