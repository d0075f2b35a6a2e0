import { posix } from "node:path";
import type { Node } from "web-tree-sitter";
import { type Container, type FactsBuilder, type Key, keys, type ParentRef } from "./facts.ts";
import type { GoDeclared, GoScopes } from "./go-scopes.ts";
import { around } from "./nodes.ts";

export type GoReceiver =
  | { readonly kind: "type"; readonly name: string }
  | { readonly kind: "import"; readonly specifier: string; readonly name: string }
  | { readonly kind: "package"; readonly specifier: string }
  | { readonly kind: "external" }
  | { readonly kind: "unknown" };

const unknownType: GoReceiver = { kind: "unknown" };
const outsideType: GoReceiver = { kind: "external" };
const mostTypeSteps = 8;
const predeclared =
  /^(?:any|bool|byte|comparable|complex64|complex128|error|float32|float64|int|int8|int16|int32|int64|rune|string|uint|uint8|uint16|uint32|uint64|uintptr)$/u;

/** What values and types of a Go file are, and which members types have. */
export class GoTypes {
  private readonly scopes: GoScopes;
  private readonly path: string;
  private readonly builder: FactsBuilder;
  private readonly seen = new Map<Key, Container>();

  constructor(scopes: GoScopes, path: string, builder: FactsBuilder) {
    this.scopes = scopes;
    this.path = path;
    this.builder = builder;
  }

  /** The type of the value of an expression, or the package that it names. */
  of(expression: Node, steps = 0): GoReceiver {
    if (steps > mostTypeSteps) return unknownType;
    const next = (inner: Node | null | undefined): GoReceiver =>
      inner ? this.of(inner, steps + 1) : unknownType;
    switch (expression.type) {
      case "parenthesized_expression":
        return next(expression.namedChildren[0]);
      case "unary_expression":
        return next(expression.childForFieldName("operand"));
      case "composite_literal":
      case "type_assertion_expression":
        return this.ofType(expression.childForFieldName("type"));
      case "call_expression": {
        const isNew = expression.childForFieldName("function")?.text === "new";
        const first = expression.childForFieldName("arguments")?.namedChildren[0];
        return isNew && first ? this.ofType(first) : unknownType;
      }
      case "identifier":
        return this.ofName(expression, steps);
      case "interpreted_string_literal":
      case "raw_string_literal":
      case "int_literal":
        return outsideType;
      default:
        return unknownType;
    }
  }

  ofType(type: Node | null | undefined): GoReceiver {
    switch (type?.type) {
      case "pointer_type":
      case "parenthesized_type":
        return this.ofType(type.namedChildren[0]);
      case "generic_type":
        return this.ofType(type.childForFieldName("type"));
      case "qualified_type": {
        const specifier = this.scopes.imports.get(type.childForFieldName("package")!.text);
        if (specifier === undefined) return unknownType;
        return { kind: "import", specifier, name: type.childForFieldName("name")!.text };
      }
      case "identifier":
      case "type_identifier": {
        const binding = this.scopes.resolve(type);
        if (!binding)
          return predeclared.test(type.text) ? outsideType : { kind: "type", name: type.text };
        const isParameter = binding.declarations[0]?.by.type === "type_parameter_declaration";
        const isTop = binding.scope.type === "source_file";
        // A type inside of a function has a name of its own.
        const name = isTop ? type.text : `${type.text}@${binding.scope.startIndex}`;
        return isParameter ? unknownType : { kind: "type", name };
      }
      case "map_type":
      case "slice_type":
      case "array_type":
      case "channel_type":
        return outsideType;
      default:
        return unknownType;
    }
  }

  memberKey(receiver: GoReceiver): Key {
    switch (receiver.kind) {
      case "type":
        return this.memberOf(receiver.name);
      case "import":
        return keys.importedMember(this.path, receiver.specifier, receiver.name);
      case "package":
        return keys.import(this.path, receiver.specifier);
      case "external":
        return keys.external("go");
      default:
        return keys.property("go");
    }
  }

  /** A type of this package: its members may be declared in several files. */
  memberOf(name: string): Key {
    return keys.member(goPackageFile(this.path), name);
  }

  declareMember(name: string, isField: boolean): Key {
    const key = this.memberOf(name);
    const known = this.seen.get(key);
    this.seen.set(key, {
      key,
      name,
      declares: true,
      isPrivate: false,
      isNominal: isField && (known?.isNominal ?? true),
      parents: known?.parents ?? [],
      exportedAs: [],
    });
    return key;
  }

  /** The name of the type that a struct or an interface is declared as. */
  typeNameAround(node: Node): string | undefined {
    const holder = around(node, /^(?:struct_type|interface_type)$/u);
    const spec = holder?.parent;
    if (!spec || !/^type_(?:spec|alias)$/u.test(spec.type)) return undefined;
    const found = this.ofType(spec.childForFieldName("name"));
    return found.kind === "type" ? found.name : undefined;
  }

  /** Adds the types of the file to the builder, with what they embed. */
  finish(): void {
    for (const spec of this.scopes.root.descendantsOfType(["type_spec", "type_alias"])) {
      const name = spec?.childForFieldName("name");
      const type = spec?.childForFieldName("type");
      if (!spec || !name || !type) continue;
      const self = this.ofType(name);
      if (self.kind !== "type") continue;
      const key = this.memberOf(self.name);
      const known = this.seen.get(key);
      this.seen.set(key, {
        key,
        name: self.name,
        declares: known?.declares ?? false,
        isPrivate: false,
        isNominal: known?.isNominal ?? false,
        exportedAs: [],
        parents: this.embedded(type),
      });
    }
    this.builder.containers.push(...this.seen.values());
  }

  private embedded(type: Node): ParentRef[] {
    // A type that is declared as another one has its fields.
    if (!/^(?:struct_type|interface_type)$/u.test(type.type)) return this.parentRef(type);
    const found: ParentRef[] = [];
    for (const field of type.descendantsOfType(["field_declaration", "type_elem"])) {
      if (!field || around(field, /^(?:struct_type|interface_type)$/u)?.id !== type.id) continue;
      const inner =
        field.type === "type_elem" ? field.namedChildren[0] : field.childForFieldName("type");
      if (field.childForFieldName("name") === null && inner) found.push(...this.parentRef(inner));
    }
    return found;
  }

  private parentRef(type: Node): ParentRef[] {
    const found = this.ofType(type);
    if (found.kind === "type") return [{ kind: "local", key: this.memberOf(found.name) }];
    if (found.kind === "external") return [];
    if (found.kind !== "import") return [{ kind: "unknown" }];
    return [{ kind: "import", specifier: found.specifier, name: found.name }];
  }

  private ofName(name: Node, steps: number): GoReceiver {
    const binding = this.scopes.resolve(name);
    if (!binding) {
      const specifier = this.scopes.imports.get(name.text);
      return specifier === undefined ? unknownType : { kind: "package", specifier };
    }
    const [first] = binding.declarations;
    if (!first || binding.declarations.length > 1) return unknownType;
    if (first.kind === "import") {
      const specifier = this.scopes.imports.get(name.text);
      return specifier === undefined ? unknownType : { kind: "package", specifier };
    }
    if (first.kind === "type") return this.ofType(first.node);
    const type = first.by.childForFieldName("type");
    if (first.by.type === "variadic_parameter_declaration") return outsideType;
    if (type && first.by.type !== "type_switch_statement") return this.ofType(type);
    const value = declaredValue(first);
    return value ? this.of(value, steps + 1) : unknownType;
  }
}

/** All files of a package share what its types are called. */
export const goPackageFile = (path: string): string => `${posix.dirname(path)}/_.go`;

/** The value that a variable is declared with. */
function declaredValue({ node, by }: GoDeclared): Node | undefined {
  if (!/^(?:short_var_declaration|var_spec)$/u.test(by.type)) return undefined;
  const names =
    by.type === "var_spec"
      ? by.childrenForFieldName("name")
      : (by.childForFieldName("left")?.namedChildren ?? []);
  const values =
    (by.childForFieldName("right") ?? by.childForFieldName("value"))?.namedChildren ?? [];
  const index = names.findIndex((one) => one?.id === node.id);
  return names.length === values.length ? (values[index] ?? undefined) : undefined;
}
