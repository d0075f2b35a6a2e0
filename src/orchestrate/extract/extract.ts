import type { Node } from "web-tree-sitter";
import { RedraftError } from "../../core/errors.ts";
import { type NameLanguage, nameLanguageOf } from "../index/languages.ts";
import { around, firstBrokenLine, wordStarts } from "../names/nodes.ts";
import { isOldExceptTarget } from "../names/python-scopes.ts";
import type { NameView } from "../names/resolve-name.ts";
import { requireName } from "../rename/new-name.ts";
import { flowOf, superRefusal } from "./flow.ts";
import { planGoExtract } from "./go/plan.ts";
import type { ExtractPlan, ExtractRequest } from "./plan.ts";
import { FileNames, type NameReference } from "./references.ts";
import { ExtractRefusal, refusalError } from "./refusal.ts";
import { type Selection, selectLines } from "./selection.ts";
import { crossingsOf } from "./variables.ts";
import { type ExtractedText, isMethodNode, writeExtracted } from "./write.ts";

/**
 * Makes a function of whole statements of a function and calls it in their place. Names are resolved anew in the new text: each must
 * mean what it meant.
 *
 * @throws `no-match` where the statements cannot be moved without changing what they do, `usage` for a name that is not allowed,
 * `check-failed` where a name would mean something else
 */
export async function planExtract(view: NameView, request: ExtractRequest): Promise<ExtractPlan> {
  const { path, name } = request;
  const language = nameLanguageOf(path);
  const text = await view.text(path);
  if (text === undefined)
    throw new RedraftError("no-match", `${path} is no file of the folder. Nothing was written.`);
  if (language === undefined) {
    throw new RedraftError(
      "usage",
      `${path}: functions are extracted from JavaScript, TypeScript, Python and Go. Nothing was written.`,
    );
  }
  requireName(name, language, "new");
  const tree = (await view.parserFor(path))?.parse(text);
  if (!tree) throw new RedraftError("no-match", `${path} cannot be parsed. Nothing was written.`);
  try {
    const broken = firstBrokenLine(tree.rootNode);
    if (broken !== undefined)
      throw new RedraftError(
        "no-match",
        `${path}:${broken}: the file has a syntax error. Nothing was written.`,
      );
    if (language === "go") return await planGoExtract(view, request, text, tree.rootNode);
    return await extracted(view, request, language, text, tree.rootNode);
  } catch (error) {
    if (error instanceof ExtractRefusal) throw refusalError(error, path, text);
    throw error;
  } finally {
    tree.delete();
  }
}

async function extracted(
  view: NameView,
  { path, from, to, name }: ExtractRequest,
  language: NameLanguage,
  text: string,
  root: Node,
): Promise<ExtractPlan> {
  const selection = selectLines(root, text, language, from, to);
  const flow = flowOf(selection, text);
  const names = new FileNames(root, text, language);
  const references = names.in(selection.outer);
  if (language === "python") requireKnownExcepts(selection, references);
  const crossings = crossingsOf(selection, references, flow.returns);
  const isTyped = /\.[cm]?tsx?$/u.test(path);
  const written = writeExtracted({ root, text, name, selection, flow, crossings, isTyped });
  const isMember = isMethodNode({ selection, flow, crossings });
  if (flow.superAt && !isMember) throw new ExtractRefusal(superRefusal, flow.superAt.startIndex);
  if (language === "python") requireNoMangledName(selection, isMember);
  requireFreeName(view, path, text, name, language, isMember);
  const parsed = (await view.parserFor(path))?.parse(written.text);
  if (!parsed) throw new ExtractRefusal("the result cannot be parsed.");
  try {
    if (parsed.rootNode.hasError)
      throw new ExtractRefusal("the result would have a syntax error.", selection.start);
    const parameters = crossings.parameters.map((one) => one.name);
    const before = names.in(root);
    const after = new FileNames(parsed.rootNode, written.text, language).in(parsed.rootNode);
    const crossing = new Set([
      ...[...crossings.parameters, ...crossings.results].map(({ binding }) => binding.id),
      ...crossings.parted,
    ]);
    requireSameMeaning(before, after, written, crossing, path);
    return {
      path,
      name,
      before: text,
      after: written.text,
      parameters,
      results: crossings.results.map((one) => one.name),
      kind: isMember ? "method" : "function",
      notes:
        written.untyped.length > 0
          ? [`the types of ${written.untyped.join(", ")} are not written anywhere: \`any\``]
          : [],
    };
  } finally {
    parsed.delete();
  }
}

/** `except A, b:` binds `b` in Python 2 and reads it in Python 3.14: where the module has a `b`, nothing says which. */
function requireKnownExcepts(
  { statements }: Selection,
  references: readonly NameReference[],
): void {
  for (const { node, name, declares } of references) {
    if (declares || !isOldExceptTarget(node)) continue;
    const used = statements
      .flatMap((one) => one.descendantsOfType("identifier"))
      .find((one) => one?.text === name);
    if (!used) continue;
    throw new ExtractRefusal(
      `whether \`${node.parent!.text.split("\n")[0]}\` gives \`${name}\` a value depends on the version of Python.`,
      used.startIndex,
    );
  }
}

/** Inside of a class, Python writes the name of the class into private names. */
function requireNoMangledName({ statements, owner }: Selection, isMember: boolean): void {
  const home = around(statements[0]!, /^class_definition$/u);
  if (!home || (isMember && home.id === owner?.id)) return;
  const names = statements.flatMap((one) => one.descendantsOfType("identifier"));
  const mangled = names.find((one) => one !== null && /^__\w*[^_]_?$/u.test(one.text));
  if (mangled) {
    throw new ExtractRefusal(
      `\`${mangled.text}\` is private to the class, and the selection does not use its object.`,
      mangled.startIndex,
    );
  }
}

function requireFreeName(
  view: NameView,
  path: string,
  text: string,
  name: string,
  language: NameLanguage,
  isMember: boolean,
): void {
  const isHere = wordStarts(text, name).next().done !== true;
  const elsewhere = view
    .mentions(name)
    .filter((one) => one !== path && nameLanguageOf(one) === language);
  // Of members the files do not say which class they are of, and other files can use names of the module.
  if (isHere || (elsewhere.length > 0 && (isMember || language === "python"))) {
    const where = isHere ? path : elsewhere[0]!;
    throw new ExtractRefusal(`\`${name}\` is written in ${where} already. Choose another name.`);
  }
}

/** Every name of the old text means in the new one what it meant; those that cross are parameters in the new function. */
function requireSameMeaning(
  before: readonly NameReference[],
  after: readonly NameReference[],
  written: ExtractedText,
  crossing: ReadonlySet<string>,
  path: string,
): void {
  const found = new Map(after.map((one) => [one.node.startIndex, one]));
  const isNew = (offset: number): boolean => offset >= written.start && offset < written.end;
  for (const old of before) {
    const at = written.at(old.node.startIndex);
    const now = at === undefined ? undefined : found.get(at);
    const refuse = (): never => {
      throw new RedraftError(
        "check-failed",
        `${path}: \`${old.name}\` would mean something else in the new text. Nothing was written.`,
        {
          details: { path, name: old.name },
        },
      );
    };
    if (!now || now.name !== old.name) {
      refuse();
      continue;
    }
    if (isNew(at!) && old.binding && crossing.has(old.binding.id)) {
      // A parameter, or a variable that is declared in the function.
      const isOwn = now.binding?.declarations.some(({ node }) => isNew(node.startIndex)) ?? false;
      if (!isOwn) refuse();
      continue;
    }
    if ((old.binding === undefined) !== (now.binding === undefined)) refuse();
    if (!old.binding || !now.binding) continue;
    if (crossing.has(old.binding.id)) {
      if (old.binding.isTop !== now.binding.isTop) refuse();
      if (now.binding.declarations.some(({ node }) => isNew(node.startIndex))) refuse();
      continue;
    }
    const wanted = old.binding.declarations.map(({ node }) => written.at(node.startIndex)).sort();
    const actual = now.binding.declarations.map(({ node }) => node.startIndex).sort();
    if (JSON.stringify(wanted) !== JSON.stringify(actual)) refuse();
  }
}
