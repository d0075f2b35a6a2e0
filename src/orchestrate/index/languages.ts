/** Languages whose names are understood; `script` is JavaScript and TypeScript. */
export type NameLanguage = "script" | "python" | "go";

const byExtension: Readonly<Record<string, NameLanguage>> = {
  cjs: "script",
  cts: "script",
  js: "script",
  jsx: "script",
  mjs: "script",
  mts: "script",
  ts: "script",
  tsx: "script",
  py: "python",
  pyi: "python",
  go: "go",
};

/** The language of a file by its extension, or undefined. */
export function nameLanguageOf(path: string): NameLanguage | undefined {
  return byExtension[path.slice(path.lastIndexOf(".") + 1).toLowerCase()];
}
