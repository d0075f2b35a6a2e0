import { posix } from "node:path";
import type { Node } from "web-tree-sitter";
import { GoScopes } from "../../names/go-scopes.ts";
import type { NameView } from "../../names/resolve-name.ts";

export interface GoTypeDeclared {
  readonly form: "struct" | "interface" | "other";
  /** The text of the type behind the name; undefined: it cannot be written in the file that asks. */
  readonly underlying: string | undefined;
  readonly fields: ReadonlyMap<string, string | undefined>;
}

export interface GoMethod {
  /** Its receiver is a pointer: a call on a variable takes its address. */
  readonly byPointer: boolean;
  readonly results: GoResults;
}

/** Types of results; undefined: not known, or not to be written in the file that asks. */
export type GoResults = readonly (string | undefined)[] | undefined;

/** What the files of one package declare, in types as one of its files may write them. Generic declarations have no types here. */
export interface GoPackage {
  readonly names: ReadonlySet<string>;
  readonly functions: ReadonlyMap<string, GoResults>;
  readonly types: ReadonlyMap<string, GoTypeDeclared>;
  /** By `Type.method`, of interfaces too. */
  readonly methods: ReadonlyMap<string, GoMethod>;
  readonly variables: ReadonlyMap<string, string | undefined>;
}

/** Reads the files of the package of a file. */
export async function readGoPackage(view: NameView, path: string): Promise<GoPackage> {
  const folder = posix.dirname(path);
  const reader = new PackageReader();
  const files = view
    .mentions("package")
    .filter((one) => one.endsWith(".go") && posix.dirname(one) === folder && one !== path);
  // The file that asks comes first: its imports are those that types are written with.
  for (const one of [path, ...files]) {
    const text = await view.text(one);
    const tree = text === undefined ? undefined : (await view.parserFor(one))?.parse(text);
    if (!tree) continue;
    try {
      reader.read(tree.rootNode, text!);
    } finally {
      tree.delete();
    }
  }
  return reader;
}

class PackageReader implements GoPackage {
  readonly names: Set<string> = new Set();
  readonly functions: Map<string, GoResults> = new Map();
  readonly types: Map<string, GoTypeDeclared> = new Map();
  readonly methods: Map<string, GoMethod> = new Map();
  readonly variables: Map<string, string | undefined> = new Map();
  private packageName: string | undefined;
  private own: ReadonlyMap<string, string> = new Map();
  private imports: ReadonlyMap<string, string> = new Map();

  read(root: Node, text: string): void {
    const clause = root.namedChildren.find((one) => one?.type === "package_clause");
    const name = clause?.namedChildren[0]?.text;
    if (name === undefined || (this.packageName !== undefined && name !== this.packageName)) return;
    this.imports = new GoScopes(root, text).imports;
    if (this.packageName === undefined) this.own = this.imports;
    this.packageName = name;
    for (const one of root.namedChildren) if (one) this.declaration(one);
  }

  private declaration(node: Node): void {
    const name = node.childForFieldName("name")?.text;
    if (node.type === "function_declaration") {
      const isGeneric = node.childForFieldName("type_parameters") !== null;
      this.put(this.functions, name!, isGeneric ? undefined : this.results(node));
      this.names.add(name!);
    } else if (node.type === "method_declaration") this.method(node, name!);
    else if (node.type === "type_declaration") {
      for (const spec of node.namedChildren) if (spec) this.type(spec);
    } else if (/^(?:var|const)_declaration$/u.test(node.type)) {
      for (const spec of node.descendantsOfType(["var_spec", "const_spec"])) {
        const type = this.text(spec?.childForFieldName("type"));
        for (const one of spec?.childrenForFieldName("name") ?? []) {
          if (one?.type !== "identifier") continue;
          this.put(this.variables, one.text, spec?.type === "var_spec" ? type : undefined);
          this.names.add(one.text);
        }
      }
    }
  }

  private method(node: Node, name: string): void {
    const receiver = node
      .childForFieldName("receiver")
      ?.namedChildren[0]?.childForFieldName("type");
    const byPointer = receiver?.type === "pointer_type";
    const type = byPointer ? receiver.namedChildren[0] : receiver;
    if (type?.type !== "type_identifier") return;
    const id = `${type.text}.${name}`;
    const method: GoMethod = { byPointer, results: this.results(node) };
    const isOther =
      this.methods.has(id) && JSON.stringify(this.methods.get(id)) !== JSON.stringify(method);
    this.methods.set(id, isOther ? { byPointer: true, results: undefined } : method);
  }

  private type(spec: Node): void {
    const name = spec.childForFieldName("name")?.text;
    const type = spec.childForFieldName("type");
    if (name === undefined || !type) return;
    this.names.add(name);
    if (spec.childForFieldName("type_parameters")) return;
    const fields = new Map<string, string | undefined>();
    if (type.type === "struct_type") {
      const list = type.namedChildren.find((one) => one?.type === "field_declaration_list");
      for (const field of list?.namedChildren ?? []) {
        for (const one of field?.childrenForFieldName("name") ?? [])
          if (one) fields.set(one.text, this.text(field!.childForFieldName("type")));
      }
    }
    if (type.type === "interface_type") {
      for (const one of type.namedChildren) {
        const own = one?.type === "method_elem" ? one.childForFieldName("name")?.text : undefined;
        if (own !== undefined)
          this.methods.set(`${name}.${own}`, { byPointer: false, results: this.results(one!) });
      }
    }
    const form = { struct_type: "struct", interface_type: "interface" }[type.type] ?? "other";
    this.put(this.types, name, {
      form: form as GoTypeDeclared["form"],
      underlying: form === "other" ? this.text(type) : type.text,
      fields,
    });
  }

  /** Files for different systems may declare a name each in its own way: it is known where they agree. */
  private put<Value>(map: Map<string, Value | undefined>, name: string, value: Value): void {
    if (!map.has(name) || JSON.stringify(map.get(name)) === JSON.stringify(value))
      map.set(name, value);
    else map.set(name, undefined);
  }

  private results(node: Node): GoResults {
    const result = node.childForFieldName("result");
    if (!result) return [];
    if (result.type !== "parameter_list") return [this.text(result)];
    return result.namedChildren.flatMap((one) => {
      if (one?.type !== "parameter_declaration") return [];
      const count = Math.max(
        1,
        one.childrenForFieldName("name").filter((name) => name?.isNamed).length,
      );
      return Array.from({ length: count }, () => this.text(one.childForFieldName("type")));
    });
  }

  /** A type that means the same in the file that asks. */
  private text(type: Node | null | undefined): string | undefined {
    if (!type || type.text.includes("\n")) return undefined;
    for (const one of type.descendantsOfType("package_identifier")) {
      const path = one && this.imports.get(one.text);
      if (path === undefined || this.own.get(one!.text) !== path) return undefined;
    }
    return type.text;
  }
}
