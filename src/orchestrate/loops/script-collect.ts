import type { Node } from "web-tree-sitter";
import { otherShape, refuseLoop } from "./refusal.ts";
import { joinedPieces, type LoopPiece, type LoopRewrite, pieceText } from "./rewrite.ts";
import { firstAct, isGlobalAt, isModuleFile, type KnownList, knownList } from "./script-lists.ts";
import {
  innerFunctionOf,
  isNodeWithin,
  type LoopSite,
  loopNamesIn,
  referencesTo,
  refuseByName,
  refuseComments,
  runsIn,
  statementsOf,
} from "./site.ts";

export type CollectForm = "map" | "filter" | "filter-map" | "flat-map";

/** What a loop of JavaScript collects. */
interface Collected {
  readonly start: Node;
  readonly declarator: Node;
  readonly variable: Node;
  readonly list: Node;
  readonly conditions: readonly (readonly LoopPiece[])[];
  readonly tests: readonly Node[];
  readonly value: Node;
}

/** `for (const x of xs) if (c) out.push(e)` becomes `map`, `filter`, both, or `flatMap`. */
export function toCollected(site: LoopSite, form: CollectForm): LoopRewrite {
  const found = collectedBy(site);
  const { declarator, variable, list, tests, value, start } = found;
  const name = declarator.childForFieldName("name")!;
  const isSame =
    value.type === "identifier" && variable.type === "identifier" && value.text === variable.text;
  const shape = tests.length === 0 ? "map" : isSame ? "filter" : "both";
  const fits = shape === "both" ? form === "filter-map" || form === "flat-map" : form === shape;
  if (!fits)
    otherShape(
      `the loop is \`${shape === "both" ? "filter-map or flat-map" : shape}\`.`,
      site.statement.startIndex,
    );
  requireOwnList(site, name, start);
  refuseComments(site, start.startIndex, site.statement.endIndex);
  refuseByName(site, site.inner ?? site.root);
  for (const part of [...tests, value]) {
    const bad = runsIn(part).find((one) =>
      /^(?:await_expression|yield_expression)$/u.test(one.type),
    );
    if (bad) refuseLoop(`\`${bad.type.split("_")[0]}\` is not possible in a callback.`, bad);
  }
  const known = knownList(site, list);
  if (!known)
    refuseLoop(
      `it is not certain that \`${firstLineOf(list)}\` is an array: a literal, a typed variable, \`Object.keys\`, \`filter\` and the like are.`,
      list,
    );
  if (form === "filter-map") requireAnyTime(site, found);
  const call = callPieces(site, form, found, known!);
  const type = declarator.childForFieldName("type");
  const keyword = start.childForFieldName("kind")!.text;
  const pieces: LoopPiece[] = [
    `${keyword} `,
    name,
    ...(type ? [type] : []),
    " = ",
    ...call,
    endOfStatement(site, start),
  ];
  const isTyped = /\.[cm]?tsx?$/u.test(site.path);
  return {
    edits: [{ start: start.startIndex, end: site.statement.endIndex, pieces }],
    title: `\`${pieceText(pieces).split("\n")[0]}\``,
    why: "the loop only fills the list, nobody sees it half filled, and the callbacks see what the loop saw, in its order",
    ...(form === "filter-map" && { twice: bindingsOf(site, variable) }),
    notes:
      isTyped && tests.length > 0
        ? ["what the condition says about types may not hold in a callback: compile"]
        : [],
  };
}

/** No semicolon where the file has none and the next line cannot go on with the statement. */
function endOfStatement({ text, statement }: LoopSite, start: Node): string {
  const behind = /^[ \t]*\r?\n\s*(\S)/u.exec(text.slice(statement.endIndex))?.[1];
  const isSafe = behind !== undefined && /[\p{L}\p{N}_$}]/u.test(behind);
  return !start.text.endsWith(";") && isSafe ? "" : ";";
}

const bindingsOf = (site: LoopSite, pattern: Node): Set<string> =>
  new Set(
    loopNamesIn(site, pattern).flatMap(({ declares, binding }) =>
      declares && binding ? [binding.id] : [],
    ),
  );

const firstLineOf = (node: Node): string => node.text.split("\n")[0]!;

function collectedBy(site: LoopSite): Collected {
  const loop = site.statement;
  if (loop.type !== "for_in_statement" || loop.childForFieldName("operator")?.text !== "of")
    otherShape("only `for ... of` becomes `map` or `filter`.", loop.startIndex);
  requirePlainLoop(loop);
  const kind = loop.childForFieldName("kind")?.text;
  if (kind !== "const" && kind !== "let")
    refuseLoop("the loop variable is not declared by `const` or `let`.", loop);
  const start = site.siblings[site.position - 1];
  const declarators =
    start?.type === "lexical_declaration"
      ? start.namedChildren.filter((one) => one?.type === "variable_declarator")
      : [];
  const [declarator] = declarators;
  const value = declarator?.childForFieldName("value");
  if (
    !start ||
    !declarator ||
    declarators.length !== 1 ||
    value?.type !== "array" ||
    value.namedChildCount > 0 ||
    value.text.includes(",")
  )
    return otherShape("no empty list is declared directly before the loop.", loop.startIndex);
  const name = declarator.childForFieldName("name")!;
  if (name.type !== "identifier")
    otherShape("no empty list is declared directly before the loop.", loop.startIndex);
  const conditions: LoopPiece[][] = [];
  const tests: Node[] = [];
  let node: Node = loop.childForFieldName("body")!;
  for (;;) {
    if (node.type === "if_statement") {
      if (node.childForFieldName("alternative"))
        otherShape("a condition has an `else`.", node.startIndex);
      const test = node.childForFieldName("condition")!.namedChildren[0]!;
      tests.push(test);
      conditions.push(anded(test));
      node = node.childForFieldName("consequence")!;
      continue;
    }
    if (node.type !== "statement_block") break;
    let list = statementsOf(node);
    for (let guard = scriptGuardOf(list); guard; guard = scriptGuardOf(list)) {
      const inner = guard.text.startsWith("!") ? guard.childForFieldName("argument") : null;
      tests.push(inner ?? guard);
      conditions.push(inner ? anded(inner) : ["!(", guard, ")"]);
      list = list.slice(1);
    }
    if (list.length !== 1)
      otherShape("the loop does more than one thing.", (list[1] ?? node).startIndex);
    node = list[0]!;
  }
  const pushed = pushedBy(node, name.text);
  return {
    start,
    declarator,
    variable: loop.childForFieldName("left")!,
    list: loop.childForFieldName("right")!,
    conditions,
    tests,
    value: pushed,
  };
}

/** No label, no `await`, one loop. */
export function requirePlainLoop(loop: Node): void {
  if (loop.parent?.type === "labeled_statement") refuseLoop("the loop has a label.", loop);
  if (loop.children.some((one) => one?.type === "await"))
    refuseLoop("the loop is asynchronous.", loop);
}

function scriptGuardOf(list: readonly Node[]): Node | undefined {
  const [first] = list;
  if (list.length < 2 || first?.type !== "if_statement" || first.childForFieldName("alternative"))
    return undefined;
  const then = first.childForFieldName("consequence")!;
  const body = then.type === "statement_block" ? statementsOf(then) : [then];
  if (body.length !== 1 || body[0]!.type !== "continue_statement") return undefined;
  if (body[0]!.childForFieldName("label")) return undefined;
  return first.childForFieldName("condition")!.namedChildren[0]!;
}

const weak =
  /^(?:ternary_expression|assignment_expression|augmented_assignment_expression|arrow_function|sequence_expression|yield_expression)$/u;

/** A condition as a part of `a && b`. */
function anded(test: Node): LoopPiece[] {
  const isOr =
    test.type === "binary_expression" &&
    /^(?:\|\||\?\?)$/u.test(test.childForFieldName("operator")?.text ?? "");
  return isOr || weak.test(test.type) ? ["(", test, ")"] : [test];
}

function pushedBy(node: Node, name: string): Node {
  const call = node.type === "expression_statement" ? node.namedChildren[0] : undefined;
  const called = call?.type === "call_expression" ? call.childForFieldName("function") : undefined;
  const values = call?.childForFieldName("arguments")?.namedChildren ?? [];
  if (called?.text !== `${name}.push`)
    return otherShape(`the loop does not only push to \`${name}\`.`, node.startIndex);
  const [value] = values;
  if (values.length !== 1 || !value || value.type === "spread_element")
    refuseLoop("`push` does not get exactly one value.", node);
  return value!;
}

/** The list is one of this block, and no function that may run before the end of the loop has it. */
export function requireOwnList(site: LoopSite, name: Node, start: Node): void {
  const binding = site.all.find(({ node }) => node.id === name.id)?.binding;
  const loop = site.statement;
  if (binding?.declarations.length !== 1)
    refuseLoop(`\`${name.text}\` is declared several times.`, name);
  if (binding!.isTop && !isModuleFile(site.root, site.text))
    refuseLoop("other scripts can see the variables of this one.", name);
  if (start.parent?.type === "export_statement")
    refuseLoop(`other files can see \`${name.text}\`.`, name);
  const home = innerFunctionOf(name);
  for (const { node } of referencesTo(site, binding!)) {
    if (node.id === name.id) continue;
    if (node.parent?.type === "export_specifier")
      refuseLoop(`other files can see \`${name.text}\`.`, node);
    const isPush = node.parent?.type === "member_expression" && isNodeWithin(node, loop);
    if (innerFunctionOf(node)?.id === home?.id) {
      if (isNodeWithin(node, loop) && !isPush)
        refuseLoop(`\`${name.text}\` is used in the loop.`, node);
      continue;
    }
    if (node.startIndex < loop.endIndex || isHoisted(node, home))
      refuseLoop(`a function that may run before the end of the loop uses \`${name.text}\`.`, node);
  }
  const uses = loopNamesIn(site, loop).filter((one) => one.binding?.id === binding!.id);
  if (uses.length > 1) refuseLoop(`\`${name.text}\` is used in the loop.`, uses[0]!.node);
}

/** Whether a function declaration, which is there from the beginning of its block, is around a place. */
function isHoisted(node: Node, home: Node | undefined): boolean {
  for (let one = innerFunctionOf(node); one && one.id !== home?.id; one = innerFunctionOf(one))
    if (/declaration$/u.test(one.type)) return true;
  return false;
}

/** The value may be evaluated after all conditions: it is made of the element and of constants, and cannot fail. */
function requireAnyTime(site: LoopSite, { value, variable }: Collected): void {
  const refuse = (node: Node): never =>
    refuseLoop(
      `\`${firstLineOf(node)}\` would be evaluated after all conditions. \`flat-map\` keeps the order.`,
      node,
    ) as never;
  const names = new Set(
    variable.type === "identifier"
      ? [variable.text]
      : variable.descendantsOfType("identifier").map((one) => one!.text),
  );
  const visit = (node: Node): void => {
    if (
      /^(?:number|string|true|false|null|undefined|comment|property_identifier)$/u.test(node.type)
    )
      return;
    if (/^(?:identifier|shorthand_property_identifier)$/u.test(node.type)) {
      const found = site.all.find((one) => one.node.id === node.id);
      const isConst = found?.binding?.declarations.every(
        ({ by }) => by.parent?.childForFieldName("kind")?.text === "const",
      );
      if (variable.type === "identifier" && names.has(node.text)) return;
      if (!isConst || !isCertainlySet(site, found!.binding!.declarations[0]!.node)) refuse(node);
      return;
    }
    const operator = node.childForFieldName("operator")?.text ?? "";
    const isPlain =
      /^(?:array|object|pair|parenthesized_expression|ternary_expression)$/u.test(node.type) ||
      (node.type === "binary_expression" && /^(?:[!=]==|&&|\|\||\?\?)$/u.test(operator)) ||
      (node.type === "unary_expression" && /^(?:!|typeof)$/u.test(operator));
    if (!isPlain) refuse(node);
    for (const child of node.namedChildren) if (child) visit(child);
  };
  visit(value);
}

/** Whether a declaration is surely evaluated before the loop: it is before it in a block around it. */
export function isCertainlySet(site: LoopSite, name: Node): boolean {
  const block = name.parent?.parent?.parent;
  return (
    name.endIndex <= site.statement.startIndex &&
    block !== null &&
    block !== undefined &&
    /^(?:statement_block|program)$/u.test(block.type) &&
    isNodeWithin(site.statement, block)
  );
}

function callPieces(
  site: LoopSite,
  form: CollectForm,
  { variable, list, conditions, tests, value }: Collected,
  known: KnownList,
): LoopPiece[] {
  const head: LoopPiece[] = ["(", variable, ") => "];
  const again = `(${variable.text}) => `;
  const [only] = conditions;
  const isOne = conditions.length === 1 && only![0] !== "!(";
  const condition = isOne ? [tests[0]!] : joinedPieces(conditions, " && ");
  const isQuiet = [...tests, value].every((one) => firstAct(one) === undefined);
  const isFixed = known.kind === "dense" && (known.isOwn || isQuiet);
  if (form === "map") {
    if (isFixed) return [...receiver(list), ".map(", ...head, ...arrowBody(value), ")"];
    if (!isGlobalAt(site, "Array")) refuseLoop("`Array` is not the one of JavaScript.", list);
    return ["Array.from(", list, ", ", ...head, ...arrowBody(value), ")"];
  }
  let source: LoopPiece[] = receiver(list);
  if (!isFixed) {
    const act = [...tests, value].map(firstAct).find((one) => one !== undefined);
    if (act && known.kind !== "dense")
      refuseLoop(
        `\`${firstLineOf(list)}\` may have holes, or \`${firstLineOf(act)}\` may change it.`,
        act,
      );
    if (act) refuseLoop(`\`${firstLineOf(act)}\` may change \`${firstLineOf(list)}\`.`, act);
    source = ["[...", list, "]"];
  }
  const body = isObjectLike(condition) ? ["(", ...condition, ")"] : condition;
  if (form === "filter") return [...source, ".filter(", ...head, ...body, ")"];
  if (form === "filter-map")
    return [...source, ".filter(", ...head, ...body, ").map(", again, ...arrowBody(value), ")"];
  return [
    ...source,
    ".flatMap(",
    ...head,
    "(",
    ...flatCondition(condition, conditions),
    " ? [",
    value,
    "] : []))",
  ];
}

const flatCondition = (
  condition: readonly LoopPiece[],
  conditions: readonly unknown[],
): LoopPiece[] => {
  const [only] = condition;
  const isWeak = conditions.length === 1 && typeof only !== "string" && weak.test(only!.type);
  return isWeak ? ["(", ...condition, ")"] : [...condition];
};

const isObjectLike = (pieces: readonly LoopPiece[]): boolean => {
  const text = pieceText(pieces);
  return (
    text.startsWith("{") ||
    (pieces.length === 1 &&
      typeof pieces[0] !== "string" &&
      pieces[0]!.type === "sequence_expression")
  );
};

/** An expression as the body of an arrow function. */
function arrowBody(value: Node): LoopPiece[] {
  return value.text.startsWith("{") || value.type === "sequence_expression"
    ? ["(", value, ")"]
    : [value];
}

const strong =
  /^(?:identifier|member_expression|call_expression|subscript_expression|array|parenthesized_expression|non_null_expression)$/u;

/** An expression before a member. */
const receiver = (list: Node): LoopPiece[] => (strong.test(list.type) ? [list] : ["(", list, ")"]);
