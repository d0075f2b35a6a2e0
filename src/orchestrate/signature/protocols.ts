import type { Node } from "web-tree-sitter";
import type { NameLanguage } from "../index/languages.ts";
import { around } from "../names/nodes.ts";

/** What `new A()` or `A()` calls without naming it. */
export function isConstructor(declaration: Node, name: string): boolean {
  if (name === "constructor") return declaration.parent?.type === "class_body";
  return (
    /^__(?:init|new|post_init)__$/u.test(name) &&
    around(declaration, /^class_definition$/u) !== undefined
  );
}

/** Names by which a language or its library looks for a method, or a function, without a call that names it. */
const protocols: Readonly<Record<NameLanguage, RegExp>> = {
  script:
    /^(?:toString|toLocaleString|toJSON|valueOf|then|next|return|throw|handleEvent|connectedCallback|disconnectedCallback|attributeChangedCallback)$/u,
  python: /^__\w+__$/u,
  go: /^(?:main|init|Test\w*|Benchmark\w*|Fuzz\w*|Example\w*|(?:Go)?String|Error|Format|Unwrap|Is|As|(?:Unm|M)arshal\w+|Timeout|Temporary|WriteTo|ReadFrom|Flush|Close)$/u,
};

/** Why a function of this name may have calls that do not name it; undefined where nothing says so. */
export function callsByItself(
  declaration: Node,
  name: string,
  language: NameLanguage,
): string | undefined {
  const isMember =
    language !== "script" || /^(?:method_|pair$|public_field|field_)/u.test(declaration.type)
      ? true
      : /^(?:pair|public_field_definition|field_definition)$/u.test(declaration.parent?.type ?? "");
  return isMember && protocols[language].test(name)
    ? "the language or a library may call a function of this name by itself"
    : undefined;
}
