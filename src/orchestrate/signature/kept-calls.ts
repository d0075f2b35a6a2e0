import { posix } from "node:path";
import type { Node } from "web-tree-sitter";
import { nameLanguageOf } from "../index/languages.ts";
import type { NameView } from "../names/resolve-name.ts";
import { newArguments, type SignatureChange, UnfitCall } from "./arguments.ts";
import type { Parameter } from "./parameters.ts";

/**
 * Whether whatever calls the function passes the same as before, without being looked at: every call that was valid binds each argument
 * to the parameter that it was bound to, and nothing new is passed. Python: further parameters have a default, and neither `*` nor `**`
 * took before what would be theirs. Scripts: callers may pass more than a function takes (`list.map(f)`), so a further parameter is none
 * of these; one that may be left out from now on, or a pattern that takes another name with a default, is.
 */
export function keepsEveryCall(
  change: SignatureChange,
  mayBePassed: (name: string) => boolean,
): boolean {
  const { language, before, after, values } = change;
  if (after.some(({ name }) => values[name] !== undefined)) return false;
  if (language === "go") return false;
  const keepsOptional = before.every((one) => {
    const next = after.find(({ name, kind }) => name === one.name && kind === one.kind);
    return next !== undefined && (one.fallback === undefined || next.fallback !== undefined);
  });
  if (!keepsOptional) return false;
  if (language === "python") return keepsPythonCalls(before, after, mayBePassed);
  const isSame =
    after.length === before.length && after.every(({ name }, at) => name === before[at]!.name);
  return isSame && lengthOf(before) === lengthOf(after);
}

/** `f.length` of JavaScript, by which libraries choose how to call a function. */
function lengthOf(list: readonly Parameter[]): number {
  const taking = list.filter(({ kind }) => kind !== "this");
  const end = taking.findIndex(({ kind, fallback }) => kind === "rest" || Boolean(fallback));
  return end < 0 ? taking.length : end;
}

const byPlace = (list: readonly Parameter[]): readonly Parameter[] =>
  list.filter(({ kind, only }) => kind === "one" && only !== "name");

function keepsPythonCalls(
  before: readonly Parameter[],
  after: readonly Parameter[],
  mayBePassed: (name: string) => boolean,
): boolean {
  const [old, now] = [byPlace(before), byPlace(after)];
  const hasKind = (kind: Parameter["kind"]): boolean => before.some((one) => one.kind === kind);
  const isPrefix = old.every(({ name }, at) => now[at]?.name === name);
  const isByName = before.every((one) => {
    const next = after.find(({ name }) => name === one.name)!;
    return one.kind !== "one" || one.only === "position" || next.only !== "position";
  });
  const added = after.filter(({ name }) => !before.some((one) => one.name === name));
  // What `**` took by a name would be the new parameter's; what `*` took would fill the new places.
  const isFree = added.every(
    ({ kind, fallback, name }) =>
      kind !== "one" || (fallback !== undefined && !(hasKind("keywords") && mayBePassed(name))),
  );
  const isBehind = now.length === old.length || !hasKind("rest");
  return isPrefix && isByName && isFree && isBehind;
}

/** Whether a call passes the same before and after, whichever function it calls. */
export function passesTheSame(given: readonly Node[], change: SignatureChange): boolean {
  try {
    return newArguments(given, change) === undefined;
  } catch (error) {
    if (!(error instanceof UnfitCall)) throw error;
    return false;
  }
}

/** Names of a list of Python that any file passes by name, or has as a string: the key of a dictionary may be passed with `**`. */
export async function namesPassed(view: NameView, written: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const name of namesWritten(written)) {
    for (const path of view.mentions(name)) {
      if (found.has(name)) break;
      if (nameLanguageOf(path) === "python" && (await passesName(view, path, name)))
        found.add(name);
    }
  }
  return found;
}

async function passesName(view: NameView, path: string, name: string): Promise<boolean> {
  const tree = (await view.parserFor(path))?.parse((await view.text(path)) ?? "");
  if (!tree) return true;
  try {
    const { rootNode } = tree;
    return (
      rootNode.hasError ||
      rootNode
        .descendantsOfType("keyword_argument")
        .some((one) => one?.childForFieldName("name")?.text === name) ||
      rootNode.descendantsOfType("string_content").some((one) => one?.text === name)
    );
  } finally {
    tree.delete();
  }
}

const namesWritten = (written: string): ReadonlySet<string> =>
  new Set(written.match(/[\p{L}_][\p{L}\p{N}_]*/gu));

/** Names of a list of Go that a file of the package declares outside of functions. */
export async function namesOfPackage(
  view: NameView,
  path: string,
  written: string,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const folder = posix.dirname(path);
  for (const name of namesWritten(written)) {
    for (const other of view.mentions(name)) {
      if (found.has(name) || posix.dirname(other) !== folder || !other.endsWith(".go")) continue;
      const tree = (await view.parserFor(other))?.parse((await view.text(other)) ?? "");
      const declarations = tree?.rootNode.namedChildren ?? [];
      if (!tree || declarations.some((one) => one && declaresName(one, name))) found.add(name);
      tree?.delete();
    }
  }
  return found;
}

function declaresName(node: Node, name: string): boolean {
  if (node.childrenForFieldName("name").some((one) => one?.text === name))
    return node.type !== "method_declaration";
  const hasMore = /^(?:var|const|type|import)_(?:declaration|spec)/u.test(node.type);
  return hasMore && node.namedChildren.some((one) => one !== null && declaresName(one, name));
}
