import { posix } from "node:path";
import { RedraftError } from "../../core/errors.ts";
import { nameLanguageOf } from "../index/languages.ts";
import { type ModuleConfiguration, ModuleResolver } from "../names/modules.ts";
import type { MoveRequest, PathMove } from "./request.ts";

export function moveRefusal(
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): RedraftError {
  return new RedraftError("check-failed", `${message} Nothing was written.`, { details });
}

/** Where files are before and after a move, and where imports lead before and after. */
export interface MovedPaths {
  readonly moves: readonly PathMove[];
  readonly old: ModuleResolver;
  readonly now: ModuleResolver;
  readonly configuration: ModuleConfiguration;
  has(path: string): boolean;
  hasNow(path: string): boolean;
  /** The new path of a file or a folder; the same where it does not move. */
  newPath(path: string): string;
}

/** @throws where a path is not there, or a file is at the new one */
export function movedPaths(
  { moves: asked }: MoveRequest,
  paths: readonly string[],
  configuration: ModuleConfiguration,
): MovedPaths {
  const known = new Set(paths);
  const moves = new Map<string, string>();
  const folders: PathMove[] = [];
  for (const { from: source, to: goal } of asked) {
    const [from, to] = [cleanPath(source), cleanPath(goal)];
    if (from === to) throw new RedraftError("usage", `${from} is there already.`);
    const inside = paths.filter((path) => path.startsWith(`${from}/`));
    if (known.has(from)) moves.set(from, to);
    else if (inside.length === 0)
      throw new RedraftError("no-match", `${from} is no file and no folder of the repository.`);
    else if (to.startsWith(`${from}/`))
      throw new RedraftError("usage", `${to} is inside ${from}: a folder cannot move into itself.`);
    else {
      folders.push({ from, to });
      for (const path of inside) moves.set(path, to + path.slice(from.length));
    }
  }
  const goals = new Set<string>();
  for (const [from, to] of moves) {
    const isTaken = goals.has(to) || known.has(to);
    const isFolder = paths.some((path) => path.startsWith(`${to}/`) && !moves.has(path));
    if (isTaken || isFolder) throw moveRefusal(`${to} is there already.`, { path: to });
    if (nameLanguageOf(from) !== nameLanguageOf(to))
      throw moveRefusal(`${from} and ${to} are files of different languages.`, { path: from });
    goals.add(to);
  }
  const later = paths.map((path) => moves.get(path) ?? path);
  const present = new Set(later);
  return {
    moves: [...moves].map(([from, to]) => ({ from, to })),
    old: new ModuleResolver(paths, configuration),
    now: new ModuleResolver(later, configuration),
    configuration,
    has: (path) => known.has(path),
    hasNow: (path) => present.has(path),
    newPath(path) {
      const own = moves.get(path);
      if (own !== undefined) return own;
      const folder = folders.find(({ from }) => path === from || path.startsWith(`${from}/`));
      return folder ? folder.to + path.slice(folder.from.length) : path;
    },
  };
}

function cleanPath(path: string): string {
  const clean = posix.normalize(path.replaceAll("\\", "/")).replace(/\/$/u, "");
  if (clean === "." || clean.startsWith("../") || clean === ".." || clean.startsWith("/"))
    throw new RedraftError("outside-root", `${path} is not inside of the folder.`);
  return clean;
}

/** A text to put in at a place of an old text. */
export interface ImportChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A place that may mean a moved file; with `change` it can be rewritten. */
export interface UnsureMention {
  readonly start: number;
  readonly why: string;
  readonly change?: ImportChange;
}

/** What a move changes in one file. */
export interface FileImports {
  readonly changes: ImportChange[];
  readonly unsure: UnsureMention[];
}
