import { posix } from "node:path";
import type { Node } from "web-tree-sitter";
import { nameLanguageOf } from "../index/languages.ts";
import { type FileImports, type MovedPaths, moveRefusal } from "./moved-paths.ts";

/** What a move changes in a file of Go: the paths of packages whose folder moves. */
export function movedGoImports(path: string, root: Node, paths: MovedPaths): FileImports {
  const found: FileImports = { changes: [], unsure: [] };
  const own = posix.dirname(paths.newPath(path));
  for (const spec of root.descendantsOfType("import_spec")) {
    const node = spec?.childForFieldName("path");
    if (!node) continue;
    const written = node.text.slice(1, -1);
    const target = paths.old.resolve(path, written);
    if (target.kind !== "file") continue;
    const folder = newFolder(target.path, paths);
    const line = node.startPosition.row + 1;
    const next = folder === target.path ? written : importPath(folder, paths);
    const owner = /^(?<owner>.*?)\/?internal(?:\/.*)?$/u.exec(folder)?.groups?.owner;
    const isInternal = /(?:^|\/)internal(?:\/|$)/u.test(folder);
    const isMove = own !== posix.dirname(path) || folder !== target.path;
    const isOutside =
      owner !== undefined && owner !== "" && owner !== own && !own.startsWith(`${owner}/`);
    if (isMove && isInternal && isOutside)
      throw moveRefusal(
        `${path}:${line} may not import ${folder}, which is internal to ${owner}.`,
        { path, line },
      );
    if (next === written) continue;
    found.changes.push({ start: node.startIndex + 1, end: node.endIndex - 1, text: next });
  }
  return found;
}

/** @throws where only a part of a package moves, packages meet, or a module is left */
export function requireWholePackages(paths: MovedPaths, all: readonly string[]): void {
  for (const { from, to } of paths.moves) {
    if (nameLanguageOf(from) !== "go") {
      if (posix.basename(from) === "go.mod" && from !== to)
        throw moveRefusal(
          `${from} would move: where the imports of its module lead would change.`,
          { path: from },
        );
      continue;
    }
    const [old, now] = [posix.dirname(from), posix.dirname(to)];
    const suffix = (path: string): string => /(?:_[a-z0-9]+)*\.go$/u.exec(posix.basename(path))![0];
    if (suffix(from) !== suffix(to))
      throw moveRefusal(`${from} and ${to} end in other words, which say when Go builds a file.`, {
        path: from,
      });
    if (old === now) continue;
    const stays = all.find(
      (path) => isGoIn(path, old) && posix.dirname(paths.newPath(path)) !== now,
    );
    if (stays !== undefined)
      throw moveRefusal(
        `${stays} is of the same package as ${from} and would stay. Move the whole folder.`,
        { path: stays },
      );
    const there = all.find((path) => isGoIn(path, now) && paths.newPath(path) === path);
    if (there !== undefined)
      throw moveRefusal(`${there} is in the folder that the package moves to.`, { path: there });
    if (goModuleOf(old, paths) === undefined)
      throw moveRefusal(`no go.mod says by which path ${old} is imported.`, { path: from });
    if (goModuleOf(old, paths) !== goModuleOf(now, paths))
      throw moveRefusal(`${from} would be of another module of Go.`, { path: from });
  }
}

const isGoIn = (path: string, folder: string): boolean =>
  nameLanguageOf(path) === "go" && posix.dirname(path) === folder;

const goModuleOf = (folder: string, { configuration }: MovedPaths): string | undefined =>
  configuration.goModules
    .filter(
      (one) => one.folder === "" || folder === one.folder || folder.startsWith(`${one.folder}/`),
    )
    .sort((a, b) => b.folder.length - a.folder.length)[0]?.path;

/** The folder that the files of a package have afterwards. */
function newFolder(folder: string, paths: MovedPaths): string {
  const moved = paths.moves.find(({ from }) => isGoIn(from, folder));
  return moved ? posix.dirname(moved.to) : folder;
}

function importPath(folder: string, { configuration }: MovedPaths): string {
  const [module] = configuration.goModules
    .filter(
      (one) => one.folder === "" || folder === one.folder || folder.startsWith(`${one.folder}/`),
    )
    .sort((a, b) => b.folder.length - a.folder.length);
  return posix.join(module!.path, posix.relative(module!.folder, folder));
}
