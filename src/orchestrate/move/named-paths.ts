import { posix } from "node:path";
import type { MovedPaths, UnsureMention } from "./moved-paths.ts";

/** Files whose paths are only read by people. */
const prose =
  /\.(?:md|mdx|rst|txt|adoc|log|svg|lock|snap|diff|patch)$|(?:^|\/)(?:LICENSE|CHANGELOG|CHANGES|AUTHORS|NOTICE)[\w.]*$/iu;
const pathWord = /[\w@.*-]+(?:[/:][\w@.*-]+)*/gu;
const sourceEnding = /(?:\.d)?\.(?:[cm]?[jt]sx?|pyi?)$/u;

/** Places of a file that is no code which name a moved file: a map of exports, a configuration, a component that imports it. */
export function namedPaths(path: string, text: string, paths: MovedPaths): UnsureMention[] {
  if (prose.test(path)) return [];
  const own = posix.dirname(path);
  const found: UnsureMention[] = [];
  for (const match of text.matchAll(pathWord)) {
    const [word] = match;
    if (!/[/.]/u.test(word)) continue;
    const start = match.index;
    const place = namedFile(word, own, paths) ?? namedModule(word, paths);
    if (!place) continue;
    const isChanged = place.text !== undefined;
    const change = { start, end: start + word.length, text: place.text ?? word };
    found.push({ start, why: place.why, ...(isChanged && { change }) });
  }
  return found;
}

interface NamedPlace {
  readonly why: string;
  /** What is written for it afterwards, where that is known. */
  readonly text?: string;
}

function namedFile(word: string, folder: string, paths: MovedPaths): NamedPlace | undefined {
  const base = posix.join(folder, word);
  for (const { from, to } of paths.moves) {
    const isPattern = word.includes("*") && patternFits(base, from);
    if (isPattern && !patternFits(base, to))
      return { why: "a pattern that has it, and not its new path" };
    const isWhole =
      base === from || (word.startsWith(".") && base === from.replace(sourceEnding, ""));
    if (!isWhole) continue;
    const target = base === from ? to : to.replace(sourceEnding, "");
    const relative = posix.relative(folder, target);
    const isDotted = word.startsWith("./") && !relative.startsWith(".");
    return { why: "its path is named here", text: isDotted ? `./${relative}` : relative };
  }
  return undefined;
}

function patternFits(pattern: string, path: string): boolean {
  const [before = "", ...rest] = pattern.split("*");
  const after = rest.at(-1) ?? "";
  return (
    path.startsWith(before) && path.endsWith(after) && path.length >= before.length + after.length
  );
}

/** `pkg.mod:main` of an entry point, `pkg.mod` of a setting. */
function namedModule(word: string, paths: MovedPaths): NamedPlace | undefined {
  for (const { from, to } of paths.moves) {
    if (!/\.pyi?$/u.test(from)) continue;
    const [module = "", ...rest] = word.split(":");
    const dotted = (path: string): string =>
      path
        .replace(sourceEnding, "")
        .replace(/\/__init__$/u, "")
        .replaceAll("/", ".");
    const own = dotted(from);
    const isNamed = module.includes(".") && (own === module || own.endsWith(`.${module}`));
    if (!isNamed) continue;
    const start = own.slice(0, own.length - module.length);
    const next = dotted(to);
    if (!next.startsWith(start)) return { why: "its module is named here" };
    return { why: "its module is named here", text: [next.slice(start.length), ...rest].join(":") };
  }
  return undefined;
}
