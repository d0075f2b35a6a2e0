/** Files whose name, and no extension, says what they hold. */
const kindsByName: Readonly<Record<string, string>> = {
  ".clang-format": "yaml",
  ".clang-tidy": "yaml",
  ".clangd": "yaml",
  ".yamllint": "yaml",
};

/** The last extension of a file's name without its dot, or what the name itself says. Lower case; may be empty. */
export function nameKind(path: string): string {
  const name = path
    .slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)
    .toLowerCase();
  const dot = name.lastIndexOf(".");
  return kindsByName[name] ?? (dot > 0 ? name.slice(dot + 1) : "");
}
