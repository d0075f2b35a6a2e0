import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { brotliDecompressSync } from "node:zlib";
import { nameKind } from "./name-kind.ts";

/** Grammars of `@vscode/tree-sitter-wasm`, by extension: programming languages whose trees say what they declare. */
const codeGrammars: Readonly<Record<string, string>> = {
  bash: "bash",
  sh: "bash",
  cs: "c-sharp",
  c: "cpp",
  cc: "cpp",
  cpp: "cpp",
  cxx: "cpp",
  h: "cpp",
  hh: "cpp",
  hpp: "cpp",
  css: "css",
  go: "go",
  java: "java",
  cjs: "javascript",
  js: "javascript",
  jsx: "javascript",
  mjs: "javascript",
  php: "php",
  ps1: "powershell",
  py: "python",
  pyi: "python",
  rb: "ruby",
  rs: "rust",
  cts: "typescript",
  mts: "typescript",
  ts: "typescript",
  tsx: "tsx",
};

/** Grammars whose node names say less: they check syntax, and what a line declares is read by patterns. */
const plainGrammars: Readonly<Record<string, string>> = {
  kt: "kotlin",
  kts: "kotlin",
  swift: "swift",
};

/** Grammars that the package carries itself, compressed, and the package that a checkout takes each from. */
export const carriedGrammars: Readonly<Record<string, string>> = {
  html: "@cursorless/tree-sitter-wasms/out/tree-sitter-html.wasm",
  kotlin: "@cursorless/tree-sitter-wasms/out/tree-sitter-kotlin.wasm",
  svelte: "@tree-sitter-grammars/tree-sitter-svelte/tree-sitter-svelte.wasm",
  swift: "@cursorless/tree-sitter-wasms/out/tree-sitter-swift.wasm",
  yaml: "@cursorless/tree-sitter-wasms/out/tree-sitter-yaml.wasm",
};

/** The grammar whose trees are read for declarations, by the file's name. */
export function codeGrammarOf(path: string): string | undefined {
  return codeGrammars[nameKind(path)];
}

/** The grammar that parses whole files with this name, if there is one. */
export function grammarOf(path: string): string | undefined {
  const kind = nameKind(path);
  return codeGrammars[kind] ?? plainGrammars[kind];
}

/**
 * The WebAssembly of a grammar.
 *
 * @throws if it is in no package that is installed
 */
export async function grammarBytes(grammar: string): Promise<Uint8Array> {
  const require = createRequire(import.meta.url);
  const from = carriedGrammars[grammar];
  if (from === undefined) {
    return readFile(require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`));
  }
  // In the published package; written there by scripts/build-grammars.ts.
  const carried = new URL(`../grammars/${grammar}.wasm.br`, import.meta.url);
  if (existsSync(carried)) return brotliDecompressSync(await readFile(carried));
  return readFile(require.resolve(from));
}
