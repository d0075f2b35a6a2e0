import type { Node } from "web-tree-sitter";
import { maySwallow } from "../extract/leaves.ts";
import type { NameReference, ScopeBinding } from "../extract/references.ts";
import { otherShape, refuseLoop } from "./refusal.ts";
import {
  innerFunctionOf,
  isNodeWithin,
  type LoopSite,
  loopNamesIn,
  referencesTo,
  runsIn,
} from "./site.ts";

/** The binding of a name that is a variable of the function around the loop, and of no other one. */
export function localOf(site: LoopSite, name: Node): ScopeBinding {
  const { inner } = site;
  if (inner?.type !== "function_definition" || innerFunctionOf(name)?.id !== inner.id)
    refuseLoop("outside of a function other code can see the variables of the loop.", name);
  if (isInClassBody(site.statement, inner!))
    refuseLoop("in the body of a class the variables are members.", name);
  const found = site.all.find(({ node }) => node.id === name.id)?.binding;
  const isOwn = found?.scopeStart === inner!.startIndex && found.scopeEnd === inner!.endIndex;
  if (!found || !isOwn) refuseLoop(`\`${name.text}\` is no variable of the function alone.`, name);
  return found!;
}

function isInClassBody(node: Node, inner: Node): boolean {
  for (let one = node.parent; one && one.id !== inner.id; one = one.parent)
    if (one.type === "class_definition") return true;
  return false;
}

/** Names of a target; only names and tuples of them. */
export function targetNames(target: Node): Node[] {
  if (target.type === "identifier") return [target];
  if (/^(?:pattern_list|tuple_pattern|list_pattern|list_splat_pattern)$/u.test(target.type))
    return target.namedChildren.flatMap((one) => (one ? targetNames(one) : []));
  return refuseLoop("the loop assigns to something that is not a plain name.", target) as never;
}

/** What a comprehension cannot have, or does otherwise than a loop. */
export function requirePlainParts(parts: readonly Node[]): void {
  for (const part of parts) {
    for (const one of runsIn(part)) {
      if (/^(?:await|yield|named_expression)$/u.test(one.type) && one.isNamed)
        refuseLoop(`\`${one.type === "named_expression" ? ":=" : one.type}\` is in the loop.`, one);
      if (one.type === "async") refuseLoop("an asynchronous part is in the loop.", one);
    }
  }
}

/** No function or generator that is made in the parts and may be used later keeps a variable of the loop. */
export function requireNotKept(
  site: LoopSite,
  parts: readonly Node[],
  targets: readonly Node[],
): void {
  const wanted = new Set(targets.map(({ text }) => text));
  for (const part of parts) {
    for (const made of part.descendantsOfType(["lambda", "generator_expression"])) {
      if (!made || (made.type === "generator_expression" && isUsedAtOnce(site, made))) continue;
      const name = made.descendantsOfType("identifier").find((one) => one && wanted.has(one.text));
      if (name) refuseLoop(`\`${name.text}\` is kept by a function or a generator.`, name);
    }
  }
}

const readAtOnce = /^(?:any|all|sum|min|max|sorted|tuple|list|set|dict|frozenset)$/u;

function isUsedAtOnce(site: LoopSite, made: Node): boolean {
  const call = made.parent?.type === "argument_list" ? made.parent.parent : made.parent;
  const called = call?.type === "call" ? call.childForFieldName("function") : undefined;
  if (!called) return false;
  if (called.type === "identifier")
    return readAtOnce.test(called.text) && isBuiltIn(site, called.text);
  const object = called.childForFieldName("object");
  return object?.type === "string" && called.childForFieldName("attribute")?.text === "join";
}

/** Whether a name means in the file what Python gives it. */
export function isBuiltIn(site: LoopSite, name: string): boolean {
  const isTaken = site.all.some((one) => one.name === name && one.binding !== undefined);
  return !isTaken && site.root.descendantsOfType("wildcard_import").length === 0;
}

/** The variables of the loop have no value behind it that anything reads. */
export function requireUnreadBehind(site: LoopSite, loop: Node, targets: readonly Node[]): void {
  for (const target of targets) {
    const binding = localOf(site, target);
    for (const one of referencesTo(site, binding)) {
      if (isNodeWithin(one.node, loop)) {
        if (innerFunctionOf(one.node)?.id !== site.inner!.id) continue;
        if (one.declares && !targets.some(({ id }) => id === one.node.id))
          refuseLoop(`\`${one.name}\` is assigned in the loop.`, one.node);
        continue;
      }
      if (innerFunctionOf(one.node)?.id !== site.inner!.id)
        refuseLoop(`\`${one.name}\` is used by a function inside.`, one.node);
      if (!one.reads || isOfOtherLoop(one, loop)) continue;
      if (one.node.endIndex <= loop.startIndex && !isInLoop(loop, site.inner!)) continue;
      refuseLoop(`\`${one.name}\` is read outside of the loop, after it.`, one.node);
    }
  }
}

/** Whether another loop gives the name its value before this place reads it. */
function isOfOtherLoop({ node, name }: NameReference, loop: Node): boolean {
  for (let one = node.parent; one; one = one.parent) {
    if (one.type !== "for_statement" || isNodeWithin(loop, one)) continue;
    const body = one.childForFieldName("body");
    const left = one.childForFieldName("left");
    const binds = left !== null && isBoundBy(left, name);
    if (binds && body && isNodeWithin(node, body)) return true;
  }
  return false;
}

const isBoundBy = (target: Node, name: string): boolean =>
  target.type === "identifier"
    ? target.text === name
    : /^(?:pattern_list|tuple_pattern|list_pattern)$/u.test(target.type) &&
      target.namedChildren.some((one) => one !== null && isBoundBy(one, name));

const isInLoop = (node: Node, inner: Node): boolean => {
  for (let one = node.parent; one && one.id !== inner.id; one = one.parent)
    if (/^(?:for_statement|while_statement)$/u.test(one.type)) return true;
  return false;
};

/**
 * Nobody sees the variable while it is filled, or half of it after an error: it is one of the function, no closure has it, and it is
 * read only behind the loop in the same block, or no error is caught in the function.
 *
 * @returns whether all reads are behind the loop in its block
 */
export function requireUnseen(site: LoopSite, name: Node, fills: readonly Node[]): boolean {
  const binding = localOf(site, name);
  const loop = site.statement;
  const list = loop.parent!;
  let isBehind = true;
  for (const one of referencesTo(site, binding)) {
    const { node } = one;
    if (innerFunctionOf(node)?.id !== site.inner!.id)
      refuseLoop(`\`${one.name}\` is used by a function inside.`, node);
    if (fills.some(({ id }) => id === node.id) || node.id === name.id) continue;
    if (isNodeWithin(node, loop)) refuseLoop(`\`${one.name}\` is used in the loop.`, node);
    if (one.reads && !(node.startIndex >= loop.endIndex && node.endIndex <= list.endIndex))
      isBehind = false;
  }
  if (!isBehind && catcherOf(loop, site.inner!))
    refuseLoop(`after an error in the loop \`${name.text}\` may be read half filled.`, name);
  return isBehind;
}

/** A statement around a node that may go on after an error in it. */
function catcherOf(node: Node, inner: Node): Node | undefined {
  for (let one = node.parent; one && one.id !== inner.id; one = one.parent) {
    if (one.type === "try_statement") return one;
    if (one.type === "with_statement" && maySwallow(one)) return one;
  }
  return undefined;
}

/** A call that surely raises no `StopIteration`, which a generator would turn into another error. */
const quietBuiltIns =
  /^(?:len|isinstance|issubclass|hasattr|callable|str|int|float|bool|abs|ord|chr|repr|type|id|hash|range)$/u;

export function requireQuiet(site: LoopSite, parts: readonly Node[]): void {
  for (const part of parts) {
    for (const one of runsIn(part)) {
      if (one.type !== "call") continue;
      const called = one.childForFieldName("function");
      if (
        called?.type === "identifier" &&
        quietBuiltIns.test(called.text) &&
        isBuiltIn(site, called.text)
      )
        continue;
      refuseLoop(
        `\`${called?.text.split("\n")[0]}\` may raise StopIteration, which a generator turns into another error.`,
        one,
      );
    }
  }
}

/** Statements between the start value and the loop that do not mention it. */
export function startBefore(site: LoopSite, name: string): Node {
  for (let at = site.position - 1; at >= 0; at -= 1) {
    const one = site.siblings[at]!;
    const isStart =
      one.type === "expression_statement" &&
      one.namedChildren[0]?.type === "assignment" &&
      one.namedChildren[0].childForFieldName("left")?.text === name;
    if (isStart) return one;
    if (loopNamesIn(site, one).some((found) => found.name === name))
      refuseLoop(`\`${name}\` is used between its start value and the loop.`, one);
  }
  return otherShape(`\`${name}\` gets its start value elsewhere.`, site.statement.startIndex);
}
