import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";
import { RedraftError } from "../../src/core/errors.ts";
import { planRename, type RenamePlan } from "../../src/orchestrate/rename/rename.ts";
import { memoryView } from "../support/memory-repository.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folders = ["src/core", "src/text", "src/orchestrate"];
const paths = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`),
);
const texts = new Map(paths.map((path) => [path, readFileSync(join(root, path), "utf8")]));
const to = "zqzq";

/** The rename of TypeScript's language service, in these files alone. */
function languageService(): ts.LanguageService {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    noResolve: false,
    types: [],
  };
  return ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => paths.map((path) => join(root, path)),
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => {
      const text = ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
  });
}

/** Every declared name of a file that is a variable, a parameter, a function or a type. */
function declaredNames(path: string): { start: number; name: string }[] {
  const source = ts.createSourceFile(path, texts.get(path)!, ts.ScriptTarget.Latest, true);
  const found: { start: number; name: string }[] = [];
  const visit = (node: ts.Node): void => {
    const isDeclared =
      ts.isVariableDeclaration(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isImportSpecifier(node) ||
      ts.isMethodDeclaration(node) ||
      ts.isPropertySignature(node);
    if (isDeclared && node.name && ts.isIdentifier(node.name)) {
      found.push({ start: node.name.getStart(source), name: node.name.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** TypeScript renames the names behind `@param`, too; comments are only listed here. */
function isCode({ fileName, textSpan }: ts.RenameLocation): boolean {
  const before = texts.get(fileName.slice(root.length))!.slice(0, textSpan.start);
  return !/^\s*(?:\/\*)?\*/u.test(before.slice(before.lastIndexOf("\n") + 1));
}

/** The old texts with the new name at every place; what TypeScript writes around it, where it keeps another name. */
function renamedTexts(found: readonly ts.RenameLocation[], name: string): Map<string, string> {
  const result = new Map<string, string>();
  const backwards = found.toSorted((a, b) => b.textSpan.start - a.textSpan.start);
  for (const { fileName, textSpan, prefixText = "", suffixText = "" } of backwards) {
    const path = fileName.slice(root.length);
    const { start } = textSpan;
    const after = result.get(path) ?? texts.get(path)!;
    const inserted = prefixText + to + suffixText;
    result.set(path, after.slice(0, start) + inserted + after.slice(start + name.length));
  }
  return result;
}

/** Both keep the name of a property in their own way: `{ a: b }` and `{ b }`, `{ a as b }` and `{ b }` are the same here. */
const folded = (text: string, name: string): string =>
  text.replace(new RegExp(`(?<![\\w$])${name}(?:: | as )${to}`, "g"), to);

it("renames the same places as TypeScript, or asks", async () => {
  const service = languageService();
  const view = await memoryView(Object.fromEntries(texts));
  const all = paths.flatMap((path) => declaredNames(path).map((one) => ({ path, ...one })));
  let renamed = 0;
  let asked = 0;
  const wrong: string[] = [];
  // A sample, which changes with the code.
  for (const { path, start, name } of all.filter((_, index) => index % 41 === 0)) {
    const file = join(root, path);
    if (!service.getRenameInfo(file, start, {}).canRename) continue;
    const before = texts.get(path)!.slice(0, start);
    const line = before.split("\n").length;
    const column = start - before.lastIndexOf("\n");
    let plan: RenamePlan;
    try {
      plan = await planRename(view, { from: name, to, at: { path, line, column } });
    } catch (error) {
      if (!RedraftError.is(error) || !/^(?:ambiguous|no-match|usage)$/.test(error.code))
        throw error;
      asked += 1;
      continue;
    }
    const got = new Map(plan.files.map((one) => [one.path, one.after]));
    // A shorthand may be renamed with all uses of its variable, or keep that variable's name.
    const same = [false, true].some((providePrefixAndSuffixTextForRename) => {
      const preferences = { providePrefixAndSuffixTextForRename };
      const found = (
        service.findRenameLocations(file, start, false, false, preferences) ?? []
      ).filter(isCode);
      const wanted = renamedTexts(found, name);
      return (
        wanted.size === got.size &&
        [...wanted].every(([one, text]) => folded(got.get(one) ?? "", name) === folded(text, name))
      );
    });
    if (same) renamed += 1;
    else wrong.push(`${path}:${line}:${column}: ${name}`);
  }
  expect(wrong).toEqual([]);
  expect(renamed).toBeGreaterThan(3 * asked);
}, 300_000);
