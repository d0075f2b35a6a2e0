import { posix } from "node:path";
import type { Node } from "web-tree-sitter";
import { nameLanguageOf } from "../index/languages.ts";
import type { NameView } from "../names/resolve-name.ts";
import { scriptFacts } from "../names/script.ts";
import type { SpeculationContext } from "../speculator.ts";
import { importEntries } from "./imports.ts";
import { goPackages, pythonModules, pythonNames } from "./known-names.ts";
import type { FixProblem } from "./rule.ts";
import { specifierFor } from "./specifier.ts";

/** Where a name may be imported from. */
export interface ImportOrigin {
  /** As the file of the problem writes it. */
  readonly specifier: string;
  /** The name in the module; empty: the module itself. */
  readonly imported: string;
  readonly kind: "named" | "default" | "module";
  /** Whether most other files import its type only. */
  readonly isType: boolean;
  /** Whether it is declared as a type and nothing else. */
  readonly declaresType: boolean;
  /** How many files import it so. */
  readonly importedBy: number;
  readonly why: string;
}

/** Files that are read for one name. */
const mostFilesForName = 120;

/** Every origin that the repository and the standard library know for a name, the likeliest first. */
export async function importOrigins(
  name: string,
  problem: FixProblem,
  { index, parserFor, names }: SpeculationContext,
): Promise<readonly ImportOrigin[]> {
  const { path, language } = problem;
  const view = await names();
  const found = new Map<string, CountedEvidence>();
  const near = (other: string): number => commonFolders(path, other);
  const files = index
    .mentions(name)
    .filter((other) => other !== path && nameLanguageOf(other) === language)
    .sort((a, b) => near(b) - near(a));
  for (const file of files.slice(0, mostFilesForName)) {
    const text = await view.text(file);
    const tree = text === undefined ? undefined : (await parserFor(file))?.parse(text);
    if (text === undefined || !tree) continue;
    try {
      for (const entry of importEntries(tree.rootNode, language)) {
        if (entry.local !== name) continue;
        const target = view.modules.resolve(file, entry.specifier);
        const isRelative = entry.specifier.startsWith(".");
        if (isRelative && target.kind !== "file") continue;
        const goal = target.kind === "file" ? target.path : undefined;
        if (goal === path) continue;
        const known = isRelative ? undefined : entry.specifier;
        const { imported, kind, isType } = entry;
        addEvidence(found, { goal, known, imported, kind, isType, file });
      }
      for (const one of exportsOf(name, tree.rootNode, text, file, problem))
        addEvidence(found, one);
    } finally {
      tree.delete();
    }
  }
  if (language === "python") {
    const module = view.modules.resolve(path, `.${name}`);
    const isOwn = module.kind === "file" && module.path !== path;
    const base = { goal: undefined, known: ".", imported: name, isType: false };
    if (isOwn) addEvidence(found, { ...base, kind: "named" });
  }
  for (const one of standard(name, problem)) if (found.size === 0) addEvidence(found, one);
  return ordered(found, problem, view);
}

interface OriginEvidence {
  /** The file of the module, where the repository has it. */
  readonly goal: string | undefined;
  /** How others write the module, where that does not depend on their place. */
  readonly known: string | undefined;
  readonly imported: string;
  readonly kind: ImportOrigin["kind"];
  readonly isType: boolean;
  readonly declaresType?: boolean;
  /** The file that imports it; undefined: the module itself. */
  readonly file?: string;
}

interface CountedEvidence extends OriginEvidence {
  count: number;
  types: number;
  declares: boolean;
}

function addEvidence(found: Map<string, CountedEvidence>, one: OriginEvidence): void {
  const key = `${one.goal ?? one.known}\0${one.imported}\0${one.kind}`;
  const known = found.get(key) ?? { ...one, count: 0, types: 0, declares: false };
  if (one.file === undefined) known.declares = true;
  else known.count += 1;
  if (one.isType) known.types += 1;
  const declaresType = known.declaresType ?? one.declaresType ?? false;
  found.set(key, { ...known, known: known.known ?? one.known, declaresType });
}

function* exportsOf(
  name: string,
  root: Node,
  text: string,
  file: string,
  { language }: FixProblem,
): Generator<OriginEvidence> {
  const base = { goal: file, known: undefined, imported: name, isType: false };
  if (language === "script") {
    const facts = scriptFacts(root, text, file, name);
    if (facts.exportsName && facts.places.some(({ declares }) => declares)) {
      yield { ...base, kind: "named", declaresType: declaresType(name, text) };
    }
  } else if (language === "python") {
    const isTop = declaredAtTop(root).has(name);
    const isScript = /(?:^|\/)(?:tests?|docs|examples?)\//u.test(file);
    if (isTop && !isScript) yield { ...base, kind: "named" };
  }
}

/** What a module of Python declares, also in the branches of `if` and `try`. */
function declaredAtTop(block: Node): Set<string> {
  const found = new Set<string>();
  for (const statement of block.namedChildren) {
    if (!statement) continue;
    if (/^(?:if|try)_statement$|^(?:block|\w+_clause)$/u.test(statement.type)) {
      for (const name of declaredAtTop(statement)) found.add(name);
      continue;
    }
    const inner =
      statement.type === "decorated_definition"
        ? statement.childForFieldName("definition")
        : statement;
    const assigned = inner?.namedChildren[0]?.childForFieldName("left");
    const name = inner?.childForFieldName("name") ?? assigned;
    if (name) found.add(name.text);
  }
  return found;
}

const declaresType = (name: string, text: string): boolean =>
  new RegExp(`\\b(?:interface|type)\\s+${name.replaceAll("$", "\\$")}\\b`, "u").test(text);

function* standard(
  name: string,
  { language, text, lineStart, lineEnd }: FixProblem,
): Generator<OriginEvidence> {
  const base = { goal: undefined, isType: false };
  if (language === "python") {
    const isModule = pythonModules.has(name);
    if (isModule) yield { ...base, known: name, imported: "", kind: "module" };
    const module = pythonNames[name];
    if (module !== undefined) yield { ...base, known: module, imported: name, kind: "named" };
  }
  if (language === "go") {
    const path = goPackages[name];
    const isPackage = text.slice(lineStart, lineEnd).includes(`${name}.`);
    if (path !== undefined && isPackage) {
      yield { ...base, known: path, imported: "", kind: "module" };
    }
  }
}

function ordered(
  found: Map<string, CountedEvidence>,
  problem: FixProblem,
  view: NameView,
): ImportOrigin[] {
  const origins: ImportOrigin[] = [];
  for (const one of found.values()) {
    const specifier = one.known ?? specifierFor(one.goal!, problem, view);
    if (specifier === undefined) continue;
    const uses = one.count === 1 ? "1 file imports" : `${one.count} files import`;
    const why =
      one.count > 0
        ? `${uses} it from there`
        : one.declares
          ? `\`${one.goal}\` declares it`
          : "the standard library has it";
    const { imported, kind, count, types } = one;
    origins.push({
      specifier,
      imported,
      kind,
      isType: 2 * types > count,
      declaresType: one.declaresType ?? false,
      importedBy: count,
      why,
    });
  }
  return origins.sort((a, b) => b.importedBy - a.importedBy);
}

function commonFolders(one: string, other: string): number {
  const [a, b] = [posix.dirname(one).split("/"), posix.dirname(other).split("/")];
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  return same;
}
