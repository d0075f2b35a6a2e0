import { posix } from "node:path";
import { nameLanguageOf } from "../index/languages.ts";

/** Where an import leads: a file (for Go, the folder of a package), another package, or a place that is not known. */
export type ModuleTarget =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "external" }
  | { readonly kind: "unknown" };

const externalTarget: ModuleTarget = { kind: "external" };
const unknownTarget: ModuleTarget = { kind: "unknown" };

/** The configuration that decides where imports lead, read once for all files. */
export interface ModuleConfiguration {
  /** Aliases of `tsconfig.json` and `jsconfig.json`, nearest folder first. */
  readonly aliases: readonly Alias[];
  /** Folders of TypeScript in which imports that nothing uses still load their modules, or may. */
  readonly keepingImports: readonly string[];
  /** Names of the packages that the repository itself holds. */
  readonly packages: ReadonlySet<string>;
  /** Go modules: their import path and their folder. */
  readonly goModules: readonly { readonly path: string; readonly folder: string }[];
}

interface Alias {
  readonly folder: string;
  readonly before: string;
  readonly after: string;
  readonly targets: readonly string[];
}

const scriptEndings = [".ts", ".tsx", ".mts", ".cts", ".d.ts", ".js", ".jsx", ".mjs", ".cjs"];
/** What a written ending may mean: TypeScript names the file that it will write. */
const writtenEndings: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx", ".d.ts", ".js", ".jsx"],
  ".jsx": [".tsx", ".jsx"],
  ".mjs": [".mts", ".mjs"],
  ".cjs": [".cts", ".cjs"],
};

export class ModuleResolver {
  private readonly paths: ReadonlySet<string>;
  private readonly pythonByName = new Map<string, string[]>();
  private readonly goFolders = new Set<string>();
  private readonly configuration: ModuleConfiguration;

  constructor(paths: readonly string[], configuration: ModuleConfiguration) {
    this.paths = new Set(paths);
    this.configuration = configuration;
    for (const path of paths) {
      const language = nameLanguageOf(path);
      if (language === "go") this.goFolders.add(posix.dirname(path));
      if (language !== "python") continue;
      const module = path.replace(/\.pyi?$/u, "").replace(/(?:^|\/)__init__$/u, "");
      const last = posix.basename(module);
      this.pythonByName.set(last, [...(this.pythonByName.get(last) ?? []), path]);
    }
  }

  resolve(from: string, specifier: string): ModuleTarget {
    const language = nameLanguageOf(from);
    if (language === "python") return this.python(from, specifier);
    if (language === "go") return this.go(specifier);
    return this.script(from, specifier);
  }

  /** Whether the compiler of a TypeScript file may leave in what it imports and does not use. */
  mayKeepImports(path: string): boolean {
    return this.configuration.keepingImports.some(
      (folder) => folder === "" || path.startsWith(`${folder}/`),
    );
  }

  private script(from: string, specifier: string): ModuleTarget {
    if (/^\.{0,2}\/|^\.{1,2}$/u.test(specifier)) {
      const base = specifier.startsWith("/")
        ? specifier.slice(1)
        : posix.join(posix.dirname(from), specifier);
      const path = this.scriptFile(base);
      return path === undefined ? externalTarget : { kind: "file", path };
    }
    if (specifier.startsWith("node:")) return externalTarget;
    for (const alias of this.configuration.aliases) {
      const isInside = alias.folder === "" || from.startsWith(`${alias.folder}/`);
      const fits =
        specifier.length >= alias.before.length + alias.after.length &&
        specifier.startsWith(alias.before) &&
        specifier.endsWith(alias.after);
      if (!isInside || !fits) continue;
      const star = specifier.slice(alias.before.length, specifier.length - alias.after.length);
      for (const target of alias.targets) {
        const path = this.scriptFile(posix.join(alias.folder, target.replace("*", star)));
        if (path !== undefined) return { kind: "file", path };
      }
      if (alias.before !== "") return unknownTarget;
    }
    if (/^[@~#$]?\//u.test(specifier) || specifier.startsWith("#")) return unknownTarget;
    const name = /^(?:@[^/]+\/)?[^/]+/u.exec(specifier)?.[0] ?? "";
    return this.configuration.packages.has(name) ? unknownTarget : externalTarget;
  }

  private scriptFile(base: string): string | undefined {
    const path = base.replace(/\/$/u, "");
    const ending = /\.[cm]?jsx?$/u.exec(path)?.[0];
    const stem = ending === undefined ? path : path.slice(0, -ending.length);
    const candidates = [
      ...(ending === undefined ? [] : writtenEndings[ending]!.map((one) => stem + one)),
      path,
      ...scriptEndings.map((one) => path + one),
      ...scriptEndings.map((one) => posix.join(path, `index${one}`)),
    ];
    return candidates.find((one) => this.paths.has(one) && nameLanguageOf(one) === "script");
  }

  private python(from: string, specifier: string): ModuleTarget {
    const dots = /^\.*/u.exec(specifier)![0].length;
    const parts = specifier.slice(dots).split(".").filter(Boolean);
    if (dots > 0) {
      let folder = posix.dirname(from);
      for (let up = 1; up < dots; up++) folder = posix.dirname(folder);
      const path = this.pythonFile(posix.join(folder, ...parts));
      return path === undefined ? externalTarget : { kind: "file", path };
    }
    const tail = parts.join("/");
    const found = (this.pythonByName.get(parts.at(-1) ?? "") ?? []).filter((path) => {
      const module = path.replace(/\.pyi?$/u, "").replace(/\/__init__$/u, "");
      return module === tail || module.endsWith(`/${tail}`);
    });
    if (found.length === 0) return externalTarget;
    // The folder that a program starts in is not known; files beside it or above it are the likely ones.
    const near = found.filter((path) => {
      const root = path.slice(0, path.lastIndexOf(tail));
      return from.startsWith(root);
    });
    const best = near.length > 0 ? near : found;
    return best.length === 1 ? { kind: "file", path: best[0]! } : unknownTarget;
  }

  private pythonFile(base: string): string | undefined {
    const candidates = [`${base}.py`, `${base}/__init__.py`, `${base}.pyi`, `${base}/__init__.pyi`];
    return candidates.map(posix.normalize).find((one) => this.paths.has(one));
  }

  private go(specifier: string): ModuleTarget {
    for (const { path, folder } of this.configuration.goModules) {
      if (specifier !== path && !specifier.startsWith(`${path}/`)) continue;
      const target = posix.join(folder, `.${specifier.slice(path.length)}`);
      return this.goFolders.has(target) ? { kind: "file", path: target } : externalTarget;
    }
    return externalTarget;
  }
}

/** Reads what decides where imports lead. `read`: the text of a file, or undefined. */
export async function readConfiguration(
  paths: readonly string[],
  read: (path: string) => Promise<string | undefined>,
): Promise<ModuleConfiguration> {
  const aliases: Alias[] = [];
  const configurations = new Map<string, unknown>();
  const packages = new Set<string>();
  const goModules: { path: string; folder: string }[] = [];
  for (const path of paths) {
    const base = posix.basename(path);
    const folder = posix.dirname(path) === "." ? "" : posix.dirname(path);
    if (/^(?:tsconfig|jsconfig)[\w.-]*\.json$/u.test(base)) {
      const json = parseLooseJson(await read(path));
      configurations.set(path, json);
      aliases.push(...aliasesOf(folder, json));
    } else if (base === "package.json") {
      const name = (parseLooseJson(await read(path)) as { name?: unknown } | undefined)?.name;
      if (typeof name === "string") packages.add(name);
    } else if (base === "go.mod") {
      const module = /^module[ \t]+"?([^\s"]+)/mu.exec((await read(path)) ?? "")?.[1];
      if (module !== undefined) goModules.push({ path: module, folder });
    }
  }
  aliases.sort((a, b) => b.folder.length - a.folder.length || b.before.length - a.before.length);
  goModules.sort((a, b) => b.path.length - a.path.length);
  const keepingImports = [...configurations.keys()]
    .filter((path) => mayKeepImports(path, configurations))
    .map((path) => posix.dirname(path).replace(/^\.$/u, ""));
  return { aliases, keepingImports, packages, goModules };
}

/** Whether a configuration asks for imports to be kept, or extends one outside of the repository, which may ask for it. */
function mayKeepImports(
  path: string,
  configurations: ReadonlyMap<string, unknown>,
  steps = 0,
): boolean {
  const { compilerOptions = {}, extends: above = [] } = (configurations.get(path) ?? {}) as {
    compilerOptions?: Readonly<Record<string, unknown>>;
    extends?: unknown;
  };
  const { verbatimModuleSyntax, preserveValueImports, importsNotUsedAsValues } = compilerOptions;
  if (verbatimModuleSyntax === true || preserveValueImports === true) return true;
  if (importsNotUsedAsValues === "preserve" || importsNotUsedAsValues === "error") return true;
  if (verbatimModuleSyntax === false) return false;
  return [above].flat().some((one) => {
    const base = posix.join(posix.dirname(path), String(one));
    const known = [base, `${base}.json`].find((candidate) => configurations.has(candidate));
    const isOutside = known === undefined || !String(one).startsWith(".") || steps > 8;
    return isOutside || mayKeepImports(known, configurations, steps + 1);
  });
}

function aliasesOf(folder: string, json: unknown): Alias[] {
  const options = (json as { compilerOptions?: { baseUrl?: unknown; paths?: unknown } } | undefined)
    ?.compilerOptions;
  if (typeof options !== "object" || options === null) return [];
  const base = typeof options.baseUrl === "string" ? options.baseUrl : undefined;
  const found: Alias[] = [];
  for (const [pattern, targets] of Object.entries(options.paths ?? {})) {
    if (!Array.isArray(targets)) continue;
    const [before = "", after = ""] = pattern.split("*");
    const inFolder = targets.map((target) => posix.join(base ?? ".", String(target)));
    found.push({ folder, before, after, targets: inFolder });
  }
  if (base !== undefined) found.push({ folder, before: "", after: "", targets: [`${base}/*`] });
  return found;
}

/** JSON with comments and trailing commas, or undefined. */
function parseLooseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(plainJson(text));
  } catch {
    return undefined;
  }
}

/** A text without its comments, and without commas before a closing bracket. */
function plainJson(text: string): string {
  let plain = "";
  /** Where the last comma is, while only blanks and comments are behind it. */
  let comma = -1;
  for (let at = 0; at < text.length; at++) {
    const one = text[at]!;
    if (one === "/" && (text[at + 1] === "/" || text[at + 1] === "*")) {
      const close = text[at + 1] === "/" ? "\n" : "*/";
      const end = text.indexOf(close, at + 2);
      at = end < 0 ? text.length : end + close.length - 1;
      continue;
    }
    if (/[}\]]/u.test(one) && comma >= 0)
      plain = `${plain.slice(0, comma)} ${plain.slice(comma + 1)}`;
    if (one.trim() !== "") comma = one === "," ? plain.length : -1;
    if (one !== '"') {
      plain += one;
      continue;
    }
    const start = at;
    for (at += 1; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at += 1;
    plain += text.slice(start, at + 1);
  }
  return plain;
}
