import type { Node } from "web-tree-sitter";
import { around } from "../names/nodes.ts";
import type { SelectionFlow } from "./flow.ts";
import { bodyUnit, marginAt, stringLines, withOtherMargin } from "./layout.ts";
import { ExtractRefusal } from "./refusal.ts";
import type { Selection } from "./selection.ts";
import type { Crossing, Crossings } from "./variables.ts";

/** The new text of the file, and where things are in it. */
export interface ExtractedText {
  readonly text: string;
  /** Of an old offset, where it stays or was moved to; undefined: it was replaced. */
  at(offset: number): number | undefined;
  /** Where the new function begins and ends. */
  readonly start: number;
  readonly end: number;
  /** Parameters whose types are not known. */
  readonly untyped: readonly string[];
}

interface ExtractWriting {
  readonly root: Node;
  readonly text: string;
  readonly name: string;
  readonly selection: Selection;
  readonly flow: SelectionFlow;
  readonly crossings: Crossings;
  /** TypeScript: parameters have types. */
  readonly isTyped: boolean;
}

export function writeExtracted(writing: ExtractWriting): ExtractedText {
  const { text, selection } = writing;
  const { statements, start, end } = selection;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const margin = marginAt(text, statements[0]!.startIndex);
  const anchor = anchorOf(writing);
  const outerMargin = marginAt(text, anchor.startIndex);
  const body = selection.inner.childForFieldName("body");
  const bodyMargin = marginAt(
    text,
    body?.namedChildren[0]?.startIndex ?? statements[0]!.startIndex,
  );
  const unit = bodyUnit(text, marginAt(text, selection.inner.startIndex), bodyMargin);
  const bodyIndent = outerMargin + unit;
  const lines = text.slice(lineStart, end).split("\n");
  const row = text.slice(0, lineStart).split("\n").length - 1;
  const kept = stringLines(writing.root, lineStart, end);
  const bare = lines.map((line) => line.replace(/\r$/u, ""));
  const moved = withOtherMargin(bare, margin, bodyIndent, row, kept);
  const untyped: string[] = [];
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const [header, tail] = enclosingFunction(writing, outerMargin, untyped);
  const strict = needsDirective(writing) ? `\n${bodyIndent}"use strict";` : "";
  const head = (header + strict).replaceAll("\n", newline);
  const returned = returnLine(writing, bodyIndent);
  const call = callText(writing, margin).replaceAll("\n", newline);
  const isPython = selection.language === "python";
  const blank = isPython && !isMethodNode(writing) ? newline.repeat(3) : newline.repeat(2);
  const whole = [head, ...moved, ...returned, ...tail].join(newline);
  const isBefore = isWrittenBefore(writing, anchor);
  const behind = lineEndOf(text, anchor.endIndex);
  const insertAt = isBefore ? lineOfAnchor(text, anchor) : behind;
  const length = blank.length + whole.length;
  const functionStart = isBefore
    ? insertAt
    : insertAt + call.length - (end - lineStart) + blank.length;
  const offsets = movedOffsets(
    lines,
    moved,
    functionStart + head.length + newline.length,
    newline.length,
  );
  const pieces = isBefore
    ? [
        text.slice(0, insertAt),
        whole + blank,
        text.slice(insertAt, lineStart),
        call,
        text.slice(end),
      ]
    : [
        text.slice(0, lineStart),
        call,
        text.slice(end, insertAt),
        blank + whole,
        text.slice(insertAt),
      ];
  return {
    text: pieces.join(""),
    start: functionStart,
    end: functionStart + whole.length,
    untyped,
    at(offset) {
      if (offset >= lineStart && offset < end) return offsets(offset - lineStart);
      const byCall = offset < lineStart ? 0 : call.length - (end - lineStart);
      return offset + byCall + (offset < insertAt ? 0 : length);
    },
  };
}

/** Python makes functions when it comes to them: a decorator, a class body or a block may call one before what is behind. */
const isWrittenBefore = (writing: ExtractWriting, anchor: Node): boolean =>
  writing.selection.language === "python" &&
  !isMethodNode(writing) &&
  anchor.type !== "function_definition";

/** Where the statement begins, with the comment lines that are right above it; those at the start of a file are about the file. */
function lineOfAnchor(text: string, anchor: Node): number {
  const own = text.lastIndexOf("\n", anchor.startIndex - 1) + 1;
  if (text.slice(own, anchor.startIndex).trim() !== "")
    throw new ExtractRefusal("other code is before the function on its line.", anchor.startIndex);
  let at = own;
  while (at > 0) {
    const line = text.lastIndexOf("\n", at - 2) + 1;
    if (text[line] !== "#") return at;
    at = line;
  }
  return own;
}

/** Where an offset of the old lines is in the new text. */
function movedOffsets(
  lines: readonly string[],
  moved: readonly string[],
  start: number,
  newline: number,
): (offset: number) => number | undefined {
  return (offset) => {
    let from = 0;
    let to = start;
    for (const [index, raw] of lines.entries()) {
      const own = moved[index]!;
      const line = raw.replace(/\r$/u, "");
      if (offset <= from + line.length) {
        const fromEnd = line.length - (offset - from);
        return fromEnd > own.length ? undefined : to + own.length - fromEnd;
      }
      from += raw.length + 1;
      to += own.length + newline;
    }
    return undefined;
  };
}

/** Whether the new function is a member of the class. */
export function isMethodNode({
  selection,
  flow,
  crossings,
}: Pick<ExtractWriting, "selection" | "flow" | "crossings">): boolean {
  if (selection.owner === undefined) return false;
  if (selection.language === "script") return flow.usesThis;
  return receiverOf(selection, crossings) !== undefined;
}

/** Python: the first parameter of the method, where the selection uses it, it is surely the object or the class, and nothing else gives it a value. */
export function receiverOf(
  { outer, owner }: Selection,
  { parameters, results }: Crossings,
): string | undefined {
  if (owner === undefined) return undefined;
  const name = outer.childForFieldName("name")?.text ?? "";
  if (/^__(?:new|init_subclass|class_getitem)__$/u.test(name)) return undefined;
  if (!decoratorsOf(outer).every((one) => knownDecorators.test(one))) return undefined;
  const first = outer.childForFieldName("parameters")?.namedChildren[0];
  // By any other name it may be a function that only its class body calls.
  if (first?.type !== "identifier" || !/^(?:self|cls|mcs|mcls|metacls|this)$/u.test(first.text))
    return undefined;
  const isReceiver = ({ binding: { declarations } }: Crossing): boolean =>
    declarations.length === 1 && declarations[0]!.node.id === first.id;
  return parameters.some(isReceiver) && !results.some((one) => one.name === first.text)
    ? first.text
    : undefined;
}

const decoratorsOf = (outer: Node): string[] =>
  outer.parent?.type === "decorated_definition"
    ? outer.parent.namedChildren
        .filter((one) => one?.type === "decorator")
        .map((one) => one!.text.replace(/^@\s*/u, ""))
    : [];

/** Decorators under which the first parameter is the object or the class. */
const knownDecorators =
  /^(?:classmethod|property|\w+\.(?:setter|getter|deleter)|(?:functools\.)?(?:cached_property|cache|lru_cache(?:\([^)]*\))?)|(?:abc\.)?abstractmethod|(?:typing\.)?(?:override|final)|(?:contextlib\.)?(?:async)?contextmanager)$/u;

/** The statement or member after which the new function is written. */
function anchorOf(writing: ExtractWriting): Node {
  const { selection } = writing;
  let node: Node = selection.outer;
  if (isMethodNode(writing)) {
    return node.parent?.type === "decorated_definition" ? node.parent : node;
  }
  while (node.parent && !/^(?:program|module)$/u.test(node.parent.type)) node = node.parent;
  return node;
}

/** The end of the line on which a function ends. */
export function lineEndOf(text: string, offset: number): number {
  const next = text.indexOf("\n", offset);
  const end = next < 0 ? text.length : next;
  // A comment behind the statement belongs to it; other code does not.
  const rest = text.slice(offset, end).trim().replace(/^;/u, "").trimStart();
  if (!/^(?:$|\/\/|#)/u.test(rest))
    throw new ExtractRefusal("other code is behind the function on its line.", offset);
  return end - (text[end - 1] === "\r" && end > offset ? 1 : 0);
}

function enclosingFunction(
  writing: ExtractWriting,
  margin: string,
  untyped: string[],
): [string, string[]] {
  const { name, selection, flow, crossings, isTyped } = writing;
  const { parameters } = crossings;
  if (selection.language === "python") {
    const receiver = receiverOf(selection, crossings);
    const list = parameters.map((one) => one.name).filter((one) => one !== receiver);
    const all = receiver === undefined ? list : [receiver, ...list];
    const isClassMethod =
      receiver !== undefined && decoratorsOf(selection.outer).includes("classmethod");
    const decorator = isClassMethod ? `${margin}@classmethod\n` : "";
    return [
      `${decorator}${margin}${flow.awaits ? "async " : ""}def ${name}(${all.join(", ")}):`,
      [],
    ];
  }
  const typed = parameters.map((one) =>
    isTyped ? `${one.name}: ${typeOfParameter(one, selection, untyped)}` : one.name,
  );
  const star = flow.yields ? "*" : "";
  const async = isAsyncFunction(selection, flow) ? "async " : "";
  if (isMethodNode(writing)) {
    const isStatic = selection.outer.children.some((one) => one?.type === "static");
    const access = isTyped ? "private " : "";
    return [
      `${margin}${access}${isStatic ? "static " : ""}${async}${star}${name}(${typed.join(", ")}) {`,
      [`${margin}}`],
    ];
  }
  return [`${margin}${async}function${star} ${name}(${typed.join(", ")}) {`, [`${margin}}`]];
}

/** The type that a declaration writes, where it means the same outside of the function. */
function typeOfParameter(
  { binding, name }: Crossing,
  selection: Selection,
  untyped: string[],
): string {
  for (const { node, by } of binding.declarations) {
    const type = by.childForFieldName("type");
    if (
      type &&
      (by.childForFieldName("name")?.id === node.id ||
        by.childForFieldName("pattern")?.id === node.id)
    ) {
      const written = type.text.replace(/^:\s*/u, "");
      const isOptional = by.type === "optional_parameter" && by.childForFieldName("value") === null;
      const hasOwnTypes = type
        .descendantsOfType("type_identifier")
        .some((one) => one !== null && isTypeOfFunction(one.text, selection));
      if (!hasOwnTypes && !/^asserts\b/u.test(written))
        return isOptional ? `${written} | undefined` : written;
    }
    const value =
      by.type === "variable_declarator" && by.childForFieldName("name")?.id === node.id
        ? by.childForFieldName("value")
        : null;
    const literal = value && literalTypes[value.type];
    if (literal) return literal;
  }
  untyped.push(name);
  return "any";
}

const literalTypes: Readonly<Record<string, string>> = {
  string: "string",
  template_string: "string",
  number: "number",
  true: "boolean",
  false: "boolean",
};

function isTypeOfFunction(name: string, { outer }: Selection): boolean {
  const declaring = [
    "type_parameter",
    "interface_declaration",
    "type_alias_declaration",
    "class_declaration",
    "enum_declaration",
  ];
  return outer
    .descendantsOfType(declaring)
    .some((one) => one?.childForFieldName("name")?.text === name);
}

function returnLine(
  { text, selection, flow, crossings: { results } }: ExtractWriting,
  indent: string,
): string[] {
  if (flow.returns || results.length === 0) return [];
  const names = results.map(({ name }) => name);
  if (selection.language === "python") return [`${indent}return ${names.join(", ")}`];
  const value = isWrapped(selection, flow, results) ? `{ ${names.join(", ")} }` : names[0]!;
  return [`${indent}return ${value}${statementEnd(text, selection)}`];
}

/** Several results are returned as an object. So is one of an async function that may hold a promise: returned by itself, it would be awaited. */
function isWrapped(
  selection: Selection,
  flow: SelectionFlow,
  results: Crossings["results"],
): boolean {
  const [first] = results;
  if (!first || results.length > 1) return results.length > 1;
  return isAsyncFunction(selection, flow) && !holdsNoPromise(first);
}

/** A constant whose value is written as one that is no promise. */
function holdsNoPromise({ declaredBy, binding: { declarations } }: Crossing): boolean {
  const [first] = declarations;
  if (declaredBy !== "const" || !first || declarations.length > 1) return false;
  const { by, node } = first;
  const isWhole = by.type === "variable_declarator" && by.childForFieldName("name")?.id === node.id;
  const value = isWhole ? by.childForFieldName("value") : null;
  if (value?.type === "binary_expression")
    return !/^(?:\|\||&&|\?\?)$/u.test(value.childForFieldName("operator")?.text ?? "||");
  return value !== null && neverPromise.test(value.type);
}

const neverPromise =
  /^(?:await_expression|string|template_string|number|true|false|null|regex|array|arrow_function|unary_expression|update_expression)$/u;

/** The code of a class is strict; outside of it only a module is, or a file with the directive. */
function needsDirective(writing: ExtractWriting): boolean {
  const { root, selection, isTyped } = writing;
  if (selection.language !== "script" || isTyped || isMethodNode(writing)) return false;
  if (!around(selection.statements[0]!, /^class(?:_declaration)?$/u)) return false;
  const isStrict = (one: Node | null): boolean =>
    /^(?:import|export)_statement$/u.test(one?.type ?? "") ||
    /^.use strict/u.test(one?.type === "expression_statement" ? one.text : "");
  return !root.namedChildren.some(isStrict);
}

const isAsyncFunction = ({ inner }: Selection, { awaits, yields }: SelectionFlow): boolean =>
  awaits || (yields && inner.children.some((one) => one?.type === "async"));

/** A file writes semicolons, or it does not; where the next line could go on with the call, it needs one. */
const statementEnd = (text: string, { statements, end }: Selection): string =>
  statements.at(-1)!.text.endsWith(";") ||
  /^\s*[([`+\-/*]/u.test(text.slice(end)) ||
  /;[ \t]*(?:\/\/[^\n]*)?\r?$/mu.test(text)
    ? ";"
    : "";

/** Whether a bracket after the statement before would call it. */
function isOpenBefore({ statements }: Selection): boolean {
  let before = statements[0]!.previousNamedSibling;
  while (before?.type === "comment") before = before.previousNamedSibling;
  return before !== null && !before.text.endsWith(";");
}

function callText(writing: ExtractWriting, margin: string): string {
  const { text, name, selection, flow, crossings } = writing;
  const { parameters, results } = crossings;
  const isPython = selection.language === "python";
  const receiver = isPython && isMethodNode(writing) ? receiverOf(selection, crossings) : undefined;
  const list = parameters.map((one) => one.name).filter((one) => one !== receiver);
  const object = isPython ? receiver : isMethodNode(writing) ? "this" : undefined;
  const called = `${object === undefined ? "" : `${object}.`}${name}(${list.join(", ")})`;
  const made = flow.yields
    ? isPython
      ? `yield from ${called}`
      : `yield* ${called}`
    : flow.awaits
      ? `await ${called}`
      : called;
  const names = results.map((one) => one.name);
  if (isPython) {
    const statement = flow.returnsValue
      ? `return ${made}`
      : names.length > 0
        ? `${names.join(", ")} = ${made}`
        : made;
    return margin + (flow.returnsValue && flow.yields ? `return (${made})` : statement);
  }
  const end = statementEnd(text, selection);
  if (flow.returnsValue) return `${margin}return ${made}${end}`;
  if (names.length === 0) return `${margin}${made}${end}`;
  const declared = results.filter(({ declaredBy }) => declaredBy !== undefined);
  const isObject = isWrapped(selection, flow, results);
  const pattern = isObject ? `{ ${names.join(", ")} }` : names[0]!;
  if (declared.length === results.length) {
    const words = new Set(declared.map(({ declaredBy }) => declaredBy!));
    const word = words.has("var") ? "var" : words.has("let") ? "let" : "const";
    if (words.size > 1 && words.has("var"))
      throw new ExtractRefusal(
        "`var` and other declarations are both used after the selection.",
        selection.start,
      );
    return `${margin}${word} ${pattern} = ${made}${end}`;
  }
  const added = declared.map((one) => one.name);
  if (declared.some(({ declaredBy }) => declaredBy === "var"))
    throw new ExtractRefusal(
      "`var` and other variables are both used after the selection.",
      selection.start,
    );
  const first = added.length > 0 ? `${margin}let ${added.join(", ")}${end}\n` : "";
  if (!isObject) return `${first}${margin}${pattern} = ${made}${end}`;
  // Without a semicolon before it, the bracket would call what is before.
  const isOpen = first === "" ? isOpenBefore(selection) : end === "";
  const guard = isOpen ? ";" : "";
  return `${first}${margin}${guard}(${pattern} = ${made})${end}`;
}
