import type { Node } from "web-tree-sitter";
import { definition, freeName, requireLineBefore, roundParts } from "./hoist.ts";
import { isBuiltIn } from "./python-safety.ts";
import { hashedType, isBeforeLoop, isLiteralList, onlyValue } from "./python-stable.ts";
import { otherShape, refuseLoop } from "./refusal.ts";
import type { LoopEdit, LoopPiece, LoopRewrite } from "./rewrite.ts";
import { isCertainlySet } from "./script-collect.ts";
import { firstAct, isGlobalAt, knownList } from "./script-lists.ts";
import {
  innerFunctionOf,
  isNodeWithin,
  type LoopSite,
  referencesTo,
  refuseByName,
  runsIn,
} from "./site.ts";

/** A search in a list in every round becomes one in a set that is built before the loop. */
export function toSetLookup(site: LoopSite): LoopRewrite {
  requireLineBefore(site);
  refuseByName(site, site.inner ?? site.root);
  return site.language === "python" ? pythonLookup(site) : scriptLookup(site);
}

function setRewrite(
  site: LoopSite,
  list: Node,
  value: readonly LoopPiece[],
  found: readonly LoopEdit[],
  name: string,
): LoopRewrite {
  const before = {
    start: site.statement.startIndex,
    end: site.statement.startIndex,
    pieces: definition(site, name, value),
  };
  return {
    edits: [...found, before],
    title: `a set of \`${list.text.split("\n")[0]}\` before the loop`,
    why: "nothing changes the list in the loop, and the set finds the same values",
  };
}

const nameOfSet = (site: LoopSite, list: Node): string =>
  freeName(
    new Set(site.all.map(({ name }) => name)),
    list.type === "identifier"
      ? site.language === "python"
        ? `${list.text}_set`
        : `${list.text}Set`
      : "known",
  );

/** `xs.includes(x)`: a set compares as `includes` does, NaN and -0 as well. `indexOf` does not find NaN. */
function scriptLookup(site: LoopSite): LoopRewrite {
  const calls = roundParts(site.statement)
    .flatMap(runsIn)
    .filter(
      (one) =>
        one.type === "call_expression" &&
        one.childForFieldName("function")?.type === "member_expression" &&
        one.childForFieldName("function")!.childForFieldName("property")?.text === "includes",
    );
  const [first] = calls;
  const list = first?.childForFieldName("function")?.childForFieldName("object");
  if (!first || !list)
    return otherShape("there is no `includes` in the loop.", site.statement.startIndex);
  if (!isGlobalAt(site, "Set")) refuseLoop("`Set` is not the one of JavaScript.", first);
  const same = calls.filter(
    (one) => one.childForFieldName("function")!.childForFieldName("object")!.text === list.text,
  );
  for (const one of same) {
    const values = one.childForFieldName("arguments")!.namedChildren;
    if (
      values.length !== 1 ||
      values[0]!.type === "spread_element" ||
      one.childForFieldName("function")!.text.includes("?.")
    )
      refuseLoop("`includes` does not get exactly one value.", one);
  }
  if (list.type === "array") {
    const isLiteral =
      list.namedChildCount > 1 &&
      list.namedChildren.every((one) =>
        /^(?:number|string|true|false|null)$/u.test(one?.type ?? ""),
      );
    if (!isLiteral) refuseLoop("the values of the list may differ from round to round.", list);
  } else requireFixedList(site, list, same);
  const name = nameOfSet(site, list);
  const edits = same.map((one) => {
    const called = one.childForFieldName("function")!;
    return { start: called.startIndex, end: called.endIndex, pieces: [`${name}.has`] };
  });
  return setRewrite(site, list, ["new Set(", list, ")"], edits, name);
}

/** The list is the same array with the same elements in every round. */
function requireFixedList(site: LoopSite, list: Node, searches: readonly Node[]): void {
  const known = list.type === "identifier" ? knownList(site, list) : undefined;
  if (!known || known.kind === "iterable")
    refuseLoop(
      `it is not certain that \`${list.text.split("\n")[0]}\` is an array: a text has \`includes\`, too.`,
      list,
    );
  const binding = site.all.find(({ node }) => node.id === list.id)!.binding!;
  const [declared] = binding.declarations;
  const isParameter =
    declared!.kind === "parameter" &&
    isNodeWithin(site.statement, innerFunctionOf(declared!.node)!);
  if (!isParameter && !isCertainlySet(site, declared!.node))
    refuseLoop(`\`${list.text}\` may have no value before the loop.`, list);
  const written = referencesTo(site, binding).find((one) => one.writes && !one.declares);
  if (written) refuseLoop(`\`${list.text}\` may become another list.`, written.node);
  if (known!.isOwn) return;
  const right = site.statement.childForFieldName("right");
  const isPlainLoop = right === null || (knownList(site, right) && !beginsWithAct(site, right));
  const start = site.statement.childForFieldName("initializer");
  if (!isPlainLoop || (start && firstAct(start)))
    refuseLoop(
      `what is evaluated for \`${(right ?? start)!.text.split("\n")[0]}\` may change \`${list.text}\`.`,
      right ?? start!,
    );
  const changes = roundParts(site.statement)
    .flatMap(runsIn)
    .find(
      (one) =>
        isAct(one) &&
        !searches.some(({ id }) => id === one.id) &&
        !(isParameter && isOwnPush(site, one)) &&
        !isOfVariable(one),
    );
  if (changes)
    refuseLoop(`\`${changes.text.split("\n")[0]}\` may change \`${list.text}\`.`, changes);
}

/** Whether evaluating what the loop runs over may run other code: `Object.keys` and its like do not. */
function beginsWithAct(site: LoopSite, right: Node): boolean {
  const called = right.type === "call_expression" ? right.childForFieldName("function") : undefined;
  const object =
    called?.type === "member_expression" ? called.childForFieldName("object") : undefined;
  if (object?.text !== "Object" || !isGlobalAt(site, "Object"))
    return firstAct(right) !== undefined;
  return firstAct(right.childForFieldName("arguments")!) !== undefined;
}

const isAct = (one: Node): boolean =>
  firstAct(one)?.id === one.id || /^(?:for_in_statement|rest_pattern)$/u.test(one.type);

/** A plain variable that is written. */
const isOfVariable = (one: Node): boolean =>
  /^(?:assignment_expression|augmented_assignment_expression|update_expression)$/u.test(one.type) &&
  (one.childForFieldName("left") ?? one.childForFieldName("argument"))?.type === "identifier";

/** `out.push(...)` of a list that the function makes. */
function isOwnPush(site: LoopSite, call: Node): boolean {
  const called = call.type === "call_expression" ? call.childForFieldName("function") : undefined;
  const object =
    called?.type === "member_expression" && called.childForFieldName("property")?.text === "push"
      ? called.childForFieldName("object")
      : undefined;
  if (object?.type !== "identifier") return false;
  const declared = site.all.find(({ node }) => node.id === object.id)?.binding?.declarations ?? [];
  const [only] = declared;
  return (
    declared.length === 1 &&
    only!.by.type === "variable_declarator" &&
    only!.by.parent?.childForFieldName("kind")?.text === "const" &&
    only!.by.childForFieldName("value")?.type === "array"
  );
}

/** `x in xs`: where the values are known to be `str` or `int`, whose hashes agree with `==`. */
function pythonLookup(site: LoopSite): LoopRewrite {
  const searches = roundParts(site.statement)
    .flatMap(runsIn)
    .filter(
      (one) =>
        one.type === "comparison_operator" &&
        one.namedChildCount === 2 &&
        /^(?:in|not in)$/u.test(operatorOf(one)),
    );
  const [first] = searches;
  const list = first?.namedChildren[1];
  if (!first || !list)
    return otherShape("there is no `in` in the loop.", site.statement.startIndex);
  if (!isBuiltIn(site, "set")) refuseLoop("`set` is not the one of Python.", first);
  if (!isLiteralList(list)) requireLiteralVariable(site, list);
  const same = searches.filter((one) => one.namedChildren[1]!.text === list.text);
  const name = nameOfSet(site, list);
  const edits: LoopEdit[] = [];
  for (const one of same) {
    const [value, right] = one.namedChildren;
    if (!hashedType(site, value!))
      refuseLoop(
        `\`${value!.text.split("\n")[0]}\` may be of a type that a set cannot look up as a list does.`,
        value!,
      );
    edits.push({ start: right!.startIndex, end: right!.endIndex, pieces: [name] });
  }
  return setRewrite(site, list, ["set(", list, ")"], edits, name);
}

const operatorOf = (node: Node): string =>
  node.children
    .filter((one) => one !== null && !one.isNamed)
    .map((one) => one!.text.split(/\s+/u).join(" "))
    .join(" ");

/** A variable of the function that is a list of literals before the loop, and is only searched and read. */
function requireLiteralVariable(site: LoopSite, list: Node): void {
  const found = list.type === "identifier" ? onlyValue(site, list) : undefined;
  const assignment = found?.declared.node.parent;
  const value =
    assignment?.type === "assignment" ? assignment.childForFieldName("right") : undefined;
  if (!found || !value || !isLiteralList(value) || !isBeforeLoop(site, assignment!))
    refuseLoop(
      `\`${list.text.split("\n")[0]}\` is not a list of literals that is set once before the loop.`,
      list,
    );
  for (const { node, declares } of referencesTo(site, found!.binding)) {
    if (declares) continue;
    const { parent } = node;
    const isSearched =
      parent?.type === "comparison_operator" &&
      parent.namedChildren[1]?.id === node.id &&
      /\bin\b/u.test(operatorOf(parent));
    const isLooped =
      /^(?:for_statement|for_in_clause)$/u.test(parent?.type ?? "") &&
      parent!.childForFieldName("right")?.id === node.id;
    const call = parent?.type === "argument_list" ? parent.parent : undefined;
    const isCounted = call?.childForFieldName("function")?.text === "len" && isBuiltIn(site, "len");
    if (!isSearched && !isLooped && !isCounted)
      refuseLoop(`\`${list.text}\` may be changed here.`, node);
  }
}
