/**
 * Names of one language as fences and file names write them. Only languages whose files are code or data: a line of
 * prose, or a code fence, is never a line of such a file by itself.
 */
const families: readonly (readonly string[])[] = [
  ["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "javascript", "typescript", "node"].concat(
    ["javascriptreact", "typescriptreact", "vue", "svelte", "astro"],
  ),
  ["py", "pyi", "pyw", "python", "python3"],
  ["sh", "bash", "zsh", "fish", "ksh", "shell", "console", "terminal", "shellsession", "bats"],
  ["ps1", "psm1", "powershell", "pwsh"],
  ["bat", "cmd", "batch", "dos"],
  ["c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx", "c++", "ino", "m", "mm", "objc", "cu"],
  ["cs", "csharp", "c#"],
  ["fs", "fsx", "fsharp", "f#"],
  ["java"],
  ["kt", "kts", "kotlin"],
  ["scala", "sc", "sbt"],
  ["groovy", "gradle"],
  ["go", "golang"],
  ["rs", "rust"],
  ["rb", "ruby", "rake", "gemspec", "erb"],
  ["php"],
  ["swift"],
  ["dart"],
  ["lua", "luau"],
  ["pl", "pm", "perl"],
  ["r"],
  ["jl", "julia"],
  ["ex", "exs", "elixir"],
  ["erl", "hrl", "erlang"],
  ["hs", "haskell"],
  ["ml", "mli", "ocaml"],
  ["clj", "cljs", "cljc", "edn", "clojure"],
  ["lisp", "el", "scm", "rkt"],
  ["zig"],
  ["nim"],
  ["sol", "solidity"],
  ["sql", "psql", "postgresql", "mysql", "sqlite"],
  ["html", "htm", "xhtml"],
  ["xml", "xsd", "xsl", "xslt", "svg", "plist", "csproj", "xaml", "pom"],
  ["css", "scss", "sass", "less"],
  ["json", "jsonc", "json5", "jsonl", "ipynb"],
  ["yaml", "yml"],
  ["toml"],
  ["ini", "cfg", "conf", "properties", "env", "dotenv"],
  ["tf", "hcl", "terraform", "tfvars"],
  ["proto", "protobuf"],
  ["graphql", "gql"],
  ["dockerfile", "docker"],
  ["makefile", "make", "mk"],
  ["cmake"],
  ["vim"],
];

/** Words in a fence that say no language of a file: a change, or any text. */
const noLanguage = /^(?:|text|txt|plain|plaintext|code|source|file|output|diff|patch|udiff)$/;

const familyByName = new Map(
  families.flatMap((names, family) => names.map((name) => [name, family])),
);

/** The extension of a path, or its name where that says the language (`Makefile`). Lower case; may be empty. */
function languageKind(path: string): string {
  const name = path.split(/[\\/]/).at(-1)!.toLowerCase();
  return familyByName.has(name) ? name : (/\.([^.]+)$/.exec(name)?.[1] ?? "");
}

/** Whether files with this path are code or data, so that a sentence or a code fence is no line of them. */
export function isCodeFile(path: string): boolean {
  return familyByName.has(languageKind(path));
}

/** Whether files with this path are texts in which a code fence is an everyday line. */
export function holdsFences(path: string): boolean {
  return /\.(?:md|mdx|markdown|qmd|rmd|adoc)$/i.test(path) || /(?:^|[\\/])[A-Z]+$/.test(path);
}

/** Whether lines of files with this path may be a single tag (`<ul class="a">`). Unknown kinds may. */
export function usesTags(path: string): boolean {
  const kind = languageKind(path);
  if (!familyByName.has(kind)) return true;
  return /^(?:[jt]sx|js|vue|svelte|astro|x?html?|xml|xs[dl]t?|svg|plist|csproj|xaml|pom|php|erb|jsp|cshtml)$/.test(
    kind,
  );
}

/** Whether the language that a fence names is the file's; undefined if it names no known language. */
export function fenceFits(info: string, path: string): boolean | undefined {
  const word = (/^[^\s{:,]*/.exec(info.trim())?.[0] ?? "").toLowerCase().replace(/^\./, "");
  const kind = languageKind(path);
  if (word !== "" && word === kind) return true;
  if (noLanguage.test(word)) return undefined;
  const named = familyByName.get(word);
  const own = familyByName.get(kind);
  if (named === undefined || own === undefined) return undefined;
  return named === own;
}
