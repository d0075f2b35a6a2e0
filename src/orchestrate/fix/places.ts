import type { Node } from "web-tree-sitter";
import { isField, wordStarts } from "../names/nodes.ts";
import { scriptFunction } from "../names/script-scopes.ts";
import type { FixProblem } from "./rule.ts";

/** A name on the line of a problem, nearest to its column; undefined where the line does not have it in code. */
export function nameAt(problem: FixProblem, name: string): Node | undefined {
  const found = namesOnLine(problem, name);
  if (problem.diagnostic.column === undefined) return found[0];
  return found.sort(
    (a, b) => Math.abs(a.startIndex - problem.start) - Math.abs(b.startIndex - problem.start),
  )[0];
}

/** Every place of a name on the line of a problem. */
export function namesOnLine(
  { root, text, lineStart, lineEnd }: Pick<FixProblem, "root" | "text" | "lineStart" | "lineEnd">,
  name: string,
): Node[] {
  const found: Node[] = [];
  for (const at of wordStarts(text.slice(lineStart, lineEnd), name)) {
    const start = lineStart + at;
    const node = root.namedDescendantForIndex(start, start + name.length);
    if (node?.text === name) found.push(node);
  }
  return found;
}

/** The largest node that begins at an offset and fits. */
export function largestAt(
  root: Node,
  start: number,
  fits: (node: Node) => boolean,
): Node | undefined {
  let found: Node | undefined;
  for (
    let node: Node | null = root.descendantForIndex(start, start + 1);
    node && node.startIndex === start;
    node = node.parent
  ) {
    if (node.isNamed && fits(node)) found = node;
  }
  return found;
}

const isExpression = ({ type }: Node): boolean =>
  !/(?:statement|declaration|declarator|program|module|block|arguments|source_file|parameters|_list|pair)$/u.test(
    type,
  );

/** The value that a message about a type is about: an argument, or what is assigned, declared or returned at the place. */
export function valueOfMessage({
  root,
  start,
}: Pick<FixProblem, "root" | "start">): Node | undefined {
  const at = root.descendantForIndex(start, start + 1);
  if (!at) return undefined;
  for (let node: Node | null = at; node; node = node.parent) {
    const { type, parent } = node;
    if (/^(?:arguments|argument_list)$/u.test(parent?.type ?? "")) {
      return node.startIndex === start ? node : undefined;
    }
    if (/^(?:variable_declarator|public_field_definition|field_definition|pair)$/u.test(type)) {
      return node.childForFieldName("value") ?? undefined;
    }
    if (/^(?:assignment_expression|assignment|assignment_statement)$/u.test(type)) {
      const left = node.childForFieldName("left");
      if (left && start < left.endIndex) return node.childForFieldName("right") ?? undefined;
    }
    if (type === "return_statement") return node.namedChildren[0] ?? undefined;
    if (/(?:statement|declaration|_clause|definition)$/u.test(type)) return undefined;
  }
  return undefined;
}

/** The largest expression that begins at a place. */
export const expressionAt = ({
  root,
  start,
}: Pick<FixProblem, "root" | "start">): Node | undefined => largestAt(root, start, isExpression);

/** The function around a node, or undefined at the top of the file. */
export function functionAround(node: Node): Node | undefined {
  for (let outer = node.parent; outer; outer = outer.parent) {
    const isAnyFunction =
      scriptFunction.test(outer.type) ||
      /^(?:function_definition|lambda|function_declaration|method_declaration|func_literal)$/u.test(
        outer.type,
      );
    if (isAnyFunction) return outer;
  }
  return undefined;
}

/** Whether `await` may be written at a place: in a function that is `async`, or at the top of a module of JavaScript. */
export function mayAwait(node: Node, isScript: boolean): boolean {
  const around = functionAround(node);
  if (!around) return isScript;
  return around.children.some((child) => child?.type === "async");
}

const effects =
  /^(?:call|call_expression|new_expression|await|await_expression|yield|yield_expression|assignment|assignment_expression|augmented_assignment_expression|update_expression|named_expression|unary_expression|receive_statement)$/u;

/** Whether evaluating an expression may do more than answer a value. */
export function mayHaveEffects(node: Node): boolean {
  const open: Node[] = [node];
  for (let one = open.pop(); one; one = open.pop()) {
    if (effects.test(one.type)) {
      const isSign = one.type === "unary_expression" && /^[-+!~]|^typeof\b|^void\b/u.test(one.text);
      if (!isSign) return true;
    }
    // A function that is only made does nothing yet, but Python takes its defaults when it makes it.
    if (/^(?:arrow_function|function_expression|func_literal)$/u.test(one.type)) continue;
    if (one.type === "lambda") {
      const parameters = one.childForFieldName("parameters");
      if (parameters) open.push(parameters);
      continue;
    }
    for (const child of one.namedChildren) if (child) open.push(child);
  }
  return false;
}

const literal =
  /^(?:number|integer|float|string|template_string|concatenated_string|regex|true|false|null|none|undefined|ellipsis|nil|int_literal|float_literal|imaginary_literal|rune_literal|interpreted_string_literal|raw_string_literal)$/u;
const plainGroups =
  /^(?:parenthesized_expression|list|tuple|array|object|dictionary|expression_list|pair)$/u;
const sumTypes = /^(?:unary_expression|unary_operator|binary_expression|binary_operator)$/u;
const madeFunctions =
  /^(?:arrow_function|function_expression|generator_function|func_literal|lambda)$/u;

/**
 * Whether evaluating an expression surely does nothing, and cannot fail: it is made of literals, of sums of numbers, of names, and of
 * functions without defaults. Where an error is caught, only literals and sums: a name may be missing on purpose.
 */
export function isWithoutEffects(node: Node): boolean {
  const isCaught = isErrorCaught(node);
  const open: Node[] = [node];
  for (let one = open.pop(); one; one = open.pop()) {
    const { type } = one;
    if (type === "comment") continue;
    if (literal.test(type)) {
      const filled = one.descendantsOfType(["interpolation", "template_substitution"]);
      if (filled.length > 0) return false;
    } else if (sumTypes.test(type)) {
      if (!isSumOfNumbers(one)) return false;
    } else if (madeFunctions.test(type)) {
      if (isCaught || hasDefaults(one)) return false;
    } else if (type === "identifier" || type === "shorthand_property_identifier") {
      if (isCaught) return false;
    } else if (type === "as_expression" || type === "satisfies_expression") {
      open.push(one.namedChildren[0]!);
    } else if (type === "pair") {
      const [key, value] = [one.childForFieldName("key"), one.childForFieldName("value")];
      // A key of Python is hashed.
      if (!key || !value || !(key.type === "property_identifier" || literal.test(key.type)))
        return false;
      open.push(value);
      if (key.type !== "property_identifier") open.push(key);
    } else if (plainGroups.test(type)) {
      for (const child of one.namedChildren) if (child) open.push(child);
    } else return false;
  }
  return true;
}

function isSumOfNumbers(sum: Node): boolean {
  const open: Node[] = [sum];
  for (let one = open.pop(); one; one = open.pop()) {
    if (/^(?:number|integer|float|int_literal|float_literal)$/u.test(one.type)) {
      // JavaScript does not mix its two kinds of numbers.
      if (one.type === "number" && /^\d.*n$/u.test(one.text)) return false;
      continue;
    }
    if (one.type !== "parenthesized_expression") {
      const operator = one.childForFieldName("operator")?.text ?? "";
      if (!sumTypes.test(one.type) || !/^[-+*]$/u.test(operator)) return false;
    }
    for (const child of one.namedChildren) if (child) open.push(child);
  }
  return true;
}

const hasDefaults = (made: Node): boolean =>
  (made.childForFieldName("parameters")?.namedChildren ?? []).some(
    (one) =>
      one !== null &&
      (/default|assignment_pattern/u.test(one.type) || one.childForFieldName("value") !== null),
  );

/** Whether an error at a place is caught in the function around it; a `with` of Python may catch one, too. */
function isErrorCaught(node: Node): boolean {
  const last = functionAround(node)?.id;
  for (let one: Node | null = node; one?.parent && one.id !== last; one = one.parent) {
    if (/^(?:try_statement|with_statement)$/u.test(one.parent.type) && isField(one, "body"))
      return true;
  }
  return false;
}

/** The lines of a stretch with their line end, where nothing else is on them; else the stretch with the blanks behind it. */
export function linesWith(
  text: string,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", end);
  const to = next < 0 ? text.length : next + 1;
  const isAlone = text.slice(from, start).trim() === "" && /^[;,\s]*$/u.test(text.slice(end, to));
  if (isAlone) return { start: from, end: to };
  const rest = /^[ \t]+/u.exec(text.slice(end, to))?.[0] ?? "";
  return { start, end: end + rest.length };
}

/** The stretch that takes one item out of a list with commas. */
export function withoutItem(
  text: string,
  items: readonly Node[],
  item: Node,
): { readonly start: number; readonly end: number } {
  const at = items.findIndex(({ id }) => id === item.id);
  const lines = linesWith(text, item.startIndex, item.endIndex);
  const isOnOwnLines = lines.start < item.startIndex || text[lines.end - 1] === "\n";
  const isFollowed = at < items.length - 1 || text.startsWith(",", item.endIndex);
  if (isOnOwnLines && isFollowed) return lines;
  const before = items[at - 1];
  if (before) return { start: before.endIndex, end: item.endIndex };
  const after = items[at + 1];
  return { start: item.startIndex, end: after ? after.startIndex : item.endIndex };
}
