import type { Node } from "web-tree-sitter";
import { RedraftError } from "../../core/errors.ts";
import type { TreeParser } from "../../core/repository.ts";
import type { NameLanguage } from "../index/languages.ts";
import { type BoundName, boundNames, namesInDefaults, waitsInDefaults } from "./bound-names.ts";
import { listItems } from "./list-edits.ts";
import { usedNames } from "./used-names.ts";

/** One parameter as a function declares it. */
export interface Parameter {
  /** The name; of a pattern (`{ a, b }`) its text; of a Go parameter without a name, "". */
  readonly name: string;
  /** The whole declaration. */
  readonly text: string;
  /** What callers may leave out gets this value; `undefined` where they may not, "" where it is optional without a value. */
  readonly fallback: string | undefined;
  readonly type: string | undefined;
  /** `rest`: takes all further arguments. `keywords`: `**kwargs` of Python. `this` is passed by no argument. */
  readonly kind: "one" | "rest" | "keywords" | "this";
  /** Python: only by position, or only by name. */
  readonly only?: "position" | "name";
  /** The names that the function has for it: one, or those of a pattern. */
  readonly bound: readonly BoundName[];
  /** Scripts: the names that its default uses, or those within its pattern. */
  readonly usedByDefaults: readonly string[];
}

/** The parameters of a list, without the receiver of a method of Python. */
export function readParameters(
  list: Node,
  language: NameLanguage,
  hasReceiver = false,
): Parameter[] {
  if (list.type === "identifier") return [parameterOf(list.text)];
  const items = list.namedChildren.filter(
    (one): one is Node => one !== null && one.type !== "comment",
  );
  if (language === "go") return items.flatMap(goParameters);
  if (language === "script")
    return items.map((one) => ({
      ...scriptParameter(one),
      bound: boundNames(one),
      usedByDefaults: namesInDefaults(one),
    }));
  return pythonParameters(hasReceiver ? items.slice(1) : items);
}

const parameterOf = (name: string, more: Partial<Parameter> = {}): Parameter => ({
  name,
  text: name,
  fallback: undefined,
  type: undefined,
  kind: "one",
  bound: name === "" ? [] : [{ name, path: "", hasDefault: false }],
  usedByDefaults: [],
  ...more,
});

function scriptParameter(node: Node): Parameter {
  const { text } = node;
  if (node.type === "identifier" || /^(?:object|array)_pattern$/u.test(node.type))
    return parameterOf(text);
  if (node.type === "rest_pattern") return parameterOf(restName(node), { text, kind: "rest" });
  if (node.type === "assignment_pattern") {
    const [left, right] = [node.childForFieldName("left"), node.childForFieldName("right")];
    return parameterOf(left?.text ?? text, { text, fallback: right?.text ?? "" });
  }
  const pattern = node.childForFieldName("pattern");
  const type = node.childForFieldName("type")?.text.replace(/^:\s*/u, "");
  const value = node.childForFieldName("value")?.text;
  if (pattern?.type === "this") return parameterOf("this", { text, type, kind: "this" });
  if (pattern?.type === "rest_pattern")
    return parameterOf(restName(pattern), { text, type, kind: "rest" });
  const fallback = value ?? (node.type === "optional_parameter" ? "" : undefined);
  return parameterOf(pattern?.text ?? text, { text, type, fallback });
}

const restName = (rest: Node): string => rest.namedChildren[0]?.text ?? rest.text;

function pythonParameters(items: readonly Node[]): Parameter[] {
  const slash = items.findIndex(({ type }) => type === "positional_separator");
  let isNamed = false;
  return items.flatMap((node, at): Parameter[] => {
    if (node.type === "positional_separator") return [];
    if (node.type === "keyword_separator") {
      isNamed = true;
      return [];
    }
    const only = isNamed ? "name" : at < slash ? "position" : undefined;
    const one = pythonParameter(node);
    if (one.kind === "rest") isNamed = true;
    return [{ ...one, ...(only && one.kind === "one" && { only }) }];
  });
}

function pythonParameter(node: Node): Parameter {
  const { text } = node;
  const inner = node.type === "typed_parameter" ? node.namedChildren[0]! : node;
  const type = node.childForFieldName("type")?.text;
  if (inner.type === "list_splat_pattern")
    return parameterOf(restName(inner), { text, type, kind: "rest" });
  if (inner.type === "dictionary_splat_pattern")
    return parameterOf(restName(inner), { text, type, kind: "keywords" });
  const name = node.childForFieldName("name")?.text ?? inner.text;
  return parameterOf(name, { text, type, fallback: node.childForFieldName("value")?.text });
}

function goParameters(node: Node): Parameter[] {
  const type = node.childForFieldName("type")?.text;
  const kind = node.type === "variadic_parameter_declaration" ? "rest" : "one";
  const names = node.childrenForFieldName("name").flatMap((one) => one?.text ?? []);
  const shown = kind === "rest" ? `...${type}` : type;
  if (names.length === 0) return [parameterOf("", { text: node.text, type, kind })];
  return names.map((name) => parameterOf(name, { text: `${name} ${shown}`, type, kind }));
}

/** What a person or a program writes for parameters. */
export interface WrittenParameters {
  readonly parameters: readonly Parameter[];
  /** The list, item for item; Python has separators among them. */
  readonly items: readonly string[];
  /** Names that types and defaults use. */
  readonly words: readonly string[];
}

const functionsWith: Readonly<Record<NameLanguage, (list: string) => string>> = {
  script: (list) => `function f(${list}) {}`,
  python: (list) => `def f(${list}): pass`,
  go: (list) => `package p\n\nfunc f(${list}) {}\n`,
};

/**
 * Reads a list of parameters, with or without the brackets around it.
 *
 * @throws `usage` where the language does not read it as one
 */
export function parseParameters(
  written: string,
  language: NameLanguage,
  parser: TreeParser,
): WrittenParameters {
  const list = unbracketed(written.trim());
  const tree = parser.parse(functionsWith[language](list));
  try {
    const root = tree?.rootNode;
    const functions =
      root?.descendantsOfType(["function_declaration", "function_definition"]) ?? [];
    const parameters = functions[0]?.childForFieldName("parameters");
    if (!root || root.hasError || functions.length !== 1 || parameters?.text !== `(${list})`) {
      throw new RedraftError(
        "usage",
        `\`${written}\` is no list of parameters of this language. Nothing was written.`,
      );
    }
    const found = readParameters(parameters, language);
    const names = found.map(({ name }) => name);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined)
      throw new RedraftError("usage", `\`${twice}\` is in the list twice. Nothing was written.`);
    const items = listItems(parameters);
    if (language === "script" && items.some(waitsInDefaults))
      throw new RedraftError(
        "usage",
        "A default can neither await nor yield. Nothing was written.",
      );
    const separators = items.map(({ type }) => type);
    const star = separators.indexOf("keyword_separator");
    const isStray =
      separators[0] === "positional_separator" ||
      (star >= 0 &&
        /^(?:keyword_separator|dictionary_splat_pattern)?$/u.test(separators[star + 1] ?? ""));
    if (language === "python" && isStray)
      throw new RedraftError(
        "usage",
        "A separator (`*`, `/`) has no parameters on its side. Nothing was written.",
      );
    const used = items.flatMap((one) =>
      ["type", "value", "right"].flatMap((field) => one.childForFieldName(field) ?? []),
    );
    const words = new Set(used.flatMap(usedNames));
    return { parameters: found, items: items.map(({ text }) => text), words: [...words] };
  } finally {
    tree?.delete();
  }
}

const valuesIn: Readonly<Record<NameLanguage, (value: string) => string>> = {
  script: (value) => `f(${value})`,
  python: (value) => `f(${value})`,
  go: (value) => `package p\n\nvar x = f(${value})\n`,
};

/**
 * The names that one expression uses.
 *
 * @throws `usage` where the language does not read it as one expression
 */
export function namesOfValue(
  value: string,
  language: NameLanguage,
  parser: TreeParser,
): readonly string[] {
  const tree = parser.parse(valuesIn[language](value));
  try {
    const root = tree?.rootNode;
    const [list] = root?.descendantsOfType(["arguments", "argument_list"]) ?? [];
    const items = list ? listItems(list) : [];
    const [only] = items;
    const isOne = only !== undefined && items.length === 1 && only.text === value.trim();
    if (!root || root.hasError || !isOne || /keyword|spread|splat|variadic/u.test(only.type)) {
      throw new RedraftError(
        "usage",
        `\`${value}\` is no expression of this language. Nothing was written.`,
      );
    }
    return [...new Set(usedNames(only))];
  } finally {
    tree?.delete();
  }
}

/** `(a, b)` is `a, b`; `(a) b` and `{ a }` stay. */
function unbracketed(list: string): string {
  if (!list.startsWith("(") || !list.endsWith(")")) return list;
  let depth = 0;
  for (let at = 0; at < list.length; at++) {
    if (list[at] === "(") depth += 1;
    if (list[at] === ")") depth -= 1;
    if (depth === 0 && at < list.length - 1) return list;
  }
  return list.slice(1, -1).trim();
}
