import type { Node } from "web-tree-sitter";
import type { Container, FactsBuilder, Key, ParentRef } from "./facts.ts";
import { keys } from "./facts.ts";
import { around, stringValue } from "./nodes.ts";
import {
  classLike,
  type Declared,
  type ImportedAs,
  type ScriptScopes,
  scriptFunction,
  typeSpace,
  valueSpace,
} from "./script-scopes.ts";

/** What an expression or a type is, as far as its file says. */
export type Receiver =
  | { readonly kind: "container"; readonly node: Node }
  | ({ readonly kind: "import" } & ImportedAs)
  | { readonly kind: "module"; readonly specifier: string }
  | { readonly kind: "namespace"; readonly scope: string }
  /** Something of the language or of its runtime. */
  | { readonly kind: "external" }
  | { readonly kind: "unknown" };

const unknownReceiver: Receiver = { kind: "unknown" };
const outsideReceiver: Receiver = { kind: "external" };

/** Types of the language that have the members of their arguments. */
const transparentTypes =
  /^(?:Partial|Required|Readonly|Pick|Omit|NonNullable|Awaited|ReturnType|InstanceType|Extract|Exclude|Parameters|ThisType|Record)$/u;
const containerLike =
  /^(?:class_declaration|abstract_class_declaration|class|interface_declaration|enum_declaration|type_alias_declaration|object)$/u;
/** Objects through which a script reaches whatever it declared itself. */
const openGlobals = /^(?:globalThis|window|self|global|module|exports|arguments)$/u;
/** Deeper chains of values and types are unknown. */
const mostReceiverSteps = 8;

/** Finds out what the value of an expression is. */
export class Receivers {
  private readonly scopes: ScriptScopes;
  private readonly path: string;
  private readonly builder: FactsBuilder;
  private readonly seen = new Map<Key, Container>();
  private exported: Map<string, string[]> | undefined;

  constructor(scopes: ScriptScopes, path: string, builder: FactsBuilder) {
    this.scopes = scopes;
    this.path = path;
    this.builder = builder;
  }

  of(expression: Node, steps = 0): Receiver {
    const inner = expression.namedChildren[0];
    if (steps > mostReceiverSteps) return unknownReceiver;
    switch (expression.type) {
      case "parenthesized_expression":
      case "non_null_expression":
        return inner ? this.of(inner, steps + 1) : unknownReceiver;
      case "as_expression":
      case "satisfies_expression": {
        const type = expression.namedChildren.at(-1);
        return type && type.id !== inner?.id ? this.ofType(type, steps + 1) : unknownReceiver;
      }
      case "await_expression":
        if (inner && moduleOf(inner) !== undefined) {
          return { kind: "module", specifier: moduleOf(inner)! };
        }
        return inner?.type === "call_expression"
          ? this.ofResult(inner, steps, true)
          : unknownReceiver;
      case "this":
      case "super":
        return thisContainer(expression);
      case "object":
      case "class":
        return { kind: "container", node: expression };
      case "new_expression": {
        const made = expression.childForFieldName("constructor");
        return made ? this.of(made, steps + 1) : unknownReceiver;
      }
      case "call_expression": {
        const specifier = requiredModule(expression) ?? typeImport(expression);
        return specifier === undefined
          ? this.ofResult(expression, steps)
          : { kind: "module", specifier };
      }
      case "member_expression":
        return this.ofMember(expression, steps);
      case "identifier":
        return this.ofName(expression, steps);
      case "string":
      case "template_string":
      case "number":
      case "array":
      case "regex":
        return outsideReceiver;
      default:
        return unknownReceiver;
    }
  }

  ofType(type: Node, steps = 0): Receiver {
    if (steps > mostReceiverSteps) return unknownReceiver;
    switch (type.type) {
      case "type_annotation":
      case "parenthesized_type":
        return type.namedChildren[0]
          ? this.ofType(type.namedChildren[0], steps + 1)
          : unknownReceiver;
      case "generic_type": {
        const name = type.childForFieldName("name");
        return name ? this.ofType(name, steps + 1) : unknownReceiver;
      }
      case "array_type":
      case "tuple_type":
        return outsideReceiver;
      case "predefined_type":
        return /^(?:any|unknown|object)$/u.test(type.text) ? unknownReceiver : outsideReceiver;
      case "union_type": {
        const real = type.namedChildren.filter(
          (one) => one !== null && !/^(?:null|undefined)$/u.test(one.text),
        );
        return real.length === 1 ? this.ofType(real[0]!, steps + 1) : unknownReceiver;
      }
      case "nested_type_identifier": {
        const [space, name] = [type.childForFieldName("module"), type.childForFieldName("name")];
        const found = space ? this.of(space, steps + 1) : unknownReceiver;
        if (found.kind !== "module" || !name)
          return found.kind === "external" ? outsideReceiver : unknownReceiver;
        return { kind: "import", specifier: found.specifier, name: name.text };
      }
      case "type_identifier": {
        const binding = this.scopes.resolve(type, typeSpace);
        if (!binding) return transparentTypes.test(type.text) ? unknownReceiver : outsideReceiver;
        return this.ofDeclaration(binding.declarations, steps);
      }
      default:
        return unknownReceiver;
    }
  }

  /** The key of the name as a member of a receiver. */
  memberKey(receiver: Receiver): Key {
    const language = "script";
    switch (receiver.kind) {
      case "container":
        return this.container(receiver.node).key;
      case "import":
        return keys.importedMember(this.path, receiver.specifier, receiver.name);
      case "module":
        return keys.import(this.path, receiver.specifier);
      case "namespace":
        return keys.local(this.path, receiver.scope);
      case "external":
        return keys.external(language);
      default:
        return keys.property(language);
    }
  }

  /** The container of a node, given to the builder once. `declares`: the name is one of its members. */
  container(node: Node, declares = false, isPrivate = false): Container {
    const name = node.childForFieldName("name");
    const binding = name === null ? undefined : this.scopes.resolve(name);
    const own =
      binding && name
        ? `${binding.scope} ${name.text}`
        : `${node.startIndex}:${node.endIndex}:${node.type}`;
    const key = keys.member(this.path, own);
    const known = this.seen.get(key);
    const declarator = node.type === "object" ? node.parent?.childForFieldName("name") : undefined;
    const container: Container = {
      key,
      name: name?.text ?? declarator?.text,
      declares: declares || (known?.declares ?? false),
      // One public declaration of a name that is declared twice is enough.
      isPrivate: declares ? isPrivate && (known?.isPrivate ?? true) : (known?.isPrivate ?? true),
      isNominal: node.type === "enum_declaration",
      parents: known?.parents ?? [],
      exportedAs: known?.exportedAs ?? (name ? this.exportsOf(name.text, node) : []),
    };
    this.seen.set(key, container);
    if (!known) {
      // Registered before its parents are, which may lead back here.
      const nodes = binding?.declarations.map(({ by }) => by) ?? [node];
      const parents = nodes.flatMap((one) => this.parentsOf(one));
      this.seen.set(key, { ...this.seen.get(key)!, parents });
    }
    return this.seen.get(key)!;
  }

  /** Gives the builder every container that was met. */
  finish(): void {
    for (const statement of this.scopes.root.namedChildren) {
      const declaration =
        statement?.type === "export_statement"
          ? statement.childForFieldName("declaration")
          : statement;
      if (declaration && containerLike.test(declaration.type)) this.container(declaration);
    }
    this.builder.containers.push(...this.seen.values());
  }

  private ofName(name: Node, steps: number): Receiver {
    const binding = this.scopes.resolve(name, valueSpace) ?? this.scopes.resolve(name);
    if (!binding) return openGlobals.test(name.text) ? unknownReceiver : outsideReceiver;
    return this.ofDeclaration(binding.declarations, steps);
  }

  private ofDeclaration(declarations: readonly Declared[], steps: number): Receiver {
    const first = declarations[0]!;
    if (declarations.some(({ kind }) => kind === "namespace")) {
      return { kind: "namespace", scope: `ns:${first.node.text}` };
    }
    const isOne = declarations.every(({ kind }) => /^(?:class|type|enum)$/u.test(kind));
    if (!isOne && declarations.length > 1) return unknownReceiver;
    const { by, kind, node, imported } = first;
    if (kind === "class" || kind === "enum") return { kind: "container", node: by };
    if (kind === "import") {
      if (!imported) return unknownReceiver;
      return imported.name === "*"
        ? { kind: "module", specifier: imported.specifier }
        : { kind: "import", ...imported };
    }
    if (kind === "type") {
      const value = by.childForFieldName("value");
      const isContainer = by.type === "interface_declaration" || value?.type === "object_type";
      return isContainer ? { kind: "container", node: by } : unknownReceiver;
    }
    if (kind === "parameter") {
      const type = by.childForFieldName("type");
      const isDirect = by.childForFieldName("pattern")?.id === node.id;
      return type && isDirect ? this.ofType(type, steps + 1) : unknownReceiver;
    }
    if (kind === "variable" && by.type === "variable_declarator") {
      if (by.childForFieldName("name")?.id !== node.id) return unknownReceiver;
      const type = by.childForFieldName("type");
      if (type) return this.ofType(type, steps + 1);
      const value = by.childForFieldName("value");
      const isConst = by.parent?.childForFieldName("kind")?.text === "const";
      return value && isConst ? this.of(value, steps + 1) : unknownReceiver;
    }
    return unknownReceiver;
  }

  /** What a call of a function of the file answers, by the type that the function declares. */
  private ofResult(call: Node, steps: number, isAwaited = false): Receiver {
    const called = call.childForFieldName("function");
    const binding = called?.type === "identifier" ? this.scopes.resolve(called) : undefined;
    const [first] = binding?.declarations ?? [];
    if (!first || binding!.declarations.length > 1) return unknownReceiver;
    const made = first.kind === "variable" ? first.by.childForFieldName("value") : first.by;
    const type = made && scriptFunction.test(made.type) ? resultType(made) : undefined;
    if (!type) return unknownReceiver;
    const isPromise = type.childForFieldName("name")?.text === "Promise";
    const inner = isPromise ? type.childForFieldName("type_arguments")?.namedChildren[0] : type;
    return inner && isPromise === isAwaited ? this.ofType(inner, steps + 1) : unknownReceiver;
  }

  private ofMember(expression: Node, steps: number): Receiver {
    const [object, property] = [
      expression.childForFieldName("object"),
      expression.childForFieldName("property"),
    ];
    if (!object || !property) return unknownReceiver;
    const outer = this.of(object, steps + 1);
    if (outer.kind === "module")
      return { kind: "import", specifier: outer.specifier, name: property.text };
    if (outer.kind === "external") return outsideReceiver;
    const isThis = object.type === "this" && outer.kind === "container";
    const type = isThis ? fieldType(outer.node, property.text) : undefined;
    return type ? this.ofType(type, steps + 1) : unknownReceiver;
  }

  private parentsOf(node: Node): ParentRef[] {
    if (node.type === "object") {
      const type = typeAround(node);
      return type ? [this.parentRef(this.ofType(type))] : [];
    }
    if (node.type === "type_alias_declaration" || node.type === "enum_declaration") return [];
    const found: ParentRef[] = [];
    for (const clause of node.namedChildren) {
      if (clause?.type === "extends_type_clause") found.push(...this.typeParents(clause));
      if (clause?.type !== "class_heritage") continue;
      for (const part of clause.namedChildren) {
        if (part?.type === "implements_clause") found.push(...this.typeParents(part));
        else if (part?.type === "extends_clause") {
          const value = part.childForFieldName("value");
          found.push(value ? this.parentRef(this.of(value)) : { kind: "unknown" });
        } else if (part) found.push(this.parentRef(this.of(part)));
      }
    }
    return found;
  }

  private typeParents(clause: Node): ParentRef[] {
    return clause.namedChildren.flatMap((type) =>
      type ? [this.parentRef(this.ofType(type))] : [],
    );
  }

  private parentRef(receiver: Receiver): ParentRef {
    if (receiver.kind === "container") {
      return { kind: "local", key: this.container(receiver.node).key };
    }
    if (receiver.kind !== "import") return { kind: "unknown" };
    return { kind: "import", specifier: receiver.specifier, name: receiver.name };
  }

  private exportsOf(name: string, node: Node): string[] {
    if (!this.exported) {
      this.exported = new Map();
      for (const specifier of this.scopes.root.descendantsOfType("export_specifier")) {
        if (!specifier || specifier.parent?.parent?.childForFieldName("source")) continue;
        const local = specifier.childForFieldName("name")!.text;
        const shown = specifier.childForFieldName("alias")?.text ?? local;
        this.exported.set(local, [...(this.exported.get(local) ?? []), shown]);
      }
    }
    const statement = node.parent?.type === "export_statement" ? node.parent : undefined;
    const isDefault = statement?.children.some((child) => child?.type === "default");
    const own = statement === undefined ? [] : [isDefault ? "default" : name];
    return [...own, ...(this.exported.get(name) ?? [])];
  }
}

/** The module that a `require` or an `import()` names. */
export function moduleOf(call: Node): string | undefined {
  return requiredModule(call) ?? typeImport(call);
}

function requiredModule(call: Node): string | undefined {
  const isRequire = call.childForFieldName("function")?.text === "require";
  return isRequire ? firstArgument(call) : undefined;
}

/** `import("./a")`: the module itself where it is awaited, or in a type. */
function typeImport(call: Node): string | undefined {
  if (call.childForFieldName("function")?.type !== "import") return undefined;
  const isType = around(call, /^(?:type_annotation|type_alias_declaration|type_query)$/u);
  return isType || call.parent?.type === "await_expression" ? firstArgument(call) : undefined;
}

const firstArgument = (call: Node): string | undefined =>
  stringValue(call.childForFieldName("arguments")?.namedChildren[0]);

/** The class or object whose `this` this is. */
function thisContainer(node: Node): Receiver {
  for (let outer = node.parent; outer; outer = outer.parent) {
    if (classLike.test(outer.type)) return { kind: "container", node: outer };
    if (outer.type === "arrow_function" || !scriptFunction.test(outer.type)) continue;
    if (outer.type !== "method_definition") return unknownReceiver;
    if (outer.parent?.type === "object") return { kind: "container", node: outer.parent };
  }
  return unknownReceiver;
}

/** The type that a class gives to one of its fields. */
function fieldType(owner: Node, name: string): Node | undefined {
  const body = owner.childForFieldName("body");
  for (const member of body?.namedChildren ?? []) {
    if (!member) continue;
    const named = member.childForFieldName("name") ?? member.childForFieldName("property");
    if (named?.text === name) return member.childForFieldName("type") ?? undefined;
    if (named?.text !== "constructor") continue;
    for (const parameter of member.childForFieldName("parameters")?.namedChildren ?? []) {
      if (parameter?.childForFieldName("pattern")?.text !== name) continue;
      if (isParameterProperty(parameter)) return parameter.childForFieldName("type") ?? undefined;
    }
  }
  return undefined;
}

/** Whether a parameter of a constructor is a member of its class, too. */
export function isParameterProperty(parameter: Node): boolean {
  return parameter.children.some((child) =>
    /^(?:accessibility_modifier|readonly|override_modifier)$/u.test(child?.type ?? ""),
  );
}

/** The type that a function declares for its result. */
function resultType(made: Node): Node | undefined {
  const annotation = made.childForFieldName("return_type");
  return annotation?.type === "type_annotation"
    ? (annotation.namedChildren[0] ?? undefined)
    : undefined;
}

/** The type that an object literal is written for. */
export function typeAround(object: Node): Node | undefined {
  const { parent } = object;
  if (!parent) return undefined;
  if (parent.type === "return_statement") {
    const made = around(parent, scriptFunction);
    const type = made && resultType(made);
    const isPromise = type?.childForFieldName("name")?.text === "Promise";
    return isPromise
      ? (type?.childForFieldName("type_arguments")?.namedChildren[0] ?? undefined)
      : type;
  }
  if (/^(?:as|satisfies)_expression$/u.test(parent.type)) {
    const type = parent.namedChildren.at(-1);
    return type && type.text !== "const" ? type : undefined;
  }
  if (parent.type !== "variable_declarator") return undefined;
  return parent.childForFieldName("type") ?? undefined;
}
