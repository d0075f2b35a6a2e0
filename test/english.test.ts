import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Words with a plainer equivalent: is, occurs, is removed, new, determines, says, expensive. */
const retired =
  /\b(?:dear(?:er|est)?|stands?(?!-in)|stood|standing|whom|told|tells?|goes|gone|fresh)\b|undefined = /gi;

/** Files whose text is data, with the reason. */
const exempt: Readonly<Record<string, string>> = {
  "src/instruct/prompt.ts": "a prompt: other words may change what a model writes",
  "src/settle/model/apply-formats.ts": "prompts that models were trained or measured with",
  "src/settle/model/text-route.ts": "a prompt: other words may change what a model chooses",
  "src/edit/diff-paths.ts": "words of other people's texts",
};

/** The same words inside names, as in `freshLines` or `isGone`. */
const retiredInNames =
  /(?:^|[a-z])(?:[Dd]ear|[Ss]tands?(?!In)|[Ss]tood|[Ww]hom|[Tt]old|[Gg]one|[Ff]resh)(?![a-z])/;

function* filesIn(folder: string, end: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesIn(path, end);
    else if (path.endsWith(end) && !path.endsWith(`.test${end}`)) yield path;
  }
}

const found = (text: string): string[] => text.replace(/`[^`\n]*`/g, "").match(retired) ?? [];

/** A string with two blanks between words is a sentence, not a key. */
const isSentence = (text: string): boolean => /[a-z]{2,} [a-z].* /.test(text);

function wordsOf(path: string): { inComments: string[]; inMessages: string[] } {
  const text = readFileSync(join(root, path), "utf8");
  const inMessages: string[] = [];
  const inComments: string[] = [];
  if (text.search(retired) < 0) return { inComments, inMessages };
  let rest = text;
  const mask = (node: ts.Node): void => {
    const [start, end] = [node.getStart(), node.getEnd()];
    rest = rest.slice(0, start) + " ".repeat(end - start) + rest.slice(end);
  };
  const visit = (node: ts.Node): void => {
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node)
    ) {
      if (isSentence(node.text)) inMessages.push(...found(node.text));
      mask(node);
    } else if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) mask(node);
    else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  for (const [comment] of rest.matchAll(/\/\/.*|\/\*[\s\S]*?\*\//g)) {
    inComments.push(...found(comment));
  }
  return { inComments, inMessages };
}

/** The names that a file defines, of any kind and at any depth. */
function namesIn(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8");
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const { name } = node as ts.NamedDeclaration;
    const isUse = ts.isPropertyAccessExpression(node) || ts.isShorthandPropertyAssignment(node);
    if (name !== undefined && ts.isIdentifier(name) && !isUse && retiredInNames.test(name.text))
      names.push(name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return names;
}

const folders = readdirSync(join(root, "src"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `src/${name}`);

describe("plain English", () => {
  const sources = folders.map((folder) => {
    const files = [...filesIn(folder, ".ts")].filter((path) => exempt[path] === undefined);
    return { folder, words: files.map((path) => ({ path, ...wordsOf(path) })) };
  });

  it("has no retired word in a message", () => {
    const hits = sources.flatMap(({ words }) =>
      words.filter(({ inMessages }) => inMessages.length > 0),
    );
    expect(hits.map(({ path, inMessages }) => `${path}: ${inMessages.join(", ")}`)).toEqual([]);
  });

  it.each(sources)("has no retired word in the comments of $folder", ({ words }) => {
    const hits = words.flatMap(({ path, inComments }) =>
      inComments.map((word) => `${path}: ${word}`),
    );
    expect(hits).toEqual([]);
  });

  it("has no retired word in the docs", () => {
    const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
      .concat(["CHANGELOG.md", "weights/README.md", "training/README.md"])
      .concat([...filesIn("docs", ".md")]);
    const hits = pages.flatMap((path) => {
      const prose = readFileSync(join(root, path), "utf8").replace(/^```[\s\S]*?^```/gm, "");
      return found(prose).map((word) => `${path}: ${word}`);
    });
    expect(hits).toEqual([]);
  });

  it.each(folders)("has no retired word in the names of %s", (folder) => {
    const hits = [...filesIn(folder, ".ts")].flatMap((path) =>
      namesIn(path).map((name) => `${path}: ${name}`),
    );
    expect(hits).toEqual([]);
  });
});
