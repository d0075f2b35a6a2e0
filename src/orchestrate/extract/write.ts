import type { Node } from "web-tree-sitter";
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
  const moved = withOtherMargin(lines, margin, bodyIndent, row, kept);
  const untyped: string[] = [];
  const [head, tail] = enclosingFunction(writing, outerMargin, untyped);
  const returned = returnLine(writing, bodyIndent);
  const call = callText(writing, margin);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const isPython = selection.language === "python";
  const blank = isPython && !isMethodNode(writing) ? newline.repeat(3) : newline.repeat(2);
  const insertAt = lineEndOf(text, anchor.endIndex);
  const whole = [head, ...moved, ...returned, ...tail].join(newline);
  const early =
    text.slice(0, lineStart) + call.replaceAll("\n", newline) + text.slice(end, insertAt);
  const functionStart = early.length + blank.length;
  const shift = call.replaceAll("\n", newline).length - (end - lineStart);
  const offsets = movedOffsets(
    lines,
    moved,
    functionStart + head.length + newline.length,
    newline.length,
  );
  return {
    text: early + blank + whole + text.slice(insertAt),
    start: functionStart,
    end: functionStart + whole.length,
    untyped,
    at(offset) {
      if (offset < lineStart) return offset;
      if (offset < end) return offsets(offset - lineStart);
      return offset < insertAt ? offset + shift : offset + shift + blank.length + whole.length;
    },
  };
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
    for (const [index, line] of lines.entries()) {
      const own = moved[index]!;
      if (offset <= from + line.length) {
        const fromEnd = line.length - (offset - from);
        return fromEnd > own.length ? undefined : to + own.length - fromEnd;
      }
      from += line.length + 1;
      to += own.replace(/\r$/u, "").length + newline;
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

/** Python: the first parameter of the method, where the selection uses it and nothing else gives it a value. */
export function receiverOf(
  { outer, owner }: Selection,
  { parameters, results }: Crossings,
): string | undefined {
  if (owner === undefined) return undefined;
  const decorators =
    outer.parent?.type === "decorated_definition"
      ? outer.parent.namedChildren
          .filter((one) => one?.type === "decorator")
          .map((one) => one!.text)
      : [];
  if (decorators.some((one) => one.startsWith("@staticmethod"))) return undefined;
  const first = outer.childForFieldName("parameters")?.namedChildren[0];
  if (first?.type !== "identifier") return undefined;
  const isUsed =
    parameters.some(({ name }) => name === first.text) &&
    !results.some(({ name }) => name === first.text);
  return isUsed ? first.text : undefined;
}

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

function lineEndOf(text: string, offset: number): number {
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
      receiver !== undefined &&
      /^@classmethod\b/mu.test(
        selection.outer.parent?.type === "decorated_definition" ? selection.outer.parent.text : "",
      );
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
  const async = flow.awaits ? "async " : "";
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
  const value = names.length === 1 ? names[0]! : `{ ${names.join(", ")} }`;
  return [`${indent}return ${value}${statementEnd(text)}`];
}

/** A file writes semicolons, or it does not. */
const statementEnd = (text: string): string =>
  /;[ \t]*(?:\/\/[^\n]*)?\r?$/mu.test(text) ? ";" : "";

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
    const statement = flow.returns
      ? `return ${made}`
      : names.length > 0
        ? `${names.join(", ")} = ${made}`
        : made;
    return margin + (flow.returns && flow.yields ? `return (${made})` : statement);
  }
  const end = statementEnd(text);
  if (flow.returns) return `${margin}return ${made}${end}`;
  if (names.length === 0) return `${margin}${made}${end}`;
  const declared = results.filter(({ declaredBy }) => declaredBy !== undefined);
  const pattern = names.length === 1 ? names[0]! : `{ ${names.join(", ")} }`;
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
  if (names.length === 1) return `${first}${margin}${pattern} = ${made}${end}`;
  // Without a semicolon before it, the bracket would call what is before.
  const guard = end === "" ? ";" : "";
  return `${first}${margin}${guard}(${pattern} = ${made})${end}`;
}
