import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tokens } from "marked";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { isBuilt } from "../../scripts/code.ts";
import { type Page, pages, root } from "./pages.ts";

/**
 * Every fenced `ts` block is a module that compiles. What a snippet takes as given stands in a comment before its fence, which no
 * reader sees: `<!-- ts: declare const source: string; -->`. A snippet that is a file of this repository says which:
 * `<!-- ts src/edit/my-format.ts -->`. A sketch (```` ```ts sketch ````) is not compiled.
 */
interface Snippet {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

const given = /^<!-- ts(?: (?<file>[^\s:]+))?(?:: (?<text>.*?))? -->\s*$/s;

function snippetsOf(page: Page): Snippet[] {
  const found: Snippet[] = [];
  let comment: string | undefined;
  for (const token of page.tokens) {
    if (token.type === "html") comment = (token as Tokens.HTML).text.trim();
    else if (token.type === "code" && /^ts(\s|$)/.test((token as Tokens.Code).lang ?? "")) {
      const { lang, text } = token as Tokens.Code;
      if (lang !== "ts sketch") found.push(snippet(page, found.length + 1, text, comment));
      comment = undefined;
    } else if (token.type !== "space") comment = undefined;
  }
  return found;
}

function snippet(page: Page, number: number, text: string, comment = ""): Snippet {
  const { file, text: before = "" } = given.exec(comment)?.groups ?? {};
  const own = `${page.path.replace(/\W/g, "-")}-${number}.ts`;
  return {
    name: `${page.path}, snippet ${number}`,
    file: join(root, file ?? join("test/docs", own)),
    text: `${before}\n${text}\nexport {};\n`,
  };
}

const snippets = pages.flatMap(snippetsOf);

describe("snippets", () => {
  it("compile", () => {
    const errors = check(snippets);
    expect(errors).toEqual([]);
    expect(snippets.length).toBeGreaterThan(8);
  }, 120_000);
});

/** The declarations in `dist` in place of the sources: what an installation has, and a third of the work. */
function builtPaths(paths: ts.MapLike<string[]>): ts.MapLike<string[]> {
  const built = (path: string): string =>
    path.replace(/^\.\/src\//, "./dist/").replace(/\.ts$/, ".d.ts");
  return Object.fromEntries(Object.entries(paths).map(([name, files]) => [name, files.map(built)]));
}

/** The errors of all snippets, in one program with the paths of this repository. */
function check(all: readonly Snippet[]): string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) =>
    readFileSync(path, "utf8"),
  );
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const settings = { ...options, noUnusedLocals: false };
  if (isBuilt) settings.paths = builtPaths(options.paths ?? {});
  const texts = new Map(all.map(({ file, text }) => [file.replaceAll("\\", "/"), text]));
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = texts.get(path);
    if (text === undefined) return getSourceFile(path, language, ...rest);
    const kind = typeof language === "object" ? language : { languageVersion: language };
    return ts.createSourceFile(path, text, {
      ...kind,
      impliedNodeFormat: ts.ModuleKind.ESNext,
    });
  };
  const program = ts.createProgram([...texts.keys()], settings, host);
  return all.flatMap(({ name, file }) => {
    const source = program.getSourceFile(file.replaceAll("\\", "/"))!;
    const found = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return found.map(({ start = 0, messageText }) => {
      // The first line is what the snippet takes as given.
      const { line } = source.getLineAndCharacterOfPosition(start);
      return `${name}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  });
}
