import type { Node } from "web-tree-sitter";
import { isWithoutEffects } from "../fix/places.ts";
import type { NameLanguage } from "../index/languages.ts";
import type { Parameter } from "./parameters.ts";

/** How a function is called, before and after. */
export interface SignatureChange {
  readonly language: NameLanguage;
  readonly before: readonly Parameter[];
  readonly after: readonly Parameter[];
  /** What calls pass for a parameter that they do not pass yet. */
  readonly values: Readonly<Record<string, string>>;
  /** JavaScript without types: what a call leaves out at its end is `undefined`. */
  readonly isLoose?: boolean;
}

/** An argument of a call: one that it has, or a new one. */
export interface Argument {
  readonly node?: Node;
  readonly text?: string;
  /** Python: it is passed under this name. */
  readonly keyword?: string;
}

export interface ArgumentPlan {
  readonly items: readonly Argument[];
  readonly dropped: readonly Node[];
  /** Why the call may do something else than before. */
  readonly doubt?: string;
}

/** A call that cannot be adapted: the reason. */
export class UnfitCall extends Error {}

const spreadTypes = /^(?:spread_element|list_splat|dictionary_splat|variadic_argument)$/u;

/**
 * The arguments that a call passes after a change of the parameters, or undefined where it stays as it is.
 *
 * @throws UnfitCall
 */
export function newArguments(
  given: readonly Node[],
  change: SignatureChange,
): ArgumentPlan | undefined {
  if (given.some(({ type }) => spreadTypes.test(type))) {
    if (passesAlike(change)) return undefined;
    throw new UnfitCall("it spreads a value into arguments");
  }
  const { language } = change;
  const bound = language === "python" ? boundInPython(given, change) : byPosition(given, change);
  const items =
    change.language === "python"
      ? pythonItems(given, bound, change)
      : positionalItems(bound, change);
  const used = new Set(items.flatMap(({ node }) => node?.id ?? []));
  const dropped = given.filter(({ id }) => !used.has(id));
  const isSame =
    dropped.length === 0 &&
    items.length === given.length &&
    items.every(({ node, keyword }, at) => node?.id === given[at]!.id && keyword === undefined);
  const lost = language === "script" ? lostDefault(bound, change) : undefined;
  if (isSame && lost === undefined) return undefined;
  const doubt = doubtOf(items, dropped) ?? lost;
  return { items, dropped, ...(doubt !== undefined && { doubt }) };
}

/** Whether no argument, wherever it is bound, is bound to something else. */
function passesAlike({ before, after, values }: SignatureChange): boolean {
  const isLike = (one: Parameter, other: Parameter | undefined): boolean =>
    one.name === other?.name &&
    one.kind === other.kind &&
    one.only === other.only &&
    (one.fallback === undefined || other.fallback !== undefined);
  return (
    before.length <= after.length &&
    before.every((one, at) => isLike(one, after[at])) &&
    after.length === before.length &&
    after.every(({ name }) => values[name] === undefined)
  );
}

type Bound = ReadonlyMap<string, readonly Node[]>;

function byPosition(given: readonly Node[], { before, language }: SignatureChange): Bound {
  const taking = before.filter(({ kind }) => kind !== "this");
  const rest = taking.find(({ kind }) => kind === "rest");
  const bound = new Map<string, Node[]>();
  for (const [at, node] of given.entries()) {
    const one = taking[at]?.kind === "one" ? taking[at] : rest;
    if (!one) throw new UnfitCall("it passes more arguments than the function takes");
    bound.set(one.name, [...(bound.get(one.name) ?? []), node]);
  }
  const needed = taking.filter(({ kind }) => kind === "one").length;
  if (language === "go" && given.length < needed)
    throw new UnfitCall("a call gives several of its arguments");
  return bound;
}

/** What is passed for a parameter that a call does not pass; undefined: nothing. */
function valueFor(one: Parameter, { before, values }: SignatureChange): string | undefined {
  const old = before.find(({ name }) => name === one.name);
  const value = values[one.name];
  if (one.kind !== "one") return undefined;
  if (!old) return value ?? (one.fallback === undefined ? lackingValue(one.name) : undefined);
  // It was left out before: so it stays, where it may be, or never had a value.
  if (!losesDefault(old, one) && (one.fallback !== undefined || old.fallback === undefined))
    return undefined;
  if (value !== undefined) return value;
  const last = old.fallback ?? "";
  return constant.test(last) ? last : lackingValue(one.name);
}

/** What a call left out got a value, and gets none any more. */
const losesDefault = (old: Parameter, one: Parameter): boolean =>
  Boolean(old.fallback) && !one.fallback;

const constant =
  /^(?:-?\d[\w.]*|"[^"\\]*"|'[^'\\]*'|true|false|null|undefined|True|False|None|nil)$/u;

function lackingValue(name: string): never {
  throw new UnfitCall(`it passes nothing for \`${name}\`: give a value`);
}

function positionalItems(bound: Bound, change: SignatureChange): Argument[] {
  const slots = change.after
    .filter(({ kind }) => kind !== "this")
    .map((one): readonly Argument[] | undefined => {
      const own = bound.get(one.name);
      const old = change.before.find(({ name }) => name === one.name);
      // For `undefined`, too, the default was taken.
      const isLeftOut = own?.length === 1 && /^(?:undefined|void 0)$/u.test(own[0]!.text);
      const isLost = old !== undefined && losesDefault(old, one);
      if (own && !(isLost && isLeftOut)) return own.map((node) => ({ node }));
      const text = valueFor(one, change);
      const isNothing = change.isLoose && text === "undefined";
      return text === undefined || isNothing ? undefined : [{ text }];
    });
  const last = slots.findLastIndex((one) => one !== undefined);
  return slots.slice(0, last + 1).flatMap((one) => {
    if (one !== undefined) return one;
    if (change.language === "go") throw new UnfitCall("an argument is missing");
    return [{ text: "undefined" }];
  });
}

function boundInPython(given: readonly Node[], { before }: SignatureChange): Bound {
  const inOrder = before.filter(({ kind, only }) => kind === "one" && only !== "name");
  const rest = before.find(({ kind }) => kind === "rest");
  const bound = new Map<string, Node[]>();
  let at = 0;
  for (const node of given) {
    const keyword = keywordOf(node);
    if (keyword !== undefined) {
      const isOwn = before.some(
        ({ name, kind, only }) => name === keyword && kind === "one" && only !== "position",
      );
      if (isOwn) bound.set(keyword, [node]);
      else if (!before.some(({ kind }) => kind === "keywords"))
        throw new UnfitCall(`the function has no parameter \`${keyword}\``);
      continue;
    }
    const one = inOrder[at++] ?? rest;
    if (!one) throw new UnfitCall("it passes more arguments than the function takes");
    bound.set(one.name, [...(bound.get(one.name) ?? []), node]);
  }
  return bound;
}

const keywordOf = (node: Node): string | undefined =>
  node.type === "keyword_argument" ? node.childForFieldName("name")?.text : undefined;

function pythonItems(given: readonly Node[], bound: Bound, change: SignatureChange): Argument[] {
  const { before, after } = change;
  const inOrder: Argument[] = [];
  const named: Argument[] = [];
  const keptNames = new Set<number>();
  /** No parameter before was left to its default or passed by name. */
  let isOpen = true;
  const place = (one: Parameter, item: Argument): void => {
    if (isOpen && one.only !== "name") inOrder.push(item);
    else if (one.only === "position") throw new UnfitCall(`\`${one.name}\` is passed by position`);
    else named.push({ ...item, keyword: one.name });
  };
  for (const one of after) {
    const own = bound.get(one.name) ?? [];
    const [first] = own;
    if (one.kind === "keywords") continue;
    if (one.kind === "rest") {
      if (own.length > 0 && !isOpen) throw new UnfitCall("further arguments would move");
      inOrder.push(...own.map((node) => ({ node })));
    } else if (first && keywordOf(first) !== undefined) {
      if (one.only === "position") throw new UnfitCall(`\`${one.name}\` is passed by name`);
      keptNames.add(first.id);
      isOpen = false;
    } else if (first) place(one, { node: first });
    else {
      const text = valueFor(one, change);
      if (text === undefined) isOpen = false;
      else place(one, { text });
    }
  }
  for (const node of given) {
    const keyword = keywordOf(node);
    if (keyword === undefined || bound.has(keyword)) continue;
    const isTaken = after.some(({ name, kind }) => name === keyword && kind === "one");
    if (isTaken || !after.some(({ kind }) => kind === "keywords"))
      throw new UnfitCall(`\`${keyword}\` is a further argument by name`);
    keptNames.add(node.id);
  }
  const kept = given.filter(({ id }) => keptNames.has(id)).map((node) => ({ node }));
  const lost = before.find(
    ({ kind, name }) =>
      kind === "rest" &&
      (bound.get(name)?.length ?? 0) > 0 &&
      !after.some((one) => one.kind === "rest"),
  );
  if (lost) throw new UnfitCall("it passes further arguments");
  return [...inOrder, ...kept, ...named];
}

const surelyDefined =
  /^(?:number|string|template_string|true|false|null|object|array|arrow_function|function_expression|class|regex|new_expression)$/u;

/** An argument that may be `undefined`, for which a default was taken that is not there any more. */
function lostDefault(bound: Bound, { before, after }: SignatureChange): string | undefined {
  for (const one of after) {
    const old = before.find(({ name }) => name === one.name);
    const [node] = bound.get(one.name) ?? [];
    if (!old || !node || !losesDefault(old, one)) continue;
    if (/^(?:undefined|void 0)$/u.test(node.text) || surelyDefined.test(node.type)) continue;
    return `\`${short(node.text)}\` may be \`undefined\`, for which there was a default`;
  }
  return undefined;
}

/** Dropping an argument drops what its evaluation does, and two that trade places are evaluated in another order. */
function doubtOf(items: readonly Argument[], dropped: readonly Node[]): string | undefined {
  const lost = dropped.find((one) => !isQuiet(one));
  if (lost) return `\`${short(lost.text)}\` would not be evaluated any more`;
  const kept = items.flatMap(({ node }) => node ?? []);
  for (const [at, one] of kept.entries()) {
    for (const later of kept.slice(at + 1)) {
      if (later.startIndex > one.startIndex) continue;
      const isFree = (isQuiet(one) && isQuiet(later)) || isConstant(one) || isConstant(later);
      if (!isFree)
        return `\`${short(one.text)}\` would be evaluated before \`${short(later.text)}\``;
    }
  }
  return undefined;
}

const short = (text: string): string =>
  text.length > 40
    ? `${text.slice(0, 39).replaceAll(/\s+/gu, " ")}…`
    : text.replaceAll(/\s+/gu, " ");

const valueIn = (node: Node): Node => node.childForFieldName("value") ?? node;
const isConstant = (node: Node): boolean => constant.test(valueIn(node).text);
const isQuiet = (node: Node): boolean =>
  valueIn(node).type === "identifier" || isConstant(node) || isWithoutEffects(valueIn(node));
