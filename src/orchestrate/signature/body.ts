import type { Node } from "web-tree-sitter";
import { RedraftError } from "../../core/errors.ts";
import type { ShownPlace } from "../rename/symbol.ts";
import type { SignatureChange } from "./arguments.ts";
import type { Parameter } from "./parameters.ts";
import type { FunctionDeclaration } from "./uses.ts";

const nameNodes = /^(?:identifier|shorthand_property_identifier(?:_pattern)?)$/u;

/**
 * The body of a function must neither use a parameter that is taken away, nor a name that a new parameter would hide. `isFree`: a use of
 * a new name that nothing declares yet, or that a declaration within the body hides from the parameter.
 *
 * @throws `check-failed` with the place
 */
export function requireBody(
  { body, node }: Pick<FunctionDeclaration, "body" | "node">,
  { before, after }: Pick<SignatureChange, "before" | "after">,
  show: (start: number) => ShownPlace,
  isFree: (name: Node) => boolean,
): void {
  if (!body) return;
  const names = (list: readonly Parameter[]): Set<string> =>
    new Set(list.flatMap(({ bound }) => bound.map(({ name }) => name)));
  const [old, next] = [names(before), names(after)];
  const changed = new Set([...old, ...next].filter((name) => old.has(name) !== next.has(name)));
  // A type predicate names a parameter, too.
  const parts = [node.childForFieldName("return_type"), body];
  const found =
    parts
      .flatMap((part) => (part ? leafNames(part) : []))
      .find(
        (one) =>
          (changed.has(one.text) && (old.has(one.text) || !isFree(one))) ||
          (one.text === "arguments" && node.type !== "arrow_function") ||
          (changed.size > 0 && readsAllNames(one)),
      ) ??
    (isPlainParameter(before) && !isPlainParameter(after) ? strictDirective(body) : undefined);
  if (!found) return;
  const { path, line, text } = show(found.startIndex);
  const why = readsAllNames(found)
    ? `\`${found.text}\` reads the parameters by their names`
    : found.text === "arguments"
      ? "the function reads `arguments`"
      : found.type === "string"
        ? "JavaScript allows this directive only with parameters that are plain names"
        : old.has(found.text)
          ? `the function still uses \`${found.text}\``
          : `the function uses the name \`${found.text}\` for something else`;
  throw new RedraftError(
    "check-failed",
    `${path}:${line}: ${why}: \`${text}\`. Nothing was written.`,
    {
      details: { path, line, why },
    },
  );
}

/** `locals()` and `eval(text)` see every parameter. */
function readsAllNames({ text, parent, id }: Node): boolean {
  return (
    /^(?:locals|vars|dir|eval|exec)$/u.test(text) &&
    /^call(?:_expression)?$/u.test(parent?.type ?? "") &&
    parent?.childForFieldName("function")?.id === id
  );
}

const isPlainParameter = (list: readonly Parameter[]): boolean =>
  list.every(
    ({ kind, fallback, bound }) =>
      kind !== "rest" &&
      (fallback === undefined || fallback === "") &&
      bound.every(({ path }) => path === ""),
  );

function strictDirective(body: Node): Node | undefined {
  for (const one of body.namedChildren) {
    if (one?.type === "comment") continue;
    const [value] = one?.type === "expression_statement" ? one.namedChildren : [];
    if (value?.type !== "string") return undefined;
    if (/^.use strict.$/u.test(value.text)) return value;
  }
  return undefined;
}

function leafNames(body: Node): Node[] {
  const found: Node[] = [];
  const open: Node[] = [body];
  for (let one = open.pop(); one; one = open.pop()) {
    if (nameNodes.test(one.type) && !isLabelOfPython(one)) found.push(one);
    for (const child of one.namedChildren) if (child) open.push(child);
  }
  return found.sort((a, b) => a.startIndex - b.startIndex);
}

/** A member, or the name of an argument. */
function isLabelOfPython({ parent, id }: Node): boolean {
  if (parent?.type === "attribute") return parent.childForFieldName("attribute")?.id === id;
  return parent?.type === "keyword_argument" && parent.childForFieldName("name")?.id === id;
}
