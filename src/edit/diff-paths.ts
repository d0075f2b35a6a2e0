import { unquotedPath } from "../text/git-paths.ts";
import { sameDiffPath } from "./paths.ts";

/** git's `a/` and `b/`, or the letters it puts there by `diff.mnemonicPrefix`, taken off. */
export const stripped = (path: string): string => path.replace(/^[abciow]\//, "");

/** Both paths of a `diff --git` line, or undefined if the end of the first one is unclear. */
export function gitPaths(line: string): readonly [string, string] | undefined {
  const rest = line.slice("diff --git ".length).trim();
  const quoted = /^("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)$/.exec(rest);
  if (quoted) return [unquotedPath(quoted[1]!), unquotedPath(quoted[2]!)];
  for (let at = rest.indexOf(" "); at !== -1; at = rest.indexOf(" ", at + 1)) {
    const [one, other] = [unquotedPath(rest.slice(0, at)), unquotedPath(rest.slice(at + 1))];
    if (stripped(one) === stripped(other)) return [one, other];
  }
  const named = /^(a\/.*?) (b\/.*)$/.exec(rest);
  return named ? [named[1]!, named[2]!] : undefined;
}

/** The path of a `---` or `+++` line, without a timestamp or anything else after it. */
export function headerPath(line: string): string {
  const text = line.slice(4).split("\t")[0]!.trim();
  return unquotedPath(
    text
      .replace(/\s\d{4}-\d\d-\d\d[ T].*$/, "")
      .trimEnd()
      .replace(/\s(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} +\d.*$/, "")
      .trimEnd()
      .replace(/^(\S+)\s+\([^()]*\)$/, "$1"),
  );
}

/** Words for a side of a diff, or for any file: a name of nothing else names no file. */
const labels = new Set(
  (
    "a b file filename path to code source src text input output document snippet version original orig old new " +
    "before after previous current existing initial base updated modified changed edited fixed revised improved proposed " +
    "refactored final target result left right temp tmp your my the"
  ).split(" "),
);

/** The words of a file's name, without its extension and the prefix of the side; undefined if it has a folder. */
function wordsOfPath(header: string): string[] | undefined {
  const name = stripped(header).replace(/^(?:\.\/|(?:path\/)?to\/)*/, "");
  if (/[\\/]/.test(name)) return undefined;
  const stem = name.replace(/(.)\.\w+$/, "$1");
  return stem
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

const extension = (path: string): string => /[^\\/]\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? "";

/**
 * Whether the header of a diff says nothing about a path: its names are words for the two sides (`original.ts`), or they
 * have nothing in common (`foo.ts`, `bar.ts`), so at most one is the file's, and `holds` says that the old lines are this
 * file's. A name of another kind of file is another file.
 */
export function namesNoFile(names: readonly string[], path: string, holds: () => boolean): boolean {
  if (names.length === 0) return true;
  const wanted = extension(path);
  const words = names.map(wordsOfPath);
  for (const [i, name] of names.entries()) {
    if (words[i] === undefined || sameDiffPath(name, path)) return false;
    const own = extension(stripped(name));
    if (own !== "" && own !== wanted) return false;
  }
  const telling = words.map((list) => list!.filter((word) => !labels.has(word)));
  if (telling.every((list) => list.length === 0)) return true;
  const [one, other] = telling;
  if (names.length < 2 || names[0] === names[1]) return false;
  return !one!.some((word) => other!.includes(word)) && one!.length * other!.length > 0 && holds();
}
