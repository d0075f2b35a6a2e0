import type { Node } from "web-tree-sitter";
import { FactsBuilder, type Key, keys, type NameFacts, type NamePlace } from "./facts.ts";
import {
  around,
  brokenLineFor,
  isField,
  isNameString,
  nodeAt,
  stringValue,
  wordStarts,
} from "./nodes.ts";
import {
  isParameterProperty,
  moduleOf,
  type Receiver,
  Receivers,
  typeAround,
} from "./script-receivers.ts";
import {
  bothSpaces,
  classLike,
  type ScriptBinding,
  ScriptScopes,
  typeSpace,
  valueSpace,
} from "./script-scopes.ts";

const scriptLanguage = "script";

/** What a JavaScript or TypeScript file says about a name; `#` is a part of a private name. */
export function scriptFacts(root: Node, text: string, path: string, name: string): NameFacts {
  const builder = new FactsBuilder();
  const reader = new ScriptReader(new ScriptScopes(root, text), path, name, builder);
  for (const start of wordStarts(text, name)) reader.read(start);
  reader.receivers.finish();
  return builder.facts(brokenLineFor(root, name));
}

class ScriptReader {
  readonly receivers: Receivers;
  private readonly scopes: ScriptScopes;
  private readonly path: string;
  private readonly name: string;
  private readonly builder: FactsBuilder;

  constructor(scopes: ScriptScopes, path: string, name: string, builder: FactsBuilder) {
    this.scopes = scopes;
    this.path = path;
    this.name = name;
    this.builder = builder;
    this.receivers = new Receivers(scopes, path, builder);
  }

  read(start: number): void {
    const end = start + this.name.length;
    const node = nodeAt(this.scopes.root, start, end);
    if (node.startIndex !== start || node.endIndex !== end || !isScriptName.test(node.type)) {
      const kind = /comment/u.test(node.type) ? "comment" : "string";
      const isName = kind === "string" && isNameString(this.scopes.text, start, end);
      this.builder.mentions.push({ start, end, in: kind, isName });
      return;
    }
    const { parent } = node;
    if (!parent) return;
    if (/^(?:import|export)_specifier$/u.test(parent.type)) this.readSpecifier(node, parent);
    else if (parent.type === "namespace_export") this.addExport(node);
    else if (node.type === "statement_identifier") this.addLabel(node);
    else if (node.type === "private_property_identifier") this.addPrivate(node);
    else if (/^shorthand_property_identifier(?:_pattern)?$/u.test(node.type))
      this.readShorthand(node);
    else if (node.type === "property_identifier") this.readProperty(node, parent);
    else if (parent.type === "nested_type_identifier" && isField(node, "name")) {
      const space = parent.childForFieldName("module");
      const receiver: Receiver = space ? this.receivers.of(space) : { kind: "unknown" };
      this.add(node, this.receivers.memberKey(receiver));
    } else if (/^(?:required|optional)_parameter$/u.test(parent.type) && isField(node, "name")) {
      // The label of a part of a tuple type means nothing.
      this.add(node, keys.local(this.path, `label:${node.startIndex}`), true);
    } else if (isIntrinsicElement(node, parent)) this.add(node, keys.external(scriptLanguage));
    else this.readIdentifier(node);
  }

  private readIdentifier(node: Node): void {
    const { declarations, binding } = this.bindingAt(node);
    const declared = declarations[0];
    const enumeration = around(node, /^enum_declaration$/u);
    if (enumeration && around(node, /^enum_assignment$/u) && this.hasMember(enumeration)) {
      this.add(node, this.receivers.container(enumeration, true).key);
      return;
    }
    if (!binding) {
      this.add(node, keys.global(scriptLanguage));
      return;
    }
    const key = this.keyOf(binding);
    const isJsx = /^jsx_(?:opening|closing|self_closing)_element$/u.test(node.parent?.type ?? "");
    this.add(node, key, declared !== undefined, isJsx ? { note: "jsx" } : {});
    if (isDefaultExport(node.parent)) this.builder.link(key, keys.defaultExport(this.path));
    if (!declared) return;
    this.linkDeclared(key, declared.by, binding);
    if (declared.kind === "parameter" && isParameterProperty(declared.by)) {
      const owner = around(node, classLike);
      if (owner) this.builder.link(key, this.receivers.container(owner, true).key);
    }
    const { imported } = declared;
    if (imported?.name === "default" && declared.by.type === "import_clause") {
      this.builder.link(key, keys.defaultImport(this.path, imported.specifier));
    }
  }

  /** `{ old }`: a property and a binding at once. */
  private readShorthand(node: Node): void {
    const { name } = this;
    const { declarations, binding } = this.bindingAt(node);
    const key = binding ? this.keyOf(binding) : keys.global(scriptLanguage);
    const declares = declarations.length > 0;
    const property = this.shorthandProperty(node);
    this.add(node, key, declares, { before: `${name}: ` });
    this.add(node, property.key, property.declares, { after: `: ${name}` });
    const isModule = property.key.startsWith("I\0") || property.key.startsWith("E\0");
    if (isModule) this.builder.link(key, property.key);
    if (declares && binding) this.linkDeclared(key, declarations[0]!.by, binding);
  }

  private shorthandProperty(node: Node): { key: Key; declares: boolean } {
    const pattern = node.type.endsWith("_pattern");
    const holder = around(node, pattern ? /^object_pattern$/u : /^object$/u);
    if (!holder) return { key: keys.property(scriptLanguage), declares: false };
    if (pattern) return { key: this.destructured(holder), declares: false };
    return this.objectProperty(holder);
  }

  private readProperty(node: Node, parent: Node): void {
    const isMember =
      /^(?:member_expression|nested_identifier)$/u.test(parent.type) && isField(node, "property");
    if (isMember) {
      const object = parent.childForFieldName("object");
      if (this.isCommonExport(parent)) this.addExport(node);
      else if (object) this.readMember(node, parent, this.receivers.of(object));
      else this.add(node, unknownKey);
      return;
    }
    const owner = memberOwner(node, parent);
    if (owner && owner.type !== "object") {
      const isPrivate = parent.children.some(
        (child) => child?.type === "accessibility_modifier" && child.text === "private",
      );
      this.add(node, this.receivers.container(owner, true, isPrivate).key, true);
      return;
    }
    if (owner) {
      const { key, declares } = this.objectProperty(owner);
      this.add(node, key, declares);
      return;
    }
    const isKey = parent.type === "pair_pattern" && isField(node, "key") && parent.parent;
    this.add(node, isKey ? this.destructured(parent.parent) : unknownKey);
  }

  private readMember(node: Node, member: Node, receiver: Receiver): void {
    // A class of JavaScript declares a field by assigning it.
    const isAssigned =
      member.childForFieldName("object")?.type === "this" &&
      member.parent?.type === "assignment_expression" &&
      isField(member, "left") &&
      receiver.kind === "container";
    if (isAssigned) this.add(node, this.receivers.container(receiver.node, true).key, true);
    else this.add(node, this.receivers.memberKey(receiver));
  }

  private hasMember(enumeration: Node): boolean {
    const members = enumeration.childForFieldName("body")?.namedChildren ?? [];
    return members.some(
      (one) => one?.text === this.name || one?.childForFieldName("name")?.text === this.name,
    );
  }

  /** The key of a property that an object literal declares. */
  private objectProperty(object: Node): { key: Key; declares: boolean } {
    const { parent } = object;
    if (parent?.type === "assignment_expression" && isField(object, "right")) {
      if (/^(?:module\.)?exports$/u.test(parent.childForFieldName("left")?.text ?? "")) {
        this.builder.exportsName = true;
        return { key: keys.export(this.path), declares: true };
      }
    }
    const type = typeAround(object);
    if (type) {
      const key = this.receivers.memberKey(this.receivers.ofType(type));
      return { key, declares: false };
    }
    const isConst =
      parent?.type === "variable_declarator" &&
      parent.childForFieldName("name")?.type === "identifier";
    if (!isConst) return { key: unknownKey, declares: false };
    return { key: this.receivers.container(object, true).key, declares: true };
  }

  /** The key of a property that a pattern takes out of a value. */
  private destructured(pattern: Node): Key {
    const { parent } = pattern;
    if (parent?.type === "variable_declarator") {
      const type = parent.childForFieldName("type");
      const value = parent.childForFieldName("value");
      const specifier = value ? moduleOf(value) : undefined;
      if (specifier !== undefined) return keys.import(this.path, specifier);
      if (type) return this.receivers.memberKey(this.receivers.ofType(type));
      return value ? this.receivers.memberKey(this.receivers.of(value)) : unknownKey;
    }
    const type = parent?.type.endsWith("_parameter") ? parent.childForFieldName("type") : null;
    return type ? this.receivers.memberKey(this.receivers.ofType(type)) : unknownKey;
  }

  private readSpecifier(node: Node, specifier: Node): void {
    const { name, path, builder } = this;
    const alias = specifier.childForFieldName("alias");
    const isAlias = alias?.id === node.id;
    const isImport = specifier.type === "import_specifier";
    const source = stringValue(
      around(node, /^(?:import|export)_statement$/u)?.childForFieldName("source"),
    );
    const outside = source === undefined ? undefined : keys.import(path, source);
    if (isImport) {
      if (outside === undefined) return;
      if (alias && !isAlias) {
        this.add(node, outside);
        return;
      }
      const { binding } = this.bindingAt(node);
      const key = binding ? this.keyOf(binding) : keys.global(scriptLanguage);
      if (isAlias) {
        this.add(node, key, true);
        return;
      }
      this.add(node, outside, false, { after: ` as ${name}` });
      this.add(node, key, true, { before: `${name} as ` });
      builder.link(key, outside);
      return;
    }
    if (isAlias) {
      this.addExport(node);
      return;
    }
    const binding = outside === undefined ? this.scopes.resolve(node, bothSpaces) : undefined;
    const inner = outside ?? (binding ? this.keyOf(binding) : keys.global(scriptLanguage));
    if (alias) {
      this.add(node, inner);
      return;
    }
    this.add(node, inner, false, { after: ` as ${name}` });
    this.addExport(node, { before: `${name} as ` });
    builder.link(inner, keys.export(path));
  }

  private addExport(node: Node, more: Partial<NamePlace> = {}): void {
    this.builder.exportsName = true;
    this.add(node, keys.export(this.path), true, more);
  }

  /** `exports.old` and `module.exports.old`. */
  private isCommonExport(member: Node): boolean {
    const object = member.childForFieldName("object");
    return object !== null && /^(?:module\.)?exports$/u.test(object.text);
  }

  private addLabel(node: Node): void {
    for (let outer = node.parent; outer; outer = outer.parent) {
      const label = outer.type === "labeled_statement" && outer.childForFieldName("label");
      if (!label || label.text !== this.name) continue;
      this.add(node, keys.local(this.path, `label:${outer.startIndex}`), label.id === node.id);
      return;
    }
    this.add(node, unknownKey);
  }

  /** A private name belongs to the innermost class that declares it. */
  private addPrivate(node: Node): void {
    for (let owner = around(node, classLike); owner; owner = around(owner, classLike)) {
      const members = owner.childForFieldName("body")?.namedChildren ?? [];
      const declaring = members.find((member) => {
        const named = member?.childForFieldName("name") ?? member?.childForFieldName("property");
        return named?.text === this.name;
      });
      if (!declaring) continue;
      const { key } = this.receivers.container(owner, true, true);
      this.add(node, key, node.parent?.type !== "member_expression");
      return;
    }
    this.add(node, unknownKey);
  }

  private linkDeclared(key: Key, by: Node, binding: ScriptBinding): void {
    const { builder, path } = this;
    const augmented = stringValue(around(by, /^module$/u)?.childForFieldName("name"));
    if (augmented !== undefined) {
      // It adds to what the module itself exports.
      builder.link(key, keys.import(path, augmented));
    }
    if (!binding.scope.endsWith(":program")) return;
    const statement = exportAround(by);
    if (statement && isDefaultExport(statement)) builder.link(key, keys.defaultExport(path));
    else if (statement) {
      builder.exportsName = true;
      builder.link(key, keys.export(path));
    }
    if (!this.scopes.isModule && !builder.globals.includes(key)) builder.globals.push(key);
  }

  private bindingAt(node: Node): {
    declarations: ScriptBinding["declarations"];
    binding: ScriptBinding | undefined;
  } {
    for (const binding of this.scopes.bindings(this.name).values()) {
      const declarations = binding.declarations.filter((one) => one.node.id === node.id);
      if (declarations.length > 0) return { declarations, binding };
    }
    const spaces =
      node.type === "type_identifier" || node.parent?.type === "nested_type_identifier"
        ? typeSpace
        : node.parent?.type === "export_statement"
          ? bothSpaces
          : valueSpace;
    return { declarations: [], binding: this.scopes.resolve(node, spaces) };
  }

  private keyOf({ scope, declarations }: ScriptBinding): Key {
    const isGlobal = declarations.some(({ by }) => isInDeclareGlobal(by));
    return isGlobal ? keys.global(scriptLanguage) : keys.local(this.path, scope);
  }

  private add(node: Node, key: Key, declares = false, more: Partial<NamePlace> = {}): void {
    const { startIndex: start, endIndex: end } = node;
    this.builder.places.push({ start, end, key, declares, ...more });
  }
}

const unknownKey = keys.property(scriptLanguage);

const isScriptName =
  /^(?:identifier|type_identifier|property_identifier|private_property_identifier|shorthand_property_identifier|shorthand_property_identifier_pattern|statement_identifier)$/u;

/** `<old>` with a small letter is an element of the page, never a binding. */
function isIntrinsicElement(node: Node, parent: Node): boolean {
  return (
    /^jsx_(?:opening|closing|self_closing)_element$/u.test(parent.type) &&
    isField(node, "name") &&
    /^[a-z]/u.test(node.text)
  );
}

/** The container that a name in a declaration of a member belongs to; undefined for anonymous types. */
function memberOwner(node: Node, parent: Node): Node | undefined {
  if (/^(?:enum_body|enum_assignment)$/u.test(parent.type)) {
    return around(node, /^enum_declaration$/u);
  }
  const isDeclared =
    (/^(?:method_definition|public_field_definition|field_definition|property_signature|method_signature|abstract_method_signature)$/u.test(
      parent.type,
    ) &&
      (isField(node, "name") || isField(node, "property"))) ||
    (parent.type === "pair" && isField(node, "key"));
  const holder = isDeclared ? parent.parent : null;
  if (holder?.type === "object") return holder;
  if (holder?.type === "object_type") {
    return holder.parent?.type === "type_alias_declaration" ? holder.parent : undefined;
  }
  if (holder && /^(?:class_body|interface_body)$/u.test(holder.type)) {
    return holder.parent ?? undefined;
  }
  return undefined;
}

const isDefaultExport = (node: Node | null): boolean =>
  node?.type === "export_statement" && node.children.some((child) => child?.type === "default");

/** The export statement that a declaration is a part of. */
function exportAround(by: Node): Node | undefined {
  for (let outer: Node | null = by; outer; outer = outer.parent) {
    if (outer.type === "export_statement") return outer;
    if (/^(?:statement_block|program|class_body|formal_parameters)$/u.test(outer.type))
      return undefined;
    if (outer !== by && /^(?:arrow_function|function_expression|class)$/u.test(outer.type))
      return undefined;
  }
  return undefined;
}

function isInDeclareGlobal(by: Node): boolean {
  const ambient = around(by, /^ambient_declaration$/u);
  return ambient?.namedChildren.some((child) => child?.type === "statement_block") ?? false;
}
