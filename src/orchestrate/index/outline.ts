import { Query, type Tree } from "web-tree-sitter";
import type { NameLanguage } from "./languages.ts";

/** What a file declares outside of functions, or as a function. */
export interface Definition {
  readonly name: string;
  readonly kind: "function" | "class" | "type" | "value" | "member";
  /** From 1. */
  readonly line: number;
}

/** One name that a file takes from another. */
export interface ImportedName {
  /** As written: `./a`, `pkg.mod`, `example.com/m/a`. */
  readonly specifier: string;
  readonly line: number;
}

/** The tags of a file. */
export interface Outline {
  readonly definitions: readonly Definition[];
  readonly imports: readonly ImportedName[];
}

const scriptTags = `
(function_declaration name: (identifier) @function)
(generator_function_declaration name: (identifier) @function)
(class_declaration name: (_) @class)
(program (lexical_declaration (variable_declarator name: (identifier) @value)))
(program (variable_declaration (variable_declarator name: (identifier) @value)))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @value))))
(program (export_statement (variable_declaration (variable_declarator name: (identifier) @value))))
(method_definition name: (property_identifier) @member)
(import_statement source: (string) @import)
(export_statement source: (string) @import)
(call_expression function: (identifier) @_call arguments: (arguments . (string) @import) (#eq? @_call "require"))
(call_expression function: (import) arguments: (arguments . (string) @import))`;

const tags: Readonly<Record<string, string>> = {
  javascript: `${scriptTags} (field_definition property: (property_identifier) @member)`,
  typescript: `${scriptTags}
(public_field_definition name: (property_identifier) @member)
(function_signature name: (identifier) @function)
(abstract_class_declaration name: (type_identifier) @class)
(interface_declaration name: (type_identifier) @type)
(type_alias_declaration name: (type_identifier) @type)
(enum_declaration name: (identifier) @type)
(internal_module name: (identifier) @type)
(property_signature name: (property_identifier) @member)
(method_signature name: (property_identifier) @member)
(abstract_method_signature name: (property_identifier) @member)`,
  python: `
(function_definition name: (identifier) @function)
(class_definition name: (identifier) @class)
(module (expression_statement (assignment left: (identifier) @value)))
(class_definition body: (block (expression_statement (assignment left: (identifier) @member))))
(import_statement name: (dotted_name) @import)
(import_statement name: (aliased_import name: (dotted_name) @import))
(import_from_statement module_name: (_) @import)`,
  go: `
(function_declaration name: (identifier) @function)
(method_declaration name: (field_identifier) @member)
(type_spec name: (type_identifier) @type)
(type_alias name: (type_identifier) @type)
(source_file (const_declaration (const_spec name: (identifier) @value)))
(source_file (var_declaration (var_spec name: (identifier) @value)))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @value))))
(field_declaration name: (field_identifier) @member)
(method_elem name: (field_identifier) @member)
(import_spec path: (_) @import)`,
};

const queries = new WeakMap<object, Query>();

/** The tags of a tree: a declaration inside a function counts only where it is a function or a class. */
export function outlineOf(tree: Tree, language: NameLanguage): Outline {
  const definitions: Definition[] = [];
  const imports: ImportedName[] = [];
  for (const { name, node } of queryFor(tree, language).captures(tree.rootNode)) {
    const line = node.startPosition.row + 1;
    if (name === "import") {
      imports.push({ specifier: node.text.replace(/^["'`]|["'`]$/gu, ""), line });
    } else if (!name.startsWith("_")) {
      definitions.push({ name: node.text, kind: name as Definition["kind"], line });
    }
  }
  return { definitions, imports };
}

function queryFor(tree: Tree, language: NameLanguage): Query {
  let query = queries.get(tree.language);
  if (!query) {
    const scripts = hasTypes(tree) ? "typescript" : "javascript";
    const grammar = language === "script" ? scripts : language;
    query = new Query(tree.language, tags[grammar]!);
    queries.set(tree.language, query);
  }
  return query;
}

const hasTypes = (tree: Tree): boolean =>
  tree.language.idForNodeType("interface_declaration", true) !== null;
