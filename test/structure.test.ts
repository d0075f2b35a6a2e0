import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../src/", import.meta.url));
const most = { lines: 500, functionLines: 120 };

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

interface Source {
  readonly path: string;
  readonly tree: ts.SourceFile;
}

const isTest = (path: string): boolean => /\.test(-d)?\.ts$/.test(path);
const sources: readonly Source[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => path.replaceAll("\\", "/"))
  .sort()
  .map((path) => ({
    path,
    tree: parse(path, readFileSync(join(root, path), "utf8")),
  }));
const code = sources.filter(({ path }) => !isTest(path));

/** The modules of ours that a file names: imports and exports, of types too, `import()` and types such as `import("./a.ts").A`. */
function importsOf({ path, tree }: Source): string[] {
  const found: string[] = [];
  const add = (node: ts.Node | undefined): void => {
    if (node === undefined || !ts.isStringLiteralLike(node) || !node.text.startsWith(".")) return;
    found.push(relative(root, resolve(root, dirname(path), node.text)).replaceAll("\\", "/"));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** The cycles of a graph, each once, as the way round from its first node in the order of names. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles = new Set<string>();
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (node: string): void => {
    const at = way.indexOf(node);
    if (at >= 0) {
      const cycle = way.slice(at);
      const first = cycle.indexOf([...cycle].sort()[0]!);
      const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
      cycles.add([...turned, turned[0]].join(" -> "));
    }
    if (done.has(node) || at >= 0) return;
    way.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    way.pop();
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
  return [...cycles].sort();
}

const linesOf = (text: string): number => text.trimEnd().split("\n").length;

interface Measured {
  readonly name: string;
  /** From its first word to its closing brace. */
  readonly lines: number;
  /** Without the functions in it that have more than one line. */
  readonly ownLines: number;
}

function functionsOf({ tree }: Source): Measured[] {
  const found: Measured[] = [];
  const line = (position: number): number => tree.getLineAndCharacterOfPosition(position).line;
  /** Answers the lines of the functions in a node. */
  const visit = (node: ts.Node): number => {
    let inner = 0;
    ts.forEachChild(node, (child) => {
      inner += visit(child);
    });
    if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return inner;
    const lines = line(node.end) - line(node.getStart(tree)) + 1;
    const named = ts.isVariableDeclaration(node.parent) ? node.parent : node;
    found.push({ name: named.name?.getText(tree) ?? "", lines, ownLines: lines - inner });
    return lines > 1 ? lines : 0;
  };
  visit(tree);
  return found;
}

/**
 * Closures in place of classes: state and the methods over it. A class has no limit, its methods have; so these count without the
 * functions in them, which count for themselves.
 */
const factories = new Map([
  ["engines/llama/native-sequences.ts", "createSequences"],
  ["engines/openai/echo.ts", "echoScorer"],
  ["redraft/create-redraft.ts", "createRedraft"],
  ["session/served-model.ts", "createServedModel"],
  ["session/session.ts", "createSession"],
  ["testing/target-conformance.ts", "targetConformance"],
  ["threads/pool.ts", "createPool"],
]);

describe("the structure of src", () => {
  const graph = new Map(code.map((source) => [source.path, importsOf(source)]));

  it("reads imports of every kind", () => {
    const text = `import "./a.ts"; import type { B } from "./b.ts"; export * from "../c.ts";
      import d from "node:fs"; type E = import("./e.ts").E; const f = await import("./f.ts");`;
    const tree = parse("x/y.ts", text);
    expect(importsOf({ path: "x/y.ts", tree })).toEqual([
      "x/a.ts",
      "x/b.ts",
      "c.ts",
      "x/e.ts",
      "x/f.ts",
    ]);
    const unknown = [...graph.values()].flat().filter((path) => !graph.has(path));
    expect(unknown.filter((path) => path.endsWith(".ts"))).toEqual([]);
  });

  it("has no import cycle, types included", () => {
    const ring = new Map([
      ["b", ["c"]],
      ["c", ["a"]],
      ["a", ["b"]],
      ["d", ["a", "d"]],
    ]);
    expect(cyclesOf(ring)).toEqual(["a -> b -> c -> a", "d -> d"]);
    expect(cyclesOf(graph)).toEqual([]);
  });

  it(`has no file over ${most.lines} lines`, () => {
    const long = code
      .map(({ path, tree }) => ({ path, lines: linesOf(tree.text) }))
      .filter(({ lines }) => lines > most.lines)
      .map(({ path, lines }) => `${path} has ${lines} lines`);
    expect(long).toEqual([]);
  });

  it(`has no function over ${most.functionLines} lines`, () => {
    const text = "const a = () => {\n\n};\nclass B {\n  c() {\n    (() => {\n\n    })();\n  }\n}\n";
    expect(functionsOf({ path: "x.ts", tree: parse("x.ts", text) })).toEqual([
      { name: "a", lines: 3, ownLines: 3 },
      { name: "", lines: 3, ownLines: 3 },
      { name: "c", lines: 5, ownLines: 2 },
    ]);
    const long = code.flatMap((source) =>
      functionsOf(source)
        .filter(({ name, lines, ownLines }) => {
          const isFactory = factories.get(source.path) === name;
          return (isFactory ? ownLines : lines) > most.functionLines;
        })
        .map(({ name, lines }) => `${source.path}: ${name} has ${lines} lines`),
    );
    expect(long).toEqual([]);
  });

  it("has small files: half of them under 200 lines", () => {
    const sizes = code.map(({ tree }) => linesOf(tree.text)).sort((a, b) => a - b);
    expect(sizes[sizes.length >> 1]).toBeLessThan(200);
  });
});
