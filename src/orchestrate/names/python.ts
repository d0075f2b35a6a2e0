import type { Node } from "web-tree-sitter";
import { FactsBuilder, type Key, keys, type NameFacts, type NamePlace } from "./facts.ts";
import {
  around,
  firstBrokenLine,
  isField,
  isNameString,
  nodeAt,
  stringValue,
  wordStarts,
} from "./nodes.ts";
import { isInjected, isRegistered } from "./python-injection.ts";
import { PythonReceivers } from "./python-receivers.ts";
import { type PythonBinding, type PythonDeclared, PythonScopes } from "./python-scopes.ts";

const pythonLanguage = "python";

/** What a Python file says about a name. */
export function pythonFacts(root: Node, text: string, path: string, name: string): NameFacts {
  const builder = new FactsBuilder();
  const reader = new PythonReader(new PythonScopes(root, text), path, name, builder);
  for (const start of wordStarts(text, name)) reader.read(start);
  reader.receivers.finish();
  return builder.facts(firstBrokenLine(root));
}

class PythonReader {
  readonly receivers: PythonReceivers;
  private readonly scopes: PythonScopes;
  private readonly path: string;
  private readonly name: string;
  private readonly builder: FactsBuilder;
  private readonly hasWildcard: boolean;

  constructor(scopes: PythonScopes, path: string, name: string, builder: FactsBuilder) {
    this.scopes = scopes;
    this.path = path;
    this.name = name;
    this.builder = builder;
    this.receivers = new PythonReceivers(scopes, path, name, builder);
    this.hasWildcard = /\bimport[ \t]*\*/u.test(scopes.text);
  }

  read(start: number): void {
    const end = start + this.name.length;
    const node = nodeAt(this.scopes.root, start, end);
    const { parent } = node;
    if (
      node.type !== "identifier" ||
      node.startIndex !== start ||
      node.endIndex !== end ||
      !parent
    ) {
      this.readText(node, start, end);
    } else if (parent.type === "attribute" && isField(node, "attribute")) {
      this.readAttribute(node, parent);
    } else if (parent.type === "keyword_argument" && isField(node, "name")) {
      const call = around(node, /^(?:call|class_definition)$/u);
      const key =
        call?.type === "call" ? this.receivers.keywordKey(call) : keys.external(pythonLanguage);
      this.add(node, key);
    } else if (parent.type === "keyword_pattern" && parent.namedChildren[0]?.id === node.id) {
      const matched = around(node, /^class_pattern$/u)?.namedChildren[0];
      const inner = matched?.namedChildCount === 1 ? matched.namedChildren[0] : undefined;
      this.add(
        node,
        inner ? this.receivers.memberKey(this.receivers.of(inner)) : keys.property(pythonLanguage),
      );
    } else if (isModulePart(node, parent)) this.add(node, keys.external(pythonLanguage));
    else this.readName(node, parent);
  }

  private readName(node: Node, parent: Node): void {
    const statement = around(node, /^import_from_statement$/u);
    const isFrom = statement !== undefined && isImportedName(node, parent);
    const specifier = statement?.childForFieldName("module_name")?.text.replace(/\s/gu, "");
    if (
      isFrom &&
      specifier !== undefined &&
      parent.type === "dotted_name" &&
      parent.parent?.type === "aliased_import"
    ) {
      // The name in its module; the alias is the binding here.
      this.add(node, keys.import(this.path, specifier));
      return;
    }
    const { binding, declared } = this.bindingAt(node);
    if (!binding) {
      this.add(node, this.hasWildcard ? `W\0${this.path}` : keys.global(pythonLanguage));
      return;
    }
    const key = this.keyOf(binding);
    this.linkModule(key, binding);
    if (isFrom && specifier !== undefined && parent.type === "dotted_name") {
      const outside = keys.import(this.path, specifier);
      this.add(node, outside, false, { after: ` as ${this.name}` });
      this.add(node, key, true, { before: `${this.name} as ` });
      this.builder.link(key, outside);
      return;
    }
    const isPlainImport =
      declared?.kind === "import" && declared.by.parent?.type === "import_statement";
    const renamed = isPlainImport && declared.by.type === "dotted_name";
    const note = declared && noteOf(declared);
    this.add(node, key, declared !== undefined, {
      ...(renamed && { before: `${this.name} as ` }),
      ...(note && { note }),
    });
    if (declared?.kind === "parameter" && declared.scope.type === "function_definition") {
      this.builder.link(key, this.receivers.container(declared.scope, true).key);
    }
  }

  private readAttribute(node: Node, attribute: Node): void {
    const object = attribute.childForFieldName("object");
    if (!object) return;
    const receiver = this.receivers.of(object);
    const isAssigned =
      receiver.kind === "class" &&
      object.type === "identifier" &&
      attribute.parent?.type === "assignment" &&
      isField(attribute, "left");
    if (isAssigned) this.add(node, this.receivers.container(receiver.node, true).key, true);
    else this.add(node, this.receivers.memberKey(receiver));
  }

  /** A name in a string or a comment: `__all__` and quoted annotations mean it. */
  private readText(node: Node, start: number, end: number): void {
    if (/comment/u.test(node.type)) {
      this.builder.mentions.push({ start, end, in: "comment" });
      return;
    }
    const string = node.type === "string" ? node : around(node, /^string$/u);
    const isWhole = string !== undefined && stringValue(string) === this.name;
    const owner = isWhole ? slotsOwner(string) : undefined;
    if (owner) {
      const { key } = this.receivers.container(owner, true);
      this.builder.places.push({ start, end, key, declares: true });
      return;
    }
    if (isWhole && isInAll(string)) {
      this.builder.exportsName = true;
      this.builder.places.push({ start, end, key: keys.export(this.path), declares: false });
      return;
    }
    if (string !== undefined && around(string, /^(?:type|call|block|module)$/u)?.type === "type") {
      const binding = this.scopes.resolve(string, this.name);
      const key = binding ? this.keyOf(binding) : keys.global(pythonLanguage);
      if (binding) this.linkModule(key, binding);
      this.builder.places.push({ start, end, key, declares: false });
      return;
    }
    const isName = isNameString(this.scopes.text, start, end);
    const isPath = isName && this.scopes.text[start - 1] === ".";
    this.builder.mentions.push({ start, end, in: "string", isName, isPath });
  }

  private bindingAt(node: Node): {
    binding: PythonBinding | undefined;
    declared: PythonDeclared | undefined;
  } {
    for (const binding of this.scopes.bindings(this.name).values()) {
      const declared = binding.declarations.find((one) => one.node.id === node.id);
      if (declared) return { binding, declared };
    }
    const statement = node.parent?.type;
    if (statement === "global_statement") {
      return {
        binding: this.scopes.bindings(this.name).get(this.scopes.root.id),
        declared: undefined,
      };
    }
    return { binding: this.scopes.resolve(node), declared: undefined };
  }

  private keyOf({ scope, declarations }: PythonBinding): Key {
    // `import a.b` binds `a`, which no alias can replace.
    const isDotted = declarations.some(
      ({ kind, by }) => kind === "import" && by.type === "dotted_name" && by.namedChildCount > 1,
    );
    if (isDotted) return keys.external(pythonLanguage);
    if (scope.type === "class_definition" && !declarations.every(({ kind }) => kind === "type")) {
      return this.receivers.container(scope, true).key;
    }
    return keys.local(this.path, `${scope.startIndex}:${scope.endIndex}:${scope.type}`);
  }

  private linkModule(key: Key, { scope }: PythonBinding): void {
    if (scope.type !== "module") return;
    this.builder.exportsName = true;
    this.builder.link(key, keys.export(this.path));
  }

  private add(node: Node, key: Key, declares = false, more: Partial<NamePlace> = {}): void {
    const { startIndex: start, endIndex: end } = node;
    this.builder.places.push({ start, end, key, declares, ...more });
  }
}

/** Whether something outside of the files may use the name that is declared. */
function noteOf({ kind, by, scope }: PythonDeclared): NamePlace["note"] {
  if (kind === "function" && isRegistered(by)) return "registered";
  const isParameter = kind === "parameter" && scope.type === "function_definition";
  return isParameter && isInjected(scope) && !isOwnReceiver(by, scope) ? "injected" : undefined;
}

/** `self` and `cls` are passed by their place. */
const isOwnReceiver = (by: Node, scope: Node): boolean =>
  /^(?:self|cls)$/u.test(by.text) &&
  scope.childForFieldName("parameters")?.namedChildren[0]?.id === by.id;

/** A part of the path of a module in an import. */
function isModulePart(node: Node, parent: Node): boolean {
  if (parent.type !== "dotted_name") return false;
  const holder = parent.parent;
  if (holder?.type === "relative_import") return true;
  if (holder?.type === "import_from_statement" && isField(parent, "module_name")) return true;
  const statement = around(parent, /^(?:import_statement|import_from_statement)$/u);
  if (statement?.type !== "import_statement") return false;
  if (holder?.type === "aliased_import") return true;
  return parent.namedChildren[0]?.id !== node.id;
}

const isImportedName = (node: Node, parent: Node): boolean =>
  (parent.type === "dotted_name" &&
    !(parent.parent?.type === "import_from_statement" && isField(parent, "module_name"))) ||
  (parent.type === "aliased_import" && !isField(node, "alias"));

/** The class whose `__slots__` or `__match_args__` name an attribute. */
function slotsOwner(string: Node): Node | undefined {
  const list = string.parent;
  const statement = list && /^(?:list|tuple|set)$/u.test(list.type) ? list.parent : list;
  const isSlots =
    statement?.type === "assignment" &&
    /^__(?:slots|match_args)__$/u.test(statement.childForFieldName("left")?.text ?? "");
  return isSlots ? around(statement, /^class_definition$/u) : undefined;
}

/** Whether a string is an element of `__all__`. */
function isInAll(string: Node): boolean {
  const list = string.parent;
  if (!list || !/^(?:list|tuple|argument_list)$/u.test(list.type)) return false;
  const statement = around(string, /^(?:assignment|augmented_assignment|call)$/u);
  if (statement?.type === "call") {
    return /^__all__\.\w+$/u.test(statement.childForFieldName("function")?.text ?? "");
  }
  return statement?.childForFieldName("left")?.text === "__all__";
}
