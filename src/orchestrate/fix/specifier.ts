import { posix } from "node:path";
import type { NameView } from "../names/resolve-name.ts";
import { importEntries } from "./imports.ts";
import type { FixProblem } from "./rule.ts";

/** How a file imports another file of the repository, in its own style; undefined where that cannot be written. */
export function specifierFor(
  goal: string,
  problem: FixProblem,
  view: NameView,
): string | undefined {
  if (problem.language === "script") return scriptSpecifier(goal, problem, view);
  if (problem.language === "python") return pythonSpecifier(goal, problem, view);
  return undefined;
}

const scriptEnding = /(?:\.d)?\.[cm]?[jt]sx?$/u;

function scriptSpecifier(goal: string, { path, root }: FixProblem, view: NameView): string {
  const relative = posix.relative(posix.dirname(path), goal);
  const dotted = relative.startsWith("../") ? relative : `./${relative}`;
  const ending = endingOf(dotted);
  const stem = dotted.slice(0, dotted.length - ending.length);
  // The file's own imports show whether endings are written, and which.
  const own = importEntries(root, "script").filter(({ specifier }) => specifier.startsWith("."));
  for (const { specifier } of own) {
    const target = view.modules.resolve(path, specifier);
    if (target.kind !== "file") continue;
    const written = endingOf(specifier);
    if (written === "") return withoutIndex(stem);
    return written === endingOf(target.path) ? dotted : stem + written;
  }
  return withoutIndex(stem);
}

const endingOf = (path: string): string => scriptEnding.exec(path)?.[0] ?? "";
const withoutIndex = (stem: string): string =>
  stem === "./index" ? "." : stem.endsWith("/index") ? stem.slice(0, -"/index".length) : stem;

function pythonSpecifier(goal: string, { path, root }: FixProblem, view: NameView): string {
  const module = goal.replace(/\.pyi?$/u, "").replace(/(?:^|\/)__init__$/u, "");
  const own = importEntries(root, "python");
  const folder = posix.dirname(path);
  const isPackage = view.modules.resolve(path, ".").kind === "file";
  const writesRelative = own.some(({ specifier }) => specifier.startsWith("."));
  const top = packageRoot(folder, path, view);
  const isInside = module === top || module.startsWith(`${top}/`);
  if (isPackage && isInside && (writesRelative || own.length === 0)) {
    const way = posix.relative(folder, module).split("/");
    const ups = way.filter((part) => part === "..").length;
    return ".".repeat(ups + 1) + way.filter((part) => part !== ".." && part !== "").join(".");
  }
  const base = posix.dirname(top);
  const absolute = base === "." ? module : posix.relative(base, module);
  return absolute.replaceAll("/", ".");
}

/** The outermost folder around a file that is a package. */
function packageRoot(folder: string, path: string, view: NameView): string {
  let top = folder;
  for (let dots = "."; view.modules.resolve(path, dots).kind === "file"; dots += ".") {
    if (dots.length > 1) top = posix.dirname(top);
    if (top === "." || dots.length > 32) break;
  }
  return top;
}
