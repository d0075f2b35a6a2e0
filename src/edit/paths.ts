import { RedraftError } from "../core/errors.ts";

/** Components of a path as people write it in edits: either slash, `./` and empty ones dropped. */
function components(path: string): string[] {
  return path.split(/[\\/]+/).filter((part) => part !== "" && part !== ".");
}

function isTail(tail: readonly string[], whole: readonly string[]): boolean {
  if (tail.length === 0 || tail.length > whole.length) return false;
  return tail.every((part, index) => part === whole[whole.length - tail.length + index]);
}

/**
 * Whether two spellings may name one file: the shorter is the tail of the longer
 * (`src/a.ts` and `/home/me/project/src/a.ts`). Edits are written relative to folders we do not know.
 */
export function samePath(one: string, other: string): boolean {
  const a = components(one);
  const b = components(other);
  return isTail(a, b) || isTail(b, a);
}

/** The paths of the parts that a reader passes over, each once; for `Edit`. */
export function otherPaths(
  paths: readonly (string | undefined)[],
): { otherPaths: readonly string[] } | undefined {
  const others = [...new Set(paths)].filter((path) => path !== undefined);
  return others.length === 0 ? undefined : { otherPaths: others };
}

/** `samePath` for paths in diff headers, whose first component may be git's `a/`, `b/`, or an unpacked folder. */
export function sameDiffPath(header: string, path: string): boolean {
  if (samePath(header, path)) return true;
  const rest = components(header).slice(1);
  return rest.length > 0 && samePath(rest.join("/"), path);
}

const opener = /^(?:\/\/+|\/\*+|#+|--+|;+|%+|<!--+|"""|'''|>)/;
const closer = /(?:(?<!\*)\*+\/|(?<!-)--+>|"""|''')$/;

/** A line without the comment signs around it. */
function withoutComment(line: string): string {
  return line.trim().replace(opener, "").trimStart().replace(closer, "").trimEnd();
}
const label = /^(?:file|filename|file ?path|path|update|edit|in)\s*[:=]\s*/i;

/**
 * The path that a line names, if naming a path is all it does: `src/a.ts`, `// src/a.ts`, `**src/a.ts**`,
 * `### File: src/a.ts`, `` `src/a.ts`: ``.
 */
export function pathIn(line: string): string | undefined {
  // No path is that long: what is slow for long lines is not tried.
  if (line.length > 1_000) return undefined;
  const text = withoutComment(line)
    .replace(/^#+\s*/, "")
    .replace(/^(?:\d+[.)]|[-*])\s+/, "")
    .replace(/^\*\*(.*?):?\*\*:?$/, "$1")
    .replace(label, "")
    .replace(/^\*\*(.*?):?\*\*:?$/, "$1")
    .replace(/^[`"'](.*?):?[`"']:?$/, "$1")
    .replace(/:$/, "");
  if (text === "" || text.length > 260 || /[\s<>"|?*(){};,=]/.test(text)) return undefined;
  if (/^[a-z]+:\/\//i.test(text) || /[.]$/.test(text)) return undefined;
  const isPath = /[\\/]/.test(text)
    ? /[\w)\]]$/.test(text)
    : /^[\w@.+-]*\w\.[A-Za-z]\w{0,9}$/.test(text);
  return isPath || /^(?:Makefile|Dockerfile|LICENSE|\.[\w.]+)$/.test(text) ? text : undefined;
}

/**
 * The path that a file moves to, in the caller's terms. An edit names both paths relative to a folder of
 * its own (`src/a.ts` -> `lib/b.ts`); where `path` ends with the old one, that folder is known.
 */
export function relocated(path: string, from: string | undefined, to: string): string {
  if (/^(?:[\\/]|[A-Za-z]:)/.test(to)) return to;
  const tail = from === undefined ? [] : components(from);
  const whole = components(path);
  const known = tail.length > 0 && isTail(tail, whole);
  const folder = whole.slice(0, whole.length - (known ? tail.length : 1));
  const root = /^[\\/]/.test(path) ? "/" : "";
  return root + [...folder, ...components(to)].join("/");
}

/** The refusal of an edit whose parts all name other files. `what` = the edit, as the message calls it. */
export function forAnotherFile(
  what: string,
  others: readonly (string | undefined)[],
  path: string,
): RedraftError {
  const named = [...new Set(others)].join(", ");
  const shown = named.length > 200 ? `${named.slice(0, 200)}…` : named;
  return new RedraftError(
    "no-match",
    `the ${what} is for ${shown}, not for ${path}. Apply it to that file, or correct the path in it.`,
    { details: { path, named } },
  );
}
