import { posix } from "node:path";
import type { Node } from "web-tree-sitter";
import { RedraftError } from "../../../core/errors.ts";
import { wordStarts } from "../../names/nodes.ts";
import type { NameView } from "../../names/resolve-name.ts";
import type { ExtractPlan, ExtractRequest } from "../plan.ts";
import { ExtractRefusal } from "../refusal.ts";
import { GoCopies } from "./copies.ts";
import { goCrossingsOf } from "./crossings.ts";
import { goFlowOf, someReturn } from "./flow.ts";
import { requireSameGoNames } from "./meaning.ts";
import { type GoPackage, readGoPackage } from "./package.ts";
import { GoNames } from "./references.ts";
import { selectGoLines } from "./selection.ts";
import { goBasicType } from "./type-text.ts";
import { GoValueTypes } from "./types.ts";
import { writeGoExtract } from "./write.ts";

/**
 * Makes a function of the package of whole statements of a Go function. Types are those that the package writes.
 *
 * @throws ExtractRefusal where the statements cannot be moved without changing what they do, and where a type is not known
 */
export async function planGoExtract(
  view: NameView,
  { path, from, to, name }: ExtractRequest,
  text: string,
  root: Node,
): Promise<ExtractPlan> {
  const selection = selectGoLines(root, text, from, to);
  const flow = goFlowOf(selection);
  const own = await readGoPackage(view, path);
  const hidden = [...own.names].find((one) => goBasicType.test(one) || one === "error");
  if (hidden !== undefined)
    throw new ExtractRefusal(`the package declares \`${hidden}\`, a type of the language.`);
  const isStruct = (type: string): boolean | undefined => {
    const form = own.types.get(type)?.form;
    return form === undefined ? undefined : form === "struct" || undefined;
  };
  const names = new GoNames(root, text, isStruct);
  const typeParameters = receiverParameters(selection.outer);
  const references = names.in(selection.outer);
  refuseReceiverParameters(selection.statements, typeParameters);
  const types = new GoValueTypes(names, own, typeParameters);
  const copies = new GoCopies(names, own, types);
  const crossings = goCrossingsOf(selection, references, types, copies, flow);
  // The error is the only result that a call with a condition can take.
  const [result] = crossings.results;
  if (flow.returnsError && result)
    throw new ExtractRefusal(someReturn, result.variable.declarations[0]!.node.startIndex);
  await requireFreeGoName(view, path, text, name, own);
  const written = writeGoExtract({ root, text, name, selection, flow, crossings, types });
  const parsed = (await view.parserFor(path))?.parse(written.text);
  if (!parsed) throw new ExtractRefusal("the result cannot be parsed.");
  try {
    if (parsed.rootNode.hasError)
      throw new ExtractRefusal("the result would have a syntax error.", selection.start);
    const after = new GoNames(parsed.rootNode, written.text, isStruct);
    requireSameGoNames({
      selection,
      crossings,
      before: references,
      after,
      root: parsed.rootNode,
      written,
      path,
    });
  } finally {
    parsed.delete();
  }
  return {
    path,
    name,
    before: text,
    after: written.text,
    parameters: crossings.parameters.map((one) => one.name),
    results: crossings.results.map((one) => one.name),
    kind: "function",
    notes: [],
  };
}

/** The type parameters that a method names in its receiver: `(l *List[T])`. */
function receiverParameters(outer: Node): ReadonlySet<string> {
  const list = outer.childForFieldName("receiver")?.descendantsOfType("type_arguments")[0];
  const names = list?.descendantsOfType(["type_identifier", "identifier"]) ?? [];
  return new Set(names.flatMap((one) => (one ? [one.text] : [])));
}

function refuseReceiverParameters(statements: readonly Node[], names: ReadonlySet<string>): void {
  for (const one of statements.flatMap((node) => node.descendantsOfType("type_identifier"))) {
    if (one && names.has(one.text))
      throw new ExtractRefusal(
        `\`${one.text}\` is a type parameter of the method.`,
        one.startIndex,
      );
  }
}

async function requireFreeGoName(
  view: NameView,
  path: string,
  text: string,
  name: string,
  own: GoPackage,
): Promise<void> {
  const folder = posix.dirname(path);
  const isHere = wordStarts(text, name).next().done !== true;
  const elsewhere = view
    .mentions(name)
    .filter((one) => one !== path && one.endsWith(".go") && posix.dirname(one) === folder);
  let other: string | undefined;
  for (const one of elsewhere)
    if (!hasOnlyMembers((await view.text(one)) ?? "", name)) other ??= one;
  if (isHere || other !== undefined || own.names.has(name)) {
    throw new ExtractRefusal(
      `\`${name}\` is written in ${isHere ? path : (other ?? "the package")} already. Choose another name.`,
    );
  }
  if (goPredeclared.test(name)) {
    throw new RedraftError(
      "usage",
      `\`${name}\` cannot be a new name in Go: the language declares it. Nothing was written. Choose another name.`,
    );
  }
}

/** Whether every place of a name in a file is that of a method or a field of a value, or is in a comment of a line. */
function hasOnlyMembers(text: string, name: string): boolean {
  for (const start of wordStarts(text, name)) {
    const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
    const isMember = /[\w)\]]\.$/u.test(line) || /^func \([^()]*\) $/u.test(line);
    if (!isMember && !/^\s*\/\//u.test(line)) return false;
  }
  return true;
}

const goPredeclared =
  /^(?:any|append|bool|byte|cap|clear|close|comparable|complex|complex64|complex128|copy|delete|error|false|float32|float64|imag|int|int8|int16|int32|int64|iota|len|make|max|min|new|nil|panic|print|println|real|recover|rune|string|true|uint|uint8|uint16|uint32|uint64|uintptr)$/u;
