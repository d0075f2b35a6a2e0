import type { Node } from "web-tree-sitter";
import { isField } from "../../names/nodes.ts";
import { goFreelyCopied } from "./known.ts";
import type { GoPackage } from "./package.ts";
import type { GoNames } from "./references.ts";
import { goTypeForm } from "./type-text.ts";
import type { GoValueTypes } from "./types.ts";

/** What a place of a variable does to it beside reading and assigning. */
export type GoUse = "plain" | "address" | "unknown";

/** Says where a variable and a copy of it would differ. */
export class GoCopies {
  private readonly names: GoNames;
  private readonly own: GoPackage;
  private readonly types: GoValueTypes;

  constructor(names: GoNames, own: GoPackage, types: GoValueTypes) {
    this.names = names;
    this.own = own;
    this.types = types;
  }

  /** Whether assigning a part of a value changes the variable itself: it does not behind a pointer, a slice or a map. */
  changesByPart(type: string): boolean {
    const form = goTypeForm(this.types.underlying(type) ?? type);
    if (form.form === "imported") return !this.isFreelyCopied(form.name);
    return !/^(?:pointer|slice|map)$/u.test(form.form);
  }

  /** Whether a value holds what must not be copied: a lock, a buffer. */
  holdsLock(type: string, steps = 0): boolean {
    const form = goTypeForm(type);
    if (/^(?:sync|atomic)\.|^(?:strings\.Builder|bytes\.Buffer)$/u.test(type)) return true;
    if (form.form === "array") return this.holdsLock(form.element, steps + 1);
    if (form.form !== "named" || steps > 4) return false;
    const known = this.own.types.get(type);
    if (!known || known.form === "interface") return false;
    if (known.form === "other")
      return known.underlying !== undefined && this.holdsLock(known.underlying, steps + 1);
    if (/\b(?:sync|atomic)\.|\bnoCopy\b|\bstrings\.Builder\b/u.test(known.underlying ?? ""))
      return true;
    return [...known.fields.values()].some(
      (one) => one !== undefined && this.holdsLock(one, steps + 1),
    );
  }

  /** What one place of a variable of a type does: `&v`, `v[:]` of an array and methods of a pointer take its address. */
  use(place: Node, type: string): GoUse {
    let at = place;
    let now: string | undefined = type;
    for (;;) {
      const { parent } = at;
      if (!parent) return "plain";
      if (parent.type === "parenthesized_expression") {
        at = parent;
        continue;
      }
      if (parent.type === "unary_expression" && parent.children[0]?.text === "&") return "address";
      const form = goTypeForm(this.types.underlying(now) ?? now);
      const isOperand = isField(at, "operand");
      if (parent.type === "slice_expression" && isOperand) {
        if (form.form === "array") return "address";
        return /^(?:slice|basic)$/u.test(form.form) ? "plain" : "unknown";
      }
      if (parent.type === "index_expression" && isOperand) {
        if (form.form !== "array") return "plain";
        now = form.element;
      } else if (parent.type === "selector_expression" && isOperand) {
        const member = this.member(now, parent.childForFieldName("field")!.text);
        if (typeof member === "string") return member;
        now = member.type;
      } else return "plain";
      at = parent;
    }
  }

  private member(type: string, name: string): GoUse | { readonly type: string } {
    const form = goTypeForm(type);
    if (form.form === "named") {
      const known = this.own.types.get(type);
      if (known?.form === "interface") return "plain";
      const method = this.own.methods.get(`${type}.${name}`);
      if (method) return method.byPointer ? "address" : "plain";
      const field = known?.fields.get(name);
      if (field !== undefined) return { type: field };
      // A pointer to a type of another package is behind a name.
      return this.isReference(this.types.underlying(type)) ? "plain" : "unknown";
    }
    if (form.form === "imported") {
      if (/^(?:Unmarshal|GobDecode)/u.test(name)) return "address";
      return this.isFreelyCopied(form.name) || form.name === "time.Time" ? "plain" : "unknown";
    }
    return form.form === "other" || form.form === "struct" ? "unknown" : "plain";
  }

  private readonly isReference = (type: string | undefined): boolean =>
    type !== undefined && /^(?:pointer|interface)$/u.test(goTypeForm(type).form);

  private isFreelyCopied(name: string): boolean {
    const [as = "", type = ""] = name.split(".");
    return goFreelyCopied.has(`${this.names.scopes.imports.get(as)}.${type}`);
  }
}
