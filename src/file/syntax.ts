import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import type { Node, Parser } from "web-tree-sitter";
import { syntaxWindows } from "./syntax-window.ts";

/** Counts the syntax errors of texts in one language. */
export interface SyntaxChecker {
  /** Undefined = unknown: the text is too long, or took too long. */
  errors(text: string): number | undefined;
}

const grammars: Readonly<Record<string, string>> = {
  ".bash": "bash",
  ".sh": "bash",
  ".cs": "c-sharp",
  ".c": "cpp",
  ".cc": "cpp",
  ".cpp": "cpp",
  ".cxx": "cpp",
  ".h": "cpp",
  ".hh": "cpp",
  ".hpp": "cpp",
  ".css": "css",
  ".go": "go",
  ".java": "java",
  ".cjs": "javascript",
  ".js": "javascript",
  ".jsx": "javascript",
  ".mjs": "javascript",
  ".php": "php",
  ".ps1": "powershell",
  ".py": "python",
  ".pyi": "python",
  ".rb": "ruby",
  ".rs": "rust",
  ".cts": "typescript",
  ".mts": "typescript",
  ".ts": "typescript",
  ".tsx": "tsx",
};

/** Longer texts are not parsed: about 9 ms per 1,000 lines would become seconds. */
const longest = 1_000_000;
const patience = 400;

const loaded = new Map<string, Promise<SyntaxChecker | undefined>>();

/**
 * The checker for a file, by its extension; undefined = no grammar for it. The parser and the grammar are
 * loaded on first use (some 20 ms), so ask only where syntax can decide something.
 */
export function syntaxFor(path: string): Promise<SyntaxChecker | undefined> {
  const extension = extname(path).toLowerCase();
  if (extension === ".json" || extension === ".ipynb") return Promise.resolve(json);
  const grammar = grammars[extension];
  if (grammar === undefined) return Promise.resolve(undefined);
  let checker = loaded.get(grammar);
  if (!checker) {
    checker = load(grammar).catch(() => undefined);
    loaded.set(grammar, checker);
  }
  return checker;
}

/**
 * Errors that `text` has and `source` has not; undefined = unknown: without a grammar, or where the source
 * has errors itself (2 % of valid files have, for these grammars), so that a count would say nothing.
 * A parse costs about 9 ms per 1,000 lines, so where the lines around the change are sound by themselves
 * these are parsed first, and the whole text only where they have errors now.
 */
export function newErrors(
  checker: SyntaxChecker,
  source: string,
): (text: string) => number | undefined {
  const sound = new Map<string, boolean>();
  let before: { count: number | undefined } | undefined;
  // What took too long once will do so again with every candidate, and there may be many.
  let tooLong = false;
  const errorsOf = (text: string): number | undefined => {
    const count = tooLong ? undefined : checker.errors(text);
    tooLong = count === undefined;
    return count;
  };
  return (text) => {
    if (tooLong) return undefined;
    for (const window of syntaxWindows(source, text)) {
      if (nesting(window.before).some((depth) => depth !== 0)) continue;
      if (!sound.has(window.before)) sound.set(window.before, errorsOf(window.before) === 0);
      if (!sound.get(window.before)) continue;
      if (errorsOf(window.after) === 0) return 0;
      break;
    }
    const count = errorsOf(text);
    if (count === 0 || count === undefined) return count;
    before ??= { count: errorsOf(source) };
    return before.count === 0 ? count : undefined;
  };
}

/** Per character code below 128: 1-based kind of bracket, negative for the opening one, 0 for others. */
const brackets = new Int8Array(128);
for (const [index, one] of [..."()[]{}"].entries()) {
  brackets[one.charCodeAt(0)] = ((index >> 1) + 1) * (index & 1 ? 1 : -1);
}

/** Closing minus opening brackets of each kind; the same on both sides of nearly every sound edit. */
function nesting(text: string): readonly number[] {
  const depth = [0, 0, 0];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const kind = code < 128 ? brackets[code]! : 0;
    if (kind !== 0) depth[Math.abs(kind) - 1]! += Math.sign(kind);
  }
  return depth;
}

/** Whether brackets open or close in one text more than in the other: a cheap sign that a parse may say more. */
export function nestingDiffers(source: string, text: string): boolean {
  const before = nesting(source);
  return nesting(text).some((depth, kind) => depth !== before[kind]);
}

const json: SyntaxChecker = {
  errors(text) {
    try {
      JSON.parse(text);
      return 0;
    } catch {
      return 1;
    }
  },
};

async function load(grammar: string): Promise<SyntaxChecker> {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve("@vscode/tree-sitter-wasm/package.json")), "wasm");
  const { Language, Parser: TreeParser } = await import("web-tree-sitter");
  await TreeParser.init();
  const language = await Language.load(await readFile(join(folder, `tree-sitter-${grammar}.wasm`)));
  const parser = new TreeParser();
  parser.setLanguage(language);
  return { errors: (text) => countErrors(parser, text) };
}

function countErrors(parser: Parser, text: string): number | undefined {
  if (text.length > longest) return undefined;
  const deadline = performance.now() + patience;
  const tree = parser.parse(text, null, { progressCallback: () => performance.now() > deadline });
  if (!tree) {
    parser.reset();
    return undefined;
  }
  try {
    return tree.rootNode.hasError ? errorsIn(tree.rootNode) : 0;
  } finally {
    tree.delete();
  }
}

function errorsIn(root: Node): number {
  let count = 0;
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.isError || node.isMissing) count += 1;
    if (!node.hasError) continue;
    for (const child of node.children) if (child) open.push(child);
  }
  return count;
}
