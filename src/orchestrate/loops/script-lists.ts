import type { Node } from "web-tree-sitter";
import type { NameReference } from "../extract/references.ts";
import {
  innerFunctionOf,
  isNodeWithin,
  type LoopSite,
  loopsBetween,
  referencesTo,
  runsIn,
} from "./site.ts";

/** What is known of a value that a loop of JavaScript runs over. */
export interface KnownList {
  /** `array`: may have holes, which a loop visits and `filter` skips; `dense`: has none; `iterable`: a set or a map. */
  readonly kind: "dense" | "array" | "iterable";
  /** No other code can change it while the loop runs. */
  readonly isOwn: boolean;
}

/** What an expression surely is; undefined: not known. */
export function knownList(site: LoopSite, node: Node, depth = 0): KnownList | undefined {
  if (depth > 5) return undefined;
  const own = { kind: "dense", isOwn: true } as const;
  switch (node.type) {
    case "parenthesized_expression":
    case "as_expression":
    case "satisfies_expression":
    case "non_null_expression":
      return knownList(site, node.namedChildren[0]!, depth + 1);
    case "array":
      return hasHoles(node) ? { kind: "array", isOwn: true } : own;
    case "call_expression":
      return knownCall(site, node, depth);
    case "identifier":
      return knownVariable(site, node, depth);
    default:
      return undefined;
  }
}

/** `[1, , 2]`. */
function hasHoles(array: Node): boolean {
  const tokens = array.children.filter((one) => one?.type !== "comment").map((one) => one!.type);
  return tokens.some((one, at) => one === "," && /^[[,]$/u.test(tokens[at - 1]!));
}

function knownCall(site: LoopSite, call: Node, depth: number): KnownList | undefined {
  const called = call.childForFieldName("function");
  if (called?.type !== "member_expression" || called.text.includes("?.")) return undefined;
  const [object, name] = [
    called.childForFieldName("object")!,
    called.childForFieldName("property")!.text,
  ];
  const own = { kind: "dense", isOwn: true } as const;
  if (object.type === "identifier" && isGlobalName(site, object)) {
    if (object.text === "Object" && /^(?:keys|values|entries)$/u.test(name)) return own;
    if (object.text === "Array" && /^(?:from|of)$/u.test(name)) return own;
  }
  if (name === "split" && /^(?:string|template_string)$/u.test(object.type)) return own;
  if (name === "split" && knownPrimitive(site, object) === "string") return own;
  const list = knownList(site, object, depth + 1);
  if (!list || list.kind === "iterable") return undefined;
  if (name === "filter") return own;
  if (/^(?:map|slice|concat)$/u.test(name) && list.kind === "dense")
    return name === "concat" ? undefined : own;
  return undefined;
}

/** A name that the file does not declare. */
export const isGlobalName = (site: LoopSite, node: Node): boolean =>
  site.all.find((one) => one.node.id === node.id)?.binding === undefined;

/** Whether a global name means what JavaScript gives it. */
export const isGlobalAt = (site: LoopSite, name: string): boolean =>
  !site.all.some((one) => one.name === name && one.binding !== undefined);

function knownVariable(site: LoopSite, node: Node, depth: number): KnownList | undefined {
  const binding = site.all.find((one) => one.node.id === node.id)?.binding;
  const [declared] = binding?.declarations ?? [];
  if (!binding || !declared || binding.declarations.length !== 1) return undefined;
  const { by } = declared;
  if (
    by.childForFieldName("name")?.id !== declared.node.id &&
    by.childForFieldName("pattern")?.id !== declared.node.id
  )
    return undefined;
  const type =
    by.type === "optional_parameter" ? undefined : by.childForFieldName("type")?.namedChildren[0];
  const typed = type && typedList(site, type);
  if (by.type !== "variable_declarator") return typed && { kind: typed, isOwn: false };
  const isConst = by.parent?.childForFieldName("kind")?.text === "const";
  const value = by.childForFieldName("value");
  const known = isConst && value ? knownList(site, value, depth + 1) : undefined;
  if (!known) return typed && { kind: typed, isOwn: false };
  const uses = referencesTo(site, binding).filter((one) => !one.declares);
  const isHidden =
    !binding.isTop ||
    (isModuleFile(site.root, site.text) && by.parent?.parent?.type !== "export_statement");
  const isNew = withoutWrappers(value!).type !== "identifier";
  const isOwn = known.isOwn && isHidden && isNew && uses.every((one) => isTame(site, one, by));
  if (isOwn) return known;
  // What may be changed may have got holes.
  return { kind: known.kind === "iterable" ? "iterable" : "array", isOwn: false };
}

/** Without brackets and types around. */
function withoutWrappers(node: Node): Node {
  const isWrapper =
    /^(?:parenthesized_expression|as_expression|satisfies_expression|non_null_expression)$/u;
  return isWrapper.test(node.type) ? withoutWrappers(node.namedChildren[0]!) : node;
}

/** Other files cannot see the variables of a module. */
export const isModuleFile = (root: Node, text: string): boolean =>
  root.namedChildren.some((one) => /^(?:import|export)_statement$/u.test(one?.type ?? "")) ||
  /\b(?:require\s?\(|module\.exports\b)/u.test(text);

function typedList(site: LoopSite, type: Node): "array" | "iterable" | undefined {
  if (type.type === "array_type") return "array";
  if (type.type === "readonly_type") return typedList(site, type.namedChildren[0]!);
  if (type.type !== "generic_type") return undefined;
  const name = type.childForFieldName("name");
  if (!name || !isGlobalName(site, name)) return undefined;
  if (/^(?:Array|ReadonlyArray)$/u.test(name.text)) return "array";
  return /^(?:Set|ReadonlySet|Map|ReadonlyMap)$/u.test(name.text) ? "iterable" : undefined;
}

const reading =
  /^(?:map|filter|forEach|some|every|find|findIndex|findLast|includes|indexOf|lastIndexOf|join|slice|keys|values|entries|reduce|at|flat|flatMap|toSorted|toReversed)$/u;
const ordering = /^(?:push|sort|reverse|pop|shift|unshift)$/u;

/** Whether a use of a list neither changes it while the loop runs nor lets other code have it before. */
function isTame(site: LoopSite, { node }: NameReference, declarator: Node): boolean {
  const loop = site.statement;
  const home = innerFunctionOf(declarator);
  const isInHome = innerFunctionOf(node)?.id === home?.id && innerFunctionOf(loop)?.id === home?.id;
  const block = declarator.parent!.parent;
  // What follows the loop cannot come before it in the same round of the block.
  const isLater =
    isInHome &&
    node.startIndex >= loop.endIndex &&
    loopsBetween(loop, block ?? undefined).length === 0;
  const { parent } = node;
  if (parent?.type === "export_specifier") return false;
  if (isLater) return true;
  if (parent?.type === "for_in_statement") return parent.childForFieldName("right")?.id === node.id;
  if (parent?.type === "spread_element") return true;
  if (parent?.type === "subscript_expression" && parent.childForFieldName("object")?.id === node.id)
    return isOnlyRead(parent);
  if (parent?.type !== "member_expression") return false;
  const name = parent.childForFieldName("property")!.text;
  const call = parent.parent;
  const isCall =
    call?.type === "call_expression" && call.childForFieldName("function")?.id === parent.id;
  if (!isCall) return name === "length" && isOnlyRead(parent);
  if (ordering.test(name)) {
    return isInHome && !isNodeWithin(node, loop) && call.parent?.type === "expression_statement";
  }
  if (!reading.test(name)) return false;
  // The third argument of a callback is the list.
  const callbacks = call.childForFieldName("arguments")?.namedChildren ?? [];
  return callbacks.every((one) => {
    if (!one || /^(?:string|number|identifier|template_string|member_expression)$/u.test(one.type))
      return /^(?:includes|indexOf|lastIndexOf|join|slice|at)$/u.test(name);
    if (one.type !== "arrow_function") return false;
    const list = one.childForFieldName("parameters");
    const names = list?.namedChildren ?? [];
    const most = name === "reduce" ? 3 : 2;
    return names.length <= most && !names.some((name) => /\.\.\./u.test(name?.text ?? ""));
  });
}

function isOnlyRead(node: Node): boolean {
  const { parent } = node;
  if (!parent) return false;
  if (/^(?:assignment_expression|augmented_assignment_expression)$/u.test(parent.type))
    return parent.childForFieldName("left")?.id !== node.id;
  if (
    /^(?:update_expression|for_in_statement|array_pattern|pair_pattern|rest_pattern|assignment_pattern)$/u.test(
      parent.type,
    )
  )
    return false;
  if (parent.type === "unary_expression") return !/^delete\b/u.test(parent.text);
  // A call of an element has the list as its `this`.
  return !(
    parent.type === "call_expression" && parent.childForFieldName("function")?.id === node.id
  );
}

const doing =
  /^(?:call_expression|new_expression|await_expression|yield_expression|assignment_expression|augmented_assignment_expression|update_expression)$/u;

/** The first thing in an expression that may run other code or change something; getters and conversions are not considered. */
export const firstAct = (node: Node): Node | undefined =>
  runsIn(node).find(
    (one) =>
      doing.test(one.type) ||
      (one.type === "spread_element" && one.parent?.type !== "object") ||
      (one.type === "unary_expression" && /^delete\b/u.test(one.text)),
  );

/** The type of a value that is surely a primitive one. */
export function knownPrimitive(
  site: LoopSite,
  node: Node,
): "number" | "string" | "boolean" | undefined {
  switch (node.type) {
    case "number":
      return node.text.endsWith("n") ? undefined : "number";
    case "string":
      return "string";
    case "template_string":
      return node.namedChildren.some((one) => one?.type === "template_substitution")
        ? undefined
        : "string";
    case "true":
    case "false":
      return "boolean";
    case "identifier":
      return primitiveVariable(site, node);
    default:
      return undefined;
  }
}

function primitiveVariable(
  site: LoopSite,
  node: Node,
): "number" | "string" | "boolean" | undefined {
  const binding = site.all.find((one) => one.node.id === node.id)?.binding;
  const [declared] = binding?.declarations ?? [];
  if (!binding || !declared || binding.declarations.length !== 1) return undefined;
  const { by } = declared;
  const type = by.childForFieldName("type")?.namedChildren[0];
  const isName = /^(?:name|pattern)$/u.test(
    ["name", "pattern"].find((field) => by.childForFieldName(field)?.id === declared.node.id) ?? "",
  );
  if (!isName || by.type === "optional_parameter") return undefined;
  if (type?.type === "predefined_type")
    return /^(?:number|string|boolean)$/u.exec(type.text)?.[0] as "number" | undefined;
  const isConst = by.parent?.childForFieldName("kind")?.text === "const";
  const value = isConst ? by.childForFieldName("value") : null;
  return value && value.type !== "identifier" ? knownPrimitive(site, value) : undefined;
}
