import type { Node } from "web-tree-sitter";
import type { GoDeclared } from "../../names/go-scopes.ts";
import { around, isField } from "../../names/nodes.ts";
import { goStandardFields, goStandardResults } from "./known.ts";
import type { GoPackage, GoResults } from "./package.ts";
import type { GoNames, GoVariable } from "./references.ts";
import { goBasicType, goTypeForm } from "./type-text.ts";

const mostGoTypeSteps = 12;
const literals: Readonly<Record<string, string>> = {
  interpreted_string_literal: "string",
  raw_string_literal: "string",
  int_literal: "int",
  float_literal: "float64",
  imaginary_literal: "complex128",
  rune_literal: "rune",
  true: "bool",
  false: "bool",
};
const comparisons = /^(?:==|!=|<|<=|>|>=)$/u;
const arithmetic = /^(?:[-+*/%&|^]|&\^)$/u;

/**
 * The types of variables and expressions, as far as the text of the package says them. A type is known or undefined, never guessed: a
 * parameter of another type may be another value.
 */
export class GoValueTypes {
  private readonly names: GoNames;
  private readonly own: GoPackage;
  private readonly typeParameters: ReadonlySet<string>;

  constructor(names: GoNames, own: GoPackage, typeParameters: ReadonlySet<string>) {
    this.names = names;
    this.own = own;
    this.typeParameters = typeParameters;
  }

  /** `from`: a place of the variable. A type switch gives it another type in every case. */
  ofVariable(variable: GoVariable, from: Node, steps = 0): string | undefined {
    const [first] = variable.declarations;
    if (!first || steps > mostGoTypeSteps) return undefined;
    if (variable.isTop) return this.own.variables.get(variable.name);
    const { by } = first;
    switch (by.type) {
      case "parameter_declaration":
        return this.written(by.childForFieldName("type"));
      case "variadic_parameter_declaration": {
        const type = this.written(by.childForFieldName("type"));
        return type === undefined ? undefined : `[]${type}`;
      }
      case "var_spec": {
        const type = by.childForFieldName("type");
        if (type) return this.written(type);
        return this.assigned(
          first,
          by.childrenForFieldName("name"),
          by.childForFieldName("value"),
          steps,
        );
      }
      case "short_var_declaration":
      case "receive_statement": {
        const left = by.childForFieldName("left")?.namedChildren ?? [];
        return this.assigned(first, left, by.childForFieldName("right"), steps);
      }
      case "range_clause":
        return this.ranged(first, steps);
      case "type_switch_statement":
        return this.switched(by, from, steps);
      default:
        return undefined;
    }
  }

  of(expression: Node | null | undefined, steps = 0): string | undefined {
    if (!expression || steps > mostGoTypeSteps) return undefined;
    const literal = literals[expression.type];
    if (literal !== undefined) return literal;
    const next = (node: Node | null | undefined): string | undefined => this.of(node, steps + 1);
    switch (expression.type) {
      case "parenthesized_expression":
        return next(expression.namedChildren[0]);
      case "composite_literal":
      case "type_assertion_expression":
      case "type_conversion_expression":
        return this.written(expression.childForFieldName("type"));
      case "func_literal":
        return this.signature(expression);
      case "unary_expression":
        return this.unary(expression, steps);
      case "binary_expression":
        return this.binary(expression, steps);
      case "identifier":
        return this.named(expression, steps);
      case "call_expression": {
        const results = this.called(expression, steps);
        return results?.length === 1 ? results[0] : undefined;
      }
      case "selector_expression":
        return this.selected(expression, steps);
      case "index_expression":
        return this.elementOf(next(expression.childForFieldName("operand")))?.element;
      case "slice_expression": {
        const type = next(expression.childForFieldName("operand"));
        const form = type === undefined ? undefined : this.underlying(type);
        return form === "string" || form?.startsWith("[]") ? type : undefined;
      }
      default:
        return undefined;
    }
  }

  /** The type behind a name of the package; others as they are. */
  underlying(type: string, steps = 0): string | undefined {
    if (goTypeForm(type).form !== "named") return type;
    const known = this.own.types.get(type);
    if (!known || steps > mostGoTypeSteps) return undefined;
    return known.underlying === undefined
      ? undefined
      : this.underlying(known.underlying, steps + 1);
  }

  /** A type that is written in the file, where it means the same outside of the function. */
  written(type: Node | null | undefined): string | undefined {
    if (!type || type.text.includes("\n") || type.type === "implicit_length_array_type")
      return undefined;
    const names = type.descendantsOfType(["type_identifier", "identifier", "package_identifier"]);
    const isOuter = (one: Node): boolean => {
      if (this.typeParameters.has(one.text)) return false;
      // The names of the parameters of a function type are its own.
      if (isField(one, "name") && /parameter_declaration$/u.test(one.parent?.type ?? ""))
        return true;
      return this.names.variableOf(one)?.isTop !== false;
    };
    return names.every((one) => one === null || isOuter(one)) ? type.text : undefined;
  }

  /** The element of what an index is of, and its key. */
  elementOf(type: string | undefined): { key: string; element: string } | undefined {
    let form = type === undefined ? undefined : this.underlying(type);
    if (form === "string") return { key: "int", element: "byte" };
    if (form?.startsWith("*[") && !form.startsWith("*[]")) form = form.slice(1);
    const found = form === undefined ? undefined : goTypeForm(form);
    if (found?.form === "map") return { key: found.key, element: found.element };
    if (found?.form === "slice" || found?.form === "array")
      return { key: "int", element: found.element };
    return undefined;
  }

  private assigned(
    { node }: GoDeclared,
    names: readonly (Node | null)[],
    right: Node | null,
    steps: number,
  ): string | undefined {
    const left = names.filter((one) => one?.isNamed && one.type !== "comment");
    const index = left.findIndex((one) => one?.id === node.id);
    const values = !right
      ? []
      : right.type === "expression_list"
        ? right.namedChildren.filter((one) => one?.type !== "comment")
        : [right];
    if (left.length === values.length) return this.of(values[index], steps + 1);
    const [value] = values;
    if (values.length !== 1 || !value) return undefined;
    if (value.type === "call_expression") {
      const results = this.called(value, steps + 1);
      return results?.length === left.length ? results[index] : undefined;
    }
    // `v, ok :=` of a map, an assertion or a channel.
    const isPair = /^(?:index_expression|type_assertion_expression|unary_expression)$/u;
    if (left.length !== 2 || !isPair.test(value.type)) return undefined;
    return index === 1 ? "bool" : this.of(value, steps + 1);
  }

  private ranged({ node, by }: GoDeclared, steps: number): string | undefined {
    const left = by.childForFieldName("left")?.namedChildren ?? [];
    const index = left.findIndex((one) => one?.id === node.id);
    const type = this.of(by.childForFieldName("right"), steps + 1);
    const form = type === undefined ? undefined : this.underlying(type);
    if (type === undefined || form === undefined) return undefined;
    if (form === "string") return index === 0 ? "int" : "rune";
    const kind = goTypeForm(form);
    if (kind.form === "channel") return kind.element;
    if (kind.form === "basic") return index === 0 && /int/u.test(form) ? type : undefined;
    const found = this.elementOf(form);
    return index === 0 ? found?.key : found?.element;
  }

  private switched(by: Node, from: Node, steps: number): string | undefined {
    let one: Node | undefined = around(from, /^(?:type_case|default_case)$/u);
    while (one && one.parent?.id !== by.id) one = around(one, /^(?:type_case|default_case)$/u);
    if (one?.type === "type_case") {
      const types = one.childrenForFieldName("type").filter((type) => type?.isNamed);
      if (types.length === 1 && types[0]?.text !== "nil") return this.written(types[0]);
    }
    return this.of(by.childForFieldName("value"), steps + 1);
  }

  private signature(literal: Node): string | undefined {
    const parameters = literal.childForFieldName("parameters");
    const result = literal.childForFieldName("result");
    const parts = [parameters, result].filter((one) => one !== null);
    if (parts.some((one) => this.written(one) === undefined)) return undefined;
    return `func${parts.map((one) => one.text).join(" ")}`;
  }

  private unary(expression: Node, steps: number): string | undefined {
    const operand = expression.childForFieldName("operand");
    const operator = expression.childForFieldName("operator")?.text ?? expression.children[0]?.text;
    const type = this.of(operand, steps + 1);
    if (type === undefined) return undefined;
    if (operator === "&") return `*${type}`;
    const kind = goTypeForm(this.underlying(type) ?? "");
    if (operator === "*") return kind.form === "pointer" ? kind.element : undefined;
    if (operator === "<-") return kind.form === "channel" ? kind.element : undefined;
    return type;
  }

  private binary(expression: Node, steps: number): string | undefined {
    const operator = expression.childForFieldName("operator")?.text ?? "";
    if (comparisons.test(operator)) return "bool";
    const [left, right] = ["left", "right"].map((side) => expression.childForFieldName(side));
    const types = [this.of(left, steps + 1), this.of(right, steps + 1)];
    if (types[0] === undefined || types[1] === undefined) return undefined;
    if (operator === "&&" || operator === "||")
      return types.every((one) => one === "bool") ? "bool" : undefined;
    if (!arithmetic.test(operator)) return undefined;
    if (types[0] === types[1]) return types[0];
    // A constant takes the type of the other side.
    if (isUntyped(left!) !== isUntyped(right!)) return isUntyped(left!) ? types[1] : types[0];
    return undefined;
  }

  private named(name: Node, steps: number): string | undefined {
    const variable = this.names.variableOf(name);
    if (variable) return this.ofVariable(variable, name, steps + 1);
    return this.own.variables.get(name.text);
  }

  private selected(expression: Node, steps: number): string | undefined {
    const type = this.of(expression.childForFieldName("operand"), steps + 1);
    const name = expression.childForFieldName("field")?.text ?? "";
    const own =
      type === undefined
        ? undefined
        : this.own.types.get(type.replace(/^\*/u, ""))?.fields.get(name);
    return own ?? this.asWritten(this.standardField(expression, steps));
  }

  /** The type of a field of the standard library, with the path of its package. */
  private standardField(expression: Node, steps: number): string | undefined {
    const operand = expression.childForFieldName("operand");
    if (!operand || steps > mostGoTypeSteps) return undefined;
    const inner =
      operand.type === "selector_expression" ? this.standardField(operand, steps + 1) : undefined;
    const holder = inner ?? this.withPath(this.of(operand, steps + 1));
    return goStandardFields.get(
      `${holder?.replace(/^\*/u, "")}.${expression.childForFieldName("field")?.text}`,
    );
  }

  private withPath(type: string | undefined): string | undefined {
    const [, star, as, name] = /^(\*?)(\w+)\.(\w+)$/u.exec(type ?? "") ?? [];
    const path = as === undefined ? undefined : this.names.scopes.imports.get(as);
    return path === undefined ? undefined : `${star}${path}.${name}`;
  }

  /** As the file writes a type of a package that it imports by its usual name. */
  private asWritten(type: string | undefined): string | undefined {
    const [, star, path, name] = /^(\*?)([\w/]+)\.(\w+)$/u.exec(type ?? "") ?? [];
    if (path === undefined) return type;
    const as = path.slice(path.lastIndexOf("/") + 1);
    return this.names.scopes.imports.get(as) === path ? `${star}${as}.${name}` : undefined;
  }

  private called(call: Node, steps: number): GoResults {
    const called = call.childForFieldName("function");
    if (call.childForFieldName("type_arguments")) return undefined;
    if (called?.type === "identifier") return this.calledName(call, called, steps);
    if (called?.type !== "selector_expression") return undefined;
    const operand = called.childForFieldName("operand")!;
    const name = called.childForFieldName("field")!.text;
    const isPackage =
      operand.type === "identifier" && this.names.variableOf(operand)?.isTop !== false;
    const imported = isPackage ? this.names.scopes.imports.get(operand.text) : undefined;
    if (imported !== undefined) return this.standard(imported, operand.text, name);
    const type = this.of(operand, steps + 1);
    if (type === undefined) return undefined;
    if (type === "error" && name === "Error") return ["string"];
    return this.own.methods.get(`${type.replace(/^\*/u, "")}.${name}`)?.results;
  }

  /** Results of the standard library name packages by the end of their path. */
  private standard(path: string, as: string, name: string): GoResults {
    const results = goStandardResults.get(`${path}.${name}`);
    const isUsual = as === path.slice(path.lastIndexOf("/") + 1);
    return isUsual ? results : undefined;
  }

  private calledName(call: Node, called: Node, steps: number): GoResults {
    const name = called.text;
    const variable = this.names.variableOf(called);
    if (variable && !variable.isTop) return undefined;
    if (this.own.functions.has(name)) return this.own.functions.get(name);
    if (this.own.types.has(name)) return [name];
    if (this.own.names.has(name) || this.names.scopes.hasDotImport) return undefined;
    const first = call.childForFieldName("arguments")?.namedChildren[0];
    if (/^(?:len|cap|copy)$/u.test(name)) return ["int"];
    if (name === "make") return [this.written(first)];
    if (name === "new") {
      const type = this.written(first);
      return [type === undefined ? undefined : `*${type}`];
    }
    if (name === "append") return [this.of(first, steps + 1)];
    return goBasicType.test(name) ? [name] : undefined;
  }
}

/** A constant without a type, as far as it is written in place. */
function isUntyped(node: Node): boolean {
  if (literals[node.type] !== undefined) return true;
  if (!/^(?:parenthesized|unary|binary)_expression$/u.test(node.type)) return false;
  return node.namedChildren.every((one) => one === null || isUntyped(one));
}
