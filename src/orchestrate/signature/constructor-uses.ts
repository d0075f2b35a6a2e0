import type { Node, Tree } from "web-tree-sitter";
import { groupsAt } from "../names/kept-meaning.ts";
import { around, isField } from "../names/nodes.ts";
import { type NameView, resolveName } from "../names/resolve-name.ts";
import { type DoubtfulUse, type FoundUse, findUses } from "./find-uses.ts";
import { callUse, type FunctionUse, isPassing, notFollowed } from "./uses.ts";

const classNodes = /^(?:class_definition|class_declaration|abstract_class_declaration)$/u;

/** The class that a constructor builds objects of, and its name. */
export interface BuiltClass {
  readonly path: string;
  readonly node: Node;
  readonly name: Node;
}

export function classOfConstructor(path: string, builder: Node): BuiltClass | undefined {
  const node = around(builder, classNodes);
  return node && builtClass(path, node);
}

function builtClass(path: string, node: Node): BuiltClass | undefined {
  const name = node.childForFieldName("name");
  return name ? { path, node, name } : undefined;
}

/**
 * What calls a constructor: calls of its class under every name, those of subclasses that have no constructor of their own, and `super`
 * in those that have one. Undefined where nothing declares the class for certain.
 */
export async function findConstructorUses(
  view: NameView,
  built: BuiltClass,
  texts: Map<string, string>,
  trees: Map<string, Tree>,
): ReturnType<typeof findUses> {
  const resolution = await resolveName(view, built.name.text);
  const group = groupsAt(resolution, built.path, built.name.startIndex).find(
    (one) => one.isDeclared,
  );
  if (!group) {
    const why = "the class is declared in a way that is not understood";
    const unsure = [{ path: built.path, start: built.name.startIndex, why }];
    return { uses: [], names: new Map(), unsure };
  }
  const found = await findUses(view, { resolution, group }, texts, trees, classUse);
  const classes = [built];
  const doubts: DoubtfulUse[] = [];
  for (const { path, start, use } of found.uses) {
    if (use.kind !== "subclass") continue;
    const below = builtClass(path, use.node);
    if (below) classes.push(below);
    else doubts.push({ path, start, why: "a class without a name is below it" });
  }
  const own: FoundUse[] = [];
  for (const one of classes) {
    doubts.push(...strangeBuilding(one));
    if (one !== built) own.push(...superCalls(one));
  }
  return {
    uses: [...found.uses.filter(({ use }) => use.kind !== "subclass"), ...own],
    names: found.names,
    unsure: [...found.unsure, ...doubts],
  };
}

/** The constructor that a class has itself. */
export function ownConstructor(node: Node): Node | undefined {
  const members = (node.childForFieldName("body")?.namedChildren ?? []).flatMap((one) =>
    one?.type === "decorated_definition" ? one.childForFieldName("definition") : one,
  );
  return (
    members.find((one) =>
      /^(?:constructor|__init__)$/u.test(one?.childForFieldName("name")?.text ?? ""),
    ) ?? undefined
  );
}

/** Objects of a class that are built without its name, and classes that build them in another way. */
function strangeBuilding({ path, node }: BuiltClass): DoubtfulUse[] {
  const found: DoubtfulUse[] = [];
  const doubt = (at: Node, why: string, call?: FunctionUse): void =>
    void found.push({ path, start: at.startIndex, why, ...(call && { call }) });
  for (const one of node.descendantsOfType(["call", "new_expression"])) {
    const called = one?.childForFieldName("function") ?? one?.childForFieldName("constructor");
    const isOwn = /^(?:cls|type\(\w+\)|\w+\.__class__|\w+\.__init__|this(?:\.constructor)?)$/u;
    if (!one || !called || !isOwn.test(called.text.replace(/^\((.*)\)$/u, "$1"))) continue;
    const list = one.childForFieldName("arguments");
    const call = list ? { kind: "call" as const, call: one, list, receiver: undefined } : undefined;
    doubt(called, "it builds an object of this class or of a subclass", call);
  }
  const body = node.childForFieldName("body");
  const constructors = (body?.namedChildren ?? []).filter((one) =>
    /^(?:constructor|__new__)$/u.test(one?.childForFieldName("name")?.text ?? ""),
  );
  const other = constructors.find((one) => one!.childForFieldName("name")!.text === "__new__");
  if (other ?? constructors[1])
    doubt((other ?? constructors[1])!, "the class has another constructor, too");
  if (/\bmetaclass\s*=/u.test(node.childForFieldName("superclasses")?.text ?? ""))
    doubt(node, "a metaclass may build its objects");
  const isDecorated =
    node.parent?.type === "decorated_definition" ||
    node.children.some((one) => one?.type === "decorator") ||
    node.parent?.children.some((one) => one?.type === "decorator");
  if (isDecorated) doubt(node, "a decorator may build its objects");
  const bases = node.childForFieldName("superclasses")?.namedChildren ?? [];
  if (bases.filter((one) => one?.type !== "keyword_argument").length > 1)
    doubt(node, "with several classes above it another constructor may come between");
  return found;
}

/** `super().__init__(…)`, `super(…)` in a class below. */
function superCalls({ path, node }: BuiltClass): FoundUse[] {
  return node.descendantsOfType(["call", "call_expression"]).flatMap((call) => {
    const called = call?.childForFieldName("function");
    const list = call?.childForFieldName("arguments");
    const isSuper =
      called?.type === "super" || /^super\([^()]*\)\.__init__$/u.test(called?.text ?? "");
    if (!call || !list || !isSuper) return [];
    const use = { kind: "call", call, list, receiver: undefined } as const;
    return [{ path, start: called!.startIndex, use }];
  });
}

/** What one place of the name of a class is, where its constructor is asked. */
function classUse(name: Node, declares: boolean): FunctionUse {
  const { parent } = name;
  if (!parent) return notFollowed("it is used in a way that is not understood");
  if (isField(name, "name") && classNodes.test(parent.type)) return { kind: "passing" };
  if (isPassing(name) || isWithoutBuilding(name)) return { kind: "passing" };
  if (/string|comment/u.test(name.type)) return notFollowed("a string names the class");
  if (declares) return notFollowed("it is declared in a way that is not understood");
  const base = subclassOn(name);
  if (base) return { kind: "subclass", node: base, hasOwn: ownConstructor(base) !== undefined };
  if (around(name, /^type_query$/u)) return notFollowed("its type is used");
  return memberUse(name) ?? callUse(name);
}

/** The class that a name is above. */
function subclassOn(name: Node): Node | undefined {
  const whole = isField(name, "attribute") || isField(name, "property") ? name.parent! : name;
  const by = whole.parent;
  if (by?.type === "argument_list" && by.parent?.type === "class_definition") return by.parent;
  const heritage = by?.type === "extends_clause" ? by.parent : by;
  const node = heritage?.type === "class_heritage" ? heritage.parent : undefined;
  return node && classNodes.test(node.type) ? node : undefined;
}

/** `A.create()`: a member of the class; not `A.__init__(self)` and `A.call(this)`, which pass the object themselves. */
function memberUse(name: Node): FunctionUse | undefined {
  const { parent } = name;
  const isObject = parent !== null && isField(name, "object");
  if (!isObject || !/^(?:attribute|member_expression)$/u.test(parent.type)) return undefined;
  const member = parent.childForFieldName("attribute") ?? parent.childForFieldName("property");
  return /^(?:__init__|__new__|call|apply|bind|prototype)$/u.test(member?.text ?? "")
    ? notFollowed("it passes the object itself, too")
    : { kind: "passing" };
}

const asking = /^(?:isinstance|issubclass|raises|suppress|cast)$/u;

/** A type, `isinstance(x, A)`, `except A`, `x instanceof A`, `type(x) is A`. */
function isWithoutBuilding(name: Node): boolean {
  if (name.type === "type_identifier" && !around(name, /^type_query$/u))
    return subclassOn(name) === undefined;
  let node = name;
  while (
    /^(?:attribute|tuple|list|binary_operator|parenthesized_expression|as_pattern)$/u.test(
      node.parent?.type ?? "",
    )
  )
    node = node.parent!;
  const by = node.parent;
  if (
    around(name, /^type$/u) &&
    around(
      name,
      /^(?:typed_parameter|typed_default_parameter|function_definition|assignment|type)$/u,
    )
  )
    return true;
  if (by?.type === "except_clause" || by?.type === "comparison_operator") return true;
  if (by?.type === "binary_expression")
    return by.children.some((one) => one?.type === "instanceof") && isField(node, "right");
  if (by?.type !== "argument_list" || by.parent?.type !== "call") return false;
  const called = by.parent.childForFieldName("function")?.text.split(".").at(-1) ?? "";
  return asking.test(called);
}
