import type { Node } from "web-tree-sitter";
import type { NameLanguage } from "../index/languages.ts";
import { PythonScopes } from "../names/python-scopes.ts";
import { ScriptScopes } from "../names/script-scopes.ts";
import { scopeFunctions } from "./selection.ts";

/** Where a name gets its meaning. */
export interface ScopeBinding {
  /** The same for all places of one variable. */
  readonly id: string;
  readonly scopeStart: number;
  readonly scopeEnd: number;
  /** The whole file is its scope. */
  readonly isTop: boolean;
  readonly declarations: readonly {
    readonly node: Node;
    readonly by: Node;
    readonly kind: string;
  }[];
}

/** One place of a name in code. */
export interface NameReference {
  readonly node: Node;
  readonly name: string;
  readonly binding: ScopeBinding | undefined;
  readonly declares: boolean;
  readonly reads: boolean;
  readonly writes: boolean;
  /** The innermost function around it. */
  readonly within: number | undefined;
  readonly isType: boolean;
}

/** Names of a file, resolved by its scopes. */
export class FileNames {
  private readonly language: NameLanguage;
  private readonly script: ScriptScopes | undefined;
  private readonly python: PythonScopes | undefined;

  constructor(root: Node, text: string, language: NameLanguage) {
    this.language = language;
    if (language === "script") this.script = new ScriptScopes(root, text);
    if (language === "python") this.python = new PythonScopes(root, text);
  }

  /** Every name in a part of the file, in order. */
  in(part: Node): NameReference[] {
    const found: NameReference[] = [];
    const visit = (node: Node, within: number | undefined): void => {
      if (node.childCount === 0) {
        const one = this.at(node, within);
        if (one) found.push(one);
        return;
      }
      const isFunction = scopeFunctions.test(node.type);
      for (const child of node.children)
        if (child) visit(child, isFunction ? node.startIndex : within);
    };
    visit(part, undefined);
    return found;
  }

  private at(node: Node, within: number | undefined): NameReference | undefined {
    const { type } = node;
    if (this.language === "script") {
      if (
        !/^(?:identifier|type_identifier|shorthand_property_identifier(?:_pattern)?)$/u.test(type)
      )
        return undefined;
      if (/^jsx_/u.test(node.parent?.type ?? "") && /^[a-z]/u.test(node.text)) return undefined;
    } else if (type !== "identifier" || isPythonLabel(node)) return undefined;
    const binding = this.bindingOf(node);
    const declares = binding?.declarations.some((one) => one.node.id === node.id) ?? false;
    const access =
      this.language === "script" ? scriptAccess(node, declares) : pythonAccess(node, declares);
    return {
      node,
      name: node.text,
      binding,
      declares,
      within,
      isType: type === "type_identifier",
      ...access,
    };
  }

  private bindingOf(node: Node): ScopeBinding | undefined {
    if (this.script) {
      for (const own of this.script.bindings(node.text).values()) {
        if (own.declarations.some((one) => one.node.id === node.id))
          return scriptBinding(node.text, own);
      }
      const found = this.script.resolve(node);
      return found && scriptBinding(node.text, found);
    }
    const bindings = this.python!.bindings(node.text);
    let found = [...bindings.values()].find(({ declarations }) =>
      declarations.some((one) => one.node.id === node.id),
    );
    found ??= this.python!.resolve(node);
    if (!found) return undefined;
    const { scope, declarations } = found;
    return {
      id: `${node.text} ${scope.startIndex}:${scope.endIndex}:${scope.type}`,
      scopeStart: scope.startIndex,
      scopeEnd: scope.endIndex,
      isTop: scope.type === "module",
      declarations,
    };
  }
}

function scriptBinding(
  name: string,
  { scope, declarations }: { scope: string; declarations: ScopeBinding["declarations"] },
): ScopeBinding {
  const [start = "0", end = "0", type = ""] = scope.split(":");
  const isTop = type === "program" || scope.startsWith("ns");
  return {
    id: `${name} ${scope}`,
    scopeStart: isTop ? 0 : Number(start),
    scopeEnd: isTop ? Number.MAX_SAFE_INTEGER : Number(end),
    isTop,
    declarations,
  };
}

/** A member, or the name of an argument. */
function isPythonLabel(node: Node): boolean {
  const { parent } = node;
  if (parent?.type === "attribute") return parent.childForFieldName("attribute")?.id === node.id;
  return parent?.type === "keyword_argument" && parent.childForFieldName("name")?.id === node.id;
}

type Access = Pick<NameReference, "reads" | "writes">;

function scriptAccess(node: Node, declares: boolean): Access {
  if (declares) return { reads: false, writes: true };
  let inner = node;
  for (let outer = node.parent; outer; inner = outer, outer = outer.parent) {
    const isIn = (field: string): boolean => outer!.childForFieldName(field)?.id === inner.id;
    if (
      /^(?:array_pattern|object_pattern|rest_pattern|parenthesized_expression|non_null_expression)$/u.test(
        outer.type,
      )
    )
      continue;
    if (outer.type === "pair_pattern" && isIn("value")) continue;
    if (/assignment_pattern$/u.test(outer.type) && isIn("left")) continue;
    if (outer.type === "assignment_expression" && isIn("left"))
      return { reads: false, writes: true };
    if (outer.type === "augmented_assignment_expression" && isIn("left"))
      return { reads: true, writes: true };
    if (outer.type === "update_expression") return { reads: true, writes: true };
    if (outer.type === "for_in_statement" && isIn("left")) return { reads: false, writes: true };
    break;
  }
  return { reads: true, writes: false };
}

function pythonAccess(node: Node, declares: boolean): Access {
  if (!declares) return { reads: true, writes: false };
  const isBoth =
    node.parent?.type === "augmented_assignment" || node.parent?.type === "delete_statement";
  return { reads: isBoth, writes: true };
}
