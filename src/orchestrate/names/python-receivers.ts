import type { Node } from "web-tree-sitter";
import type { Container, FactsBuilder, Key, ParentRef } from "./facts.ts";
import { keys } from "./facts.ts";
import type { PythonBinding, PythonDeclared, PythonScopes } from "./python-scopes.ts";

export type PythonReceiver =
  | { readonly kind: "class"; readonly node: Node }
  | { readonly kind: "function"; readonly node: Node }
  | {
      readonly kind: "import";
      readonly specifier: string;
      readonly name: string;
      /** What a call of it answers, not an object of it. */
      readonly isAnswer?: boolean;
    }
  | { readonly kind: "module"; readonly specifier: string }
  | { readonly kind: "external" }
  | { readonly kind: "unknown" };

const unknownValue: PythonReceiver = { kind: "unknown" };
const outsideValue: PythonReceiver = { kind: "external" };
const mostPythonSteps = 8;

/** Classes of the standard library whose own members are few. */
const plainParents =
  /^(?:object|ABC|abc\.ABC|Generic|Protocol|typing\.(?:Generic|Protocol|NamedTuple|TypedDict)|NamedTuple|TypedDict|Enum|IntEnum|StrEnum|enum\.\w+|\w*(?:Exception|Error|Warning))$/u;
const theirMembers =
  /^(?:args|name|value|with_traceback|add_note|errno|strerror|filename|msg|_\w+)$/u;

export class PythonReceivers {
  private readonly scopes: PythonScopes;
  private readonly path: string;
  private readonly name: string;
  private readonly builder: FactsBuilder;
  private readonly seen = new Map<Key, Container>();

  constructor(scopes: PythonScopes, path: string, name: string, builder: FactsBuilder) {
    this.scopes = scopes;
    this.path = path;
    this.name = name;
    this.builder = builder;
  }

  of(expression: Node, steps = 0): PythonReceiver {
    if (steps > mostPythonSteps) return unknownValue;
    switch (expression.type) {
      case "parenthesized_expression":
        return expression.namedChildren[0]
          ? this.of(expression.namedChildren[0], steps + 1)
          : unknownValue;
      case "identifier":
        return this.ofName(expression, steps);
      case "attribute":
        return this.ofAttribute(expression, steps);
      case "call": {
        const called = expression.childForFieldName("function");
        if (called?.text === "super") return classAround(expression);
        const found = called ? this.of(called, steps + 1) : unknownValue;
        // A class of a package makes objects of its own; a function of one may answer what it was given.
        if (found.kind === "import" && !/^_*[A-Z]/u.test(found.name))
          return { ...found, isAnswer: true };
        return found.kind === "class" || found.kind === "import" ? found : unknownValue;
      }
      case "string":
      case "integer":
      case "float":
      case "list":
      case "dictionary":
      case "set":
      case "tuple":
        return outsideValue;
      default:
        return unknownValue;
    }
  }

  /** The key of the name as an attribute of a receiver. */
  memberKey(receiver: PythonReceiver): Key {
    if (receiver.kind === "class") return this.container(receiver.node).key;
    if (receiver.kind === "import") {
      const { specifier, name, isAnswer } = receiver;
      const keyOf = isAnswer ? keys.memberOfAnswer : keys.importedMember;
      return keyOf(this.path, specifier, name);
    }
    if (receiver.kind === "module") return keys.import(this.path, receiver.specifier);
    return receiver.kind === "external" ? keys.external("python") : keys.property("python");
  }

  /** The container of a class, or of the parameters of a function, given to the builder once. */
  container(node: Node, declares = false): Container {
    const isFunction = node.type === "function_definition";
    const own = `${node.startIndex}:${node.endIndex}${isFunction ? ":call" : ""}`;
    const key = keys.member(this.path, own);
    const known = this.seen.get(key);
    const container: Container = {
      key,
      name: this.nameOf(node),
      declares: declares || (known?.declares ?? false),
      isPrivate: false,
      parents: known?.parents ?? [],
      exportedAs: known?.exportedAs ?? this.exportsOf(node),
    };
    this.seen.set(key, container);
    if (!known && !isFunction) {
      this.seen.set(key, { ...container, parents: this.parentsOf(node) });
    }
    return this.seen.get(key)!;
  }

  /** Gives the builder every container that was met, and those of the top level. */
  finish(): void {
    for (const statement of this.scopes.root.namedChildren) {
      const definition =
        statement?.type === "decorated_definition"
          ? statement.childForFieldName("definition")
          : statement;
      if (definition?.type === "class_definition") this.container(definition);
    }
    this.builder.containers.push(...this.seen.values());
  }

  /** The key that a keyword of a call has: a parameter of the function, or a field of the class. */
  keywordKey(call: Node): Key {
    const called = call.childForFieldName("function");
    if (!called) return keywordOfCall("*");
    const found = this.of(called);
    const last = called.type === "attribute" ? called.childForFieldName("attribute") : called;
    if (copying.test(last?.text ?? "")) return keywordOfCall("*");
    if (forwarding.test(last?.text ?? "")) return keywordOfCall(functionsIn(call));
    if (found.kind === "function") return this.container(found.node).key;
    if (found.kind === "class") return this.callOf(found.node);
    if (found.kind === "import") {
      return keys.importedMember(this.path, found.specifier, `${found.name}()`);
    }
    if (called.type === "attribute") {
      const object = called.childForFieldName("object");
      const receiver = object ? this.of(object) : unknownValue;
      if (receiver.kind === "external") return keys.external("python");
      const method =
        receiver.kind === "class" ? methodOf(receiver.node, last?.text ?? "") : undefined;
      return method ? this.container(method).key : keywordOfCall(last?.text ?? "*");
    }
    return found.kind === "external" ? keys.external("python") : keywordOfCall("*");
  }

  /** What a call of a class takes: the parameters of its `__init__`, else its fields. */
  private callOf(owner: Node): Key {
    const made = methodOf(owner, "__init__") ?? methodOf(owner, "__new__");
    return made ? this.container(made).key : this.container(owner).key;
  }

  private ofName(name: Node, steps: number): PythonReceiver {
    const binding = this.scopes.resolve(name);
    return binding ? this.ofBinding(binding, steps) : outsideValue;
  }

  private ofBinding({ declarations }: PythonBinding, steps: number): PythonReceiver {
    const [first] = declarations;
    if (!first || declarations.length > 1) return unknownValue;
    const { kind, by, node } = first;
    if (kind === "class") return { kind: "class", node: by };
    if (kind === "function") {
      const isDecorated = by.parent?.type === "decorated_definition";
      return isDecorated ? unknownValue : { kind: "function", node: by };
    }
    if (kind === "import") return importOf(first);
    if (kind === "parameter") {
      const own = selfClass(first);
      if (own) return { kind: "class", node: own };
      const type = by.childForFieldName("type")?.namedChildren[0];
      return type ? this.ofInstance(type, steps) : unknownValue;
    }
    const isAssignment = by.type === "assignment" && by.childForFieldName("left")?.id === node.id;
    if (!isAssignment) return unknownValue;
    const type = by.childForFieldName("type")?.namedChildren[0];
    if (type) return this.ofInstance(type, steps);
    const value = by.childForFieldName("right");
    return value?.type === "call" ? this.of(value, steps + 1) : unknownValue;
  }

  private ofInstance(type: Node, steps: number): PythonReceiver {
    const found = this.of(type, steps + 1);
    return found.kind === "class" || found.kind === "import" ? found : unknownValue;
  }

  private ofAttribute(expression: Node, steps: number): PythonReceiver {
    const object = expression.childForFieldName("object");
    const name = expression.childForFieldName("attribute")?.text ?? "";
    if (!object) return unknownValue;
    if (/^[\w.]+$/u.test(expression.text) && this.isImportedWhole(expression)) {
      return { kind: "module", specifier: expression.text };
    }
    const outer = this.of(object, steps + 1);
    if (outer.kind === "module") return { kind: "import", specifier: outer.specifier, name };
    if (outer.kind === "external") return outsideValue;
    return unknownValue;
  }

  /** Whether `import a.b` makes the expression `a.b` that module. */
  private isImportedWhole(expression: Node): boolean {
    const first = /^\w+/u.exec(expression.text)?.[0] ?? "";
    const binding = this.scopes.resolve(expression, first);
    return (
      binding?.declarations.some(
        ({ by, kind }) =>
          kind === "import" &&
          by.parent?.type === "import_statement" &&
          (by.text === expression.text || by.text.startsWith(`${expression.text}.`)),
      ) ?? false
    );
  }

  /** What calls write: for a constructor, its class. */
  private nameOf(node: Node): string | undefined {
    const name = node.childForFieldName("name")?.text;
    if (name !== "__init__" && name !== "__new__") return name;
    const owner = classAround(node);
    return owner.kind === "class" ? owner.node.childForFieldName("name")?.text : name;
  }

  private parentsOf(node: Node): ParentRef[] {
    const list = node.childForFieldName("superclasses")?.namedChildren ?? [];
    return list.flatMap((one): ParentRef[] => {
      if (!one || one.type === "keyword_argument" || one.type === "comment") return [];
      const base = one.type === "subscript" ? one.childForFieldName("value")! : one;
      if (plainParents.test(base.text) && !theirMembers.test(this.name)) return [];
      const found = this.of(base);
      if (found.kind === "class") return [{ kind: "local", key: this.container(found.node).key }];
      if (found.kind !== "import") return [{ kind: "unknown" }];
      return [{ kind: "import", specifier: found.specifier, name: found.name }];
    });
  }

  private exportsOf(node: Node): string[] {
    const name = node.childForFieldName("name")?.text;
    const outer = node.parent?.type === "decorated_definition" ? node.parent.parent : node.parent;
    if (name === undefined || !outer) return [];
    if (node.type === "class_definition") {
      const isTop = outer.type === "module";
      const takesFields = !methodOf(node, "__init__") && !methodOf(node, "__new__");
      return isTop ? [name, ...(takesFields ? [`${name}()`] : [])] : [];
    }
    if (outer.type === "module") return node.parent?.type === "module" ? [`${name}()`] : [];
    const owner = outer.parent;
    const isMaker = /^__(?:init|new)__$/u.test(name) && owner?.type === "class_definition";
    const isTop = owner?.parent?.type === "module" || owner?.parent?.parent?.type === "module";
    return isMaker && isTop ? [`${owner.childForFieldName("name")?.text}()`] : [];
  }
}

/** What passes its keywords on to a function that it is given, or keeps them for one. */
const forwarding =
  /^(?:partial|partialmethod|dict|submit|run_in_executor|apply_async|apply|delay|to_thread|call_soon|call_later|run|Thread|Process|update)$/u;

/** What copies a value with other fields, of `dataclasses`, `copy`, named tuples, attrs and pydantic: a keyword names a field. */
const copying = /^_?(?:replace|evolve|assoc|model_construct|construct)$/u;

/** The names of what a call is given, one of which may be the function that gets its keywords. */
function functionsIn(call: Node): string {
  const given = call.childForFieldName("arguments")?.namedChildren ?? [];
  const names = given.flatMap((one) =>
    one && /^(?:identifier|attribute)$/u.test(one.type) ? [one.text.split(".").at(-1)!] : [],
  );
  return names.length === 0 ? "*" : names.join(",");
}

/** The key of a keyword whose function is not known; its name, or several that it may have, is all there is. */
export const keywordOfCall = (called: string): Key => `Q\0python\0${called}`;

/** The method that a class defines itself. */
export function methodOf(owner: Node, name: string): Node | undefined {
  for (const member of owner.childForFieldName("body")?.namedChildren ?? []) {
    const definition =
      member?.type === "decorated_definition" ? member.childForFieldName("definition") : member;
    if (definition?.type !== "function_definition") continue;
    if (definition.childForFieldName("name")?.text === name) return definition;
  }
  return undefined;
}

/** The class whose `self` or `cls` a parameter is. */
function selfClass({ by, scope }: PythonDeclared): Node | undefined {
  if (scope.type !== "function_definition") return undefined;
  const first = scope.childForFieldName("parameters")?.namedChildren[0];
  if (first?.id !== by.id) return undefined;
  const decorated = scope.parent?.type === "decorated_definition" ? scope.parent : undefined;
  const isStatic = decorated?.namedChildren.some(
    (child) => child?.type === "decorator" && child.text === "@staticmethod",
  );
  const owner = (decorated ?? scope).parent?.parent;
  return !isStatic && owner?.type === "class_definition" ? owner : undefined;
}

function classAround(node: Node): PythonReceiver {
  for (let outer = node.parent; outer; outer = outer.parent) {
    if (outer.type === "class_definition") return { kind: "class", node: outer };
  }
  return unknownValue;
}

/** What an import binds: a module, or a name of one. */
export function importOf({ by, node }: PythonDeclared): PythonReceiver {
  const isAliased = by.type === "aliased_import";
  const statement = by.parent;
  const imported = isAliased ? by.childForFieldName("name")!.text : by.text;
  if (statement?.type === "import_statement") {
    // `import a.b` binds `a`; `import a.b as c` binds the module itself.
    return { kind: "module", specifier: isAliased ? imported : node.text };
  }
  const specifier = statement?.childForFieldName("module_name")?.text;
  return specifier === undefined
    ? { kind: "unknown" }
    : { kind: "import", specifier: specifier.replace(/\s/gu, ""), name: imported };
}
