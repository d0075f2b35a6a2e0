import { posix } from "node:path";
import { type MovedPaths, moveRefusal } from "./moved-paths.ts";

/** What an import of Python names. */
export interface ModuleOfFile {
  readonly written: string;
  /** The path of the module without its ending; that of the folder for a package. */
  readonly base: string;
  /** Undefined where a relative import leads to nothing that is known. */
  readonly file: string | undefined;
  /** The dots of a relative import; 0 for an absolute one. */
  readonly dots: number;
  /** The folder that an absolute name starts in. */
  readonly start: string;
}

export const dottedName = (text: string): string => text.replaceAll(/\s+/gu, "");

const withoutEnding = (path: string): string =>
  path.replace(/\.pyi?$/u, "").replace(/(?:^|\/)__init__$/u, "");

/** Where an import leads; undefined for other packages. */
export function pythonModule(
  path: string,
  name: string,
  paths: MovedPaths,
): ModuleOfFile | "unknown" | undefined {
  const target = paths.old.resolve(path, name);
  const dots = /^\.*/u.exec(name)![0].length;
  const file = target.kind === "file" ? target.path : undefined;
  if (dots > 0) {
    let folder = posix.dirname(path);
    for (let up = 1; up < dots; up += 1) folder = posix.dirname(folder);
    const base = posix.join(folder, ...name.slice(dots).split(".").filter(Boolean));
    return { written: name, base: base === "." ? "" : base, file, dots, start: "" };
  }
  if (target.kind === "unknown") return "unknown";
  if (file === undefined) return undefined;
  const base = withoutEnding(file);
  const tail = name.replaceAll(".", "/");
  if (base !== tail && !base.endsWith(`/${tail}`)) return undefined;
  const start = base.slice(0, base.length - tail.length).replace(/\/$/u, "");
  return { written: name, base, file, dots, start };
}

/** How a file names a module after the move; an import that is relative stays so where one package has both. */
export function newModuleName(
  module: ModuleOfFile,
  at: { readonly path: string; readonly own: string; readonly paths: MovedPaths },
  line: number,
): string {
  const name = nameAfterMove(module, at, line);
  const { file, written } = module;
  if (name === written || file === undefined) return name;
  const now = at.paths.now.resolve(at.own, name);
  if (now.kind === "file" && now.path === at.paths.newPath(file)) return name;
  throw moveRefusal(
    `${at.path}:${line} imports \`${written}\`, and \`${name}\` may lead to another file than ${at.paths.newPath(file)}.`,
    { path: at.path, line },
  );
}

function nameAfterMove(
  { written, base, file, dots, start }: ModuleOfFile,
  { path, own, paths }: { readonly path: string; readonly own: string; readonly paths: MovedPaths },
  line: number,
): string {
  const next = file === undefined ? paths.newPath(base) : withoutEnding(paths.newPath(file));
  if (next === base && (dots === 0 || posix.dirname(own) === posix.dirname(path))) return written;
  const refused = (why: string): Error =>
    moveRefusal(`${path}:${line} imports ${file ?? base}, ${why}.`, { path, line });
  const parts = next.split("/").filter(Boolean);
  const last = parts.at(-1) ?? "";
  if (next !== base && !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(last))
    throw refused(`and ${last} can be no name of a module`);
  if (dots === 0) {
    if (start !== "" && !next.startsWith(`${start}/`))
      throw refused(`and ${next} is not below ${start}, where its imports start`);
    return (start === "" ? next : next.slice(start.length + 1)).replaceAll("/", ".");
  }
  const folder = posix
    .dirname(own)
    .split("/")
    .filter((one) => one !== "." && one !== "");
  let common = 0;
  while (common < folder.length && common < parts.length && folder[common] === parts[common])
    common += 1;
  const isInside =
    common > 0 && (common === folder.length || isPackage(folder.slice(0, common), paths));
  if (isInside) return ".".repeat(folder.length - common + 1) + parts.slice(common).join(".");
  // Another package: by its whole name, from the folder above the outermost package.
  let top = parts.length - 1;
  while (top > 0 && isPackage(parts.slice(0, top), paths)) top -= 1;
  if (top === parts.length - 1) throw refused("and no package is known that has both afterwards");
  return parts.slice(top).join(".");
}

function isPackage(folder: readonly string[], paths: MovedPaths): boolean {
  const path = folder.join("/");
  return paths.hasNow(`${path}/__init__.py`) || paths.hasNow(`${path}/__init__.pyi`);
}
