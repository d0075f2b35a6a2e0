import { posix } from "node:path";
import type { Node } from "web-tree-sitter";
import { FactsBuilder, type Key, keys, type NameFacts, type NamePlace } from "./facts.ts";
import { type GoBinding, type GoDeclared, GoScopes } from "./go-scopes.ts";
import { GoTypes } from "./go-types.ts";
import { around, firstBrokenLine, isField, nodeAt, wordStarts } from "./nodes.ts";

const goLanguage = "go";

/** What a Go file says about a name. */
export function goFacts(root: Node, text: string, path: string, name: string): NameFacts {
  const builder = new FactsBuilder();
  const reader = new GoReader(new GoScopes(root, text), path, name, builder);
  for (const start of wordStarts(text, name)) reader.read(start);
  reader.types.finish();
  return builder.facts(firstBrokenLine(root));
}

class GoReader {
  readonly types: GoTypes;
  private readonly scopes: GoScopes;
  private readonly path: string;
  private readonly name: string;
  private readonly builder: FactsBuilder;
  private readonly packageKey: Key;

  constructor(scopes: GoScopes, path: string, name: string, builder: FactsBuilder) {
    this.scopes = scopes;
    this.path = path;
    this.name = name;
    this.builder = builder;
    this.types = new GoTypes(scopes, path, builder);
    const own = scopes.root.namedChildren.find((child) => child?.type === "package_clause");
    const isExternalTest = own?.text.endsWith("_test") && path.endsWith("_test.go");
    const folder = posix.dirname(path);
    this.packageKey = keys.export(isExternalTest ? `${folder}:test` : folder);
  }

  read(start: number): void {
    const end = start + this.name.length;
    const node = nodeAt(this.scopes.root, start, end);
    const { parent } = node;
    if (
      !isGoName.test(node.type) ||
      node.startIndex !== start ||
      node.endIndex !== end ||
      !parent
    ) {
      const kind = /comment/u.test(node.type) ? "comment" : "string";
      this.builder.mentions.push({ start, end, in: kind });
    } else if (node.type === "label_name") {
      const owner = around(node, /^(?:function_declaration|method_declaration|func_literal)$/u);
      const key = keys.local(this.path, `label:${owner?.startIndex ?? 0}`);
      this.add(node, key, parent.type === "labeled_statement");
    } else if (node.type === "field_identifier") this.readField(node, parent);
    else if (parent.type === "package_clause") this.add(node, keys.external(goLanguage));
    else if (parent.type === "qualified_type" && isField(node, "name")) {
      const specifier = this.scopes.imports.get(parent.childForFieldName("package")!.text);
      const isKnown = specifier !== undefined;
      this.add(node, isKnown ? keys.import(this.path, specifier) : keys.property(goLanguage));
    } else if (parent.type === "literal_element" && isKey(parent)) this.readKey(node, parent);
    else {
      const { key, declares } = this.lexical(node);
      this.add(node, key, declares, isEmbedded(node) ? { note: "embedded" } : {});
    }
  }

  private lexical(node: Node): { key: Key; declares: boolean } {
    const { binding, declared } = this.bindingAt(node);
    if (!binding) {
      const isPackage = this.scopes.imports.has(this.name);
      if (isPackage) return { key: keys.local(this.path, "import"), declares: false };
      return { key: this.scopes.hasDotImport ? "U\0" : this.packageKey, declares: false };
    }
    return { key: this.keyOf(binding), declares: declared !== undefined };
  }

  private readField(node: Node, parent: Node): void {
    const { types } = this;
    if (parent.type === "selector_expression") {
      const operand = parent.childForFieldName("operand");
      this.add(node, operand ? types.memberKey(types.of(operand)) : keys.property(goLanguage));
      return;
    }
    if (parent.type === "method_declaration") {
      const receiver = parent.childForFieldName("receiver")?.namedChildren[0];
      const type = types.ofType(receiver?.childForFieldName("type"));
      const isKnown = type.kind === "type";
      const key = isKnown ? types.declareMember(type.name, false) : keys.property(goLanguage);
      this.add(node, key, isKnown);
      return;
    }
    const owner = types.typeNameAround(node);
    const isDeclared =
      owner !== undefined && /^(?:field_declaration|method_elem)$/u.test(parent.type);
    if (isDeclared) {
      this.add(node, types.declareMember(owner, parent.type === "field_declaration"), true);
    } else this.add(node, keys.property(goLanguage));
  }

  /** The key of a composite literal: a field of a struct, or a value where the literal is a map or a list. */
  private readKey(node: Node, element: Node): void {
    const type = literalType(element.parent?.parent ?? undefined);
    const { key } = this.lexical(node);
    const isValue = /^(?:map_type|slice_type|array_type|implicit_length_array_type)$/u.test(
      type?.type ?? "",
    );
    if (isValue) {
      this.add(node, key);
      return;
    }
    const found = this.types.ofType(type);
    if (found.kind === "unknown" || found.kind === "external")
      this.add(node, keys.property(goLanguage));
    else this.add(node, `C\0${this.types.memberKey(found)}\0\0${key}`);
  }

  private bindingAt(node: Node): {
    binding: GoBinding | undefined;
    declared: GoDeclared | undefined;
  } {
    for (const binding of this.scopes.bindings(this.name).values()) {
      const declared = binding.declarations.find((one) => one.node.id === node.id);
      if (declared) return { binding, declared };
    }
    return { binding: this.scopes.resolve(node), declared: undefined };
  }

  private keyOf({ scope, declarations }: GoBinding): Key {
    if (scope.type !== "source_file") {
      return keys.local(this.path, `${scope.startIndex}:${scope.endIndex}:${scope.type}`);
    }
    const isImport = declarations.every(({ kind }) => kind === "import");
    return isImport ? keys.local(this.path, "import") : this.packageKey;
  }

  private add(node: Node, key: Key, declares = false, more: Partial<NamePlace> = {}): void {
    const { startIndex: start, endIndex: end } = node;
    this.builder.places.push({ start, end, key, declares, ...more });
  }
}

const isGoName = /^(?:identifier|type_identifier|field_identifier|package_identifier|label_name)$/u;

/** An embedded type is the name of a field, too. */
function isEmbedded(node: Node): boolean {
  const field = around(node, /^(?:field_declaration|type_arguments)$/u);
  return field?.type === "field_declaration" && field.childForFieldName("name") === null;
}

const isKey = (element: Node): boolean =>
  element.parent?.type === "keyed_element" && isField(element, "key");

/** The type of a literal value, that of an inner one without a type from the outer one. */
export function literalType(value: Node | undefined): Node | undefined {
  const holder = value?.parent;
  if (!holder) return undefined;
  if (holder.type === "composite_literal") return holder.childForFieldName("type") ?? undefined;
  if (holder.type !== "literal_element") return undefined;
  const isKeyed = holder.parent?.type === "keyed_element";
  const outer = literalType((isKeyed ? holder.parent?.parent : holder.parent) ?? undefined);
  if (outer?.type === "map_type") {
    const isMapKey = isKeyed && isField(holder, "key");
    return outer.childForFieldName(isMapKey ? "key" : "value") ?? undefined;
  }
  return outer?.childForFieldName("element") ?? undefined;
}
