import { posix } from "node:path";
import type { Node } from "web-tree-sitter";
import { lineAt } from "../../text/lines.ts";
import { type FileImports, type MovedPaths, moveRefusal } from "./moved-paths.ts";

/** What a move changes in a file of JavaScript or TypeScript. */
export function movedScriptImports(
  path: string,
  text: string,
  root: Node,
  paths: MovedPaths,
): FileImports {
  const found: FileImports = { changes: [], unsure: [] };
  for (const node of root.descendantsOfType(["string", "template_string"])) {
    if (!node) continue;
    const role = stringRole(node);
    const start = node.startIndex + 1;
    const end = node.endIndex - 1;
    const written = text.slice(start, end);
    if (
      node.type === "template_string" &&
      node.namedChildren.some((one) => one?.type === "template_substitution")
    ) {
      if (role === "import" && mayLeadTo(path, written.split("${")[0]!, paths))
        found.unsure.push({ start, why: "an import that is computed may lead to it" });
      continue;
    }
    if (isComputed(node)) {
      if (mayLeadTo(path, written, paths))
        found.unsure.push({ start, why: "an import that is computed may lead to it" });
      continue;
    }
    const next = movedSpecifier(path, written, paths, lineAt(text, start) + 1);
    if (role === "import") {
      if (next !== undefined && next !== written) found.changes.push({ start, end, text: next });
      continue;
    }
    const isPath = /^\.{0,2}\/|^\.{1,2}$/u.test(written) || /[/.]/u.test(written);
    if (!isPath) continue;
    const place = unsureString(path, written, paths, next);
    if (!place) continue;
    const change = place.text === undefined ? undefined : { start, end, text: place.text };
    found.unsure.push({ start, why: place.why, ...(change && { change }) });
  }
  return found;
}

/** A string that is no import, and that a mock, a bundler or a program may read as one. */
function unsureString(
  path: string,
  written: string,
  paths: MovedPaths,
  next: string | undefined,
): { readonly why: string; readonly text?: string } | undefined {
  const isMoved = targetOf(path, written, paths, true);
  if (isMoved !== undefined && next !== undefined && next !== written)
    return { why: "a string that leads to it", text: next };
  const own = written.replace(/^\.?\//u, "");
  const to = paths.newPath(own);
  if (paths.has(own) && to !== own)
    return {
      why: "a string with its path",
      text: written.slice(0, written.length - own.length) + to,
    };
  return fileNameIn(path, written, paths);
}

/** The name of the file alone, which a path may be made of, or a path from another folder. */
function fileNameIn(
  path: string,
  written: string,
  paths: MovedPaths,
): { readonly why: string; readonly text?: string } | undefined {
  for (const { from, to } of paths.moves) {
    const [name, next] = [posix.basename(from), posix.basename(to)];
    if (written === name)
      return { why: "a string with its name", ...(name !== next && { text: next }) };
    const isElsewhere =
      written.startsWith(".") && targetOf(path, written, paths, true) === undefined;
    if (isElsewhere && posix.basename(written) === name.replace(codeEnding, "") && name !== next)
      return { why: "it may be a path from another folder" };
  }
  return undefined;
}

/** `import("./lib/" + name)`. */
function isComputed(node: Node): boolean {
  let outer = node;
  while (outer.parent?.type === "binary_expression") outer = outer.parent;
  return outer.id !== node.id && stringRole(outer) === "import";
}

function stringRole(node: Node): "import" | "string" {
  const { parent } = node;
  if (parent?.childForFieldName("source")?.id === node.id) return "import";
  if (parent?.type === "import_require_clause") return "import";
  // `typeof import("./a")` and `declare module "./a"`.
  if (parent?.type === "module" && parent.childForFieldName("name")?.id === node.id)
    return "import";
  const call = parent?.type === "arguments" ? parent.parent : null;
  const isFirst = parent?.namedChildren.find((one) => one?.type !== "comment")?.id === node.id;
  const callee = call?.childForFieldName("function")?.text ?? "";
  return isFirst && /^(?:require(?:\.resolve)?|import(?:\.meta\.resolve)?)$/u.test(callee)
    ? "import"
    : "string";
}

/** Whether the beginning of a computed path is that of a moved file. */
function mayLeadTo(path: string, beginning: string, paths: MovedPaths): boolean {
  if (!beginning.startsWith(".")) return false;
  const base = posix.join(posix.dirname(path), beginning).replace(/^\.\/?/u, "");
  const isOwn = paths.newPath(path) !== path;
  return isOwn || paths.moves.some(({ from, to }) => from.startsWith(base) || to.startsWith(base));
}

interface SpecifierTarget {
  /** The file, or where one that is not known would be. */
  readonly path: string;
  /** The path as the specifier writes it, from the root. */
  readonly base: string;
}

function targetOf(
  path: string,
  specifier: string,
  paths: MovedPaths,
  isKnown = false,
): SpecifierTarget | undefined {
  const isRelative = /^\.{1,2}(?:\/|$)/u.test(specifier);
  const clean = specifier.replace(/[?#].*$/su, "");
  const base = isRelative ? posix.join(posix.dirname(path), clean).replace(/\/$/u, "") : clean;
  if (isRelative && paths.has(base)) return { path: base, base };
  const target = paths.old.resolve(path, clean);
  if (target.kind === "file") return { path: target.path, base };
  return isRelative && !isKnown ? { path: base, base } : undefined;
}

const writtenAs: Readonly<Record<string, string>> = {
  ".ts": ".js",
  ".tsx": ".js",
  ".mts": ".mjs",
  ".cts": ".cjs",
};
const codeEnding = /(?:\.d)?\.[cm]?[jt]sx?$/u;

/** How a file imports after the move what it imports before; undefined where nothing of the move is meant. */
function movedSpecifier(
  path: string,
  specifier: string,
  paths: MovedPaths,
  line: number,
): string | undefined {
  const found = targetOf(path, specifier, paths);
  if (!found) {
    const target = paths.old.resolve(path, specifier);
    const last = posix.basename(specifier).replace(codeEnding, "");
    const mayMean =
      target.kind === "unknown" && paths.moves.some(({ from }) => stemOf(from) === last);
    if (mayMean)
      throw moveRefusal(
        `${path}:${line} imports \`${specifier}\`, which may lead to a file that moves: where it leads is not known.`,
        { path, line },
      );
    return undefined;
  }
  const query = /[?#].*$/su.exec(specifier)?.[0] ?? "";
  const [own, target] = [paths.newPath(path), paths.newPath(found.path)];
  if (own === path && target === found.path) {
    const now = paths.now.resolve(path, specifier);
    const isHidden = now.kind === "file" && now.path !== target && !paths.has(found.path);
    const isOther = paths.has(found.path) && now.kind === "file" && now.path !== target;
    if (isHidden || (isOther && posix.join(posix.dirname(path), specifier) !== target))
      throw moveRefusal(
        `${path}:${line} imports \`${specifier}\`, which would lead to ${now.path} afterwards.`,
        { path, line },
      );
    return specifier;
  }
  const isRelative = specifier.startsWith(".");
  if (!isRelative && target === found.path) return specifier;
  const goals = writtenGoals(specifier.slice(0, specifier.length - query.length), found, target);
  const written = goals.flatMap((goal) => {
    const relative = relativeTo(own, goal, /\/$/u.test(specifier));
    return isRelative ? relative : [...aliased(specifier, found.path, goal), relative];
  });
  const isFile = paths.has(found.path);
  const leads = (one: string): boolean => {
    if (!isFile) return true;
    const exact = posix.join(posix.dirname(own), one);
    if (one.startsWith(".") && exact === target) return true;
    const now = paths.now.resolve(own, one);
    return now.kind === "file" && now.path === target;
  };
  const next = written.find(leads);
  if (next === undefined)
    throw moveRefusal(
      `${path}:${line} imports \`${specifier}\`, and no import is known that leads to ${target}.`,
      { path, line },
    );
  return next + query;
}

const stemOf = (path: string): string => {
  const stem = posix.basename(path).replace(codeEnding, "");
  return stem === "index" ? posix.basename(posix.dirname(path)) : stem;
};

/** The new path, written as the old one is: with its ending, with that of the compiled file, or without one. */
function writtenGoals(
  specifier: string,
  { path, base }: SpecifierTarget,
  target: string,
): string[] {
  const stem = target.replace(codeEnding, "");
  const withoutIndex = stem.replace(/(?:^|\/)index$/u, "") || ".";
  const ending = codeEnding.exec(specifier)?.[0] ?? "";
  const own = codeEnding.exec(path)?.[0] ?? "";
  const isFolder =
    /(?:^|\/)index(?:\.d)?\.[cm]?[jt]sx?$/u.test(path) &&
    !/(?:^|\/)index(?:\.[cm]?[jt]sx?)?$/u.test(specifier);
  if (path === base || (ending !== "" && ending === own)) return [target];
  if (ending !== "") {
    const next = codeEnding.exec(target)?.[0] ?? "";
    return [stem + (next === own ? ending : (writtenAs[next] ?? next))];
  }
  if (isFolder && /(?:^|\/)index$/u.test(stem)) return [withoutIndex, stem];
  return /(?:^|\/)index$/u.test(stem) && !/(?:^|\/)index$/u.test(specifier)
    ? [withoutIndex, stem]
    : [stem];
}

function relativeTo(from: string, goal: string, hasSlash: boolean): string {
  const relative = posix.relative(posix.dirname(from), goal) || ".";
  const dotted = /^\.{1,2}(?:\/|$)/u.test(relative) ? relative : `./${relative}`;
  return hasSlash && !dotted.endsWith("/") ? `${dotted}/` : dotted;
}

/** The same alias before the new path. */
function aliased(specifier: string, path: string, goal: string): string[] {
  const old = path.replace(codeEnding, "").split("/");
  const written = specifier.replace(codeEnding, "").split("/");
  let same = 0;
  while (
    same < written.length - 1 &&
    same < old.length &&
    written.at(-1 - same) === old.at(-1 - same)
  )
    same += 1;
  return Array.from({ length: same }, (_, at) => same - at).flatMap((count) => {
    const folder = old.slice(0, old.length - count).join("/");
    if (folder !== "" && !goal.startsWith(`${folder}/`)) return [];
    const rest = folder === "" ? goal : goal.slice(folder.length + 1);
    return [[...written.slice(0, written.length - count), rest].join("/")];
  });
}
