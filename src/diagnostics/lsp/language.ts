import { extname } from "node:path";

/** Names that the protocol gives to languages, where they are not the file's extension. */
const languageIds: Readonly<Record<string, string>> = {
  ".ts": "typescript",
  ".mts": "typescript",
  ".cts": "typescript",
  ".tsx": "typescriptreact",
  ".js": "javascript",
  ".mjs": "javascript",
  ".cjs": "javascript",
  ".jsx": "javascriptreact",
  ".py": "python",
  ".pyi": "python",
  ".rs": "rust",
  ".rb": "ruby",
  ".cs": "csharp",
  ".h": "c",
  ".cc": "cpp",
  ".cxx": "cpp",
  ".hpp": "cpp",
  ".kt": "kotlin",
  ".sh": "shellscript",
  ".md": "markdown",
  ".yml": "yaml",
  ".tex": "latex",
  ".hs": "haskell",
  ".ex": "elixir",
  ".exs": "elixir",
  ".ml": "ocaml",
  ".pl": "perl",
};

export function languageOf(path: string): string {
  const extension = extname(path).toLowerCase();
  return languageIds[extension] ?? (extension.slice(1) || "plaintext");
}
