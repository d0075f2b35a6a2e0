import { posix } from "node:path";
import type { ParserFor } from "../../core/repository.ts";
import { lineAt } from "../../text/lines.ts";
import { nameLanguageOf } from "../index/languages.ts";
import type { RepositoryIndex } from "../index/repository-index.ts";
import { readConfiguration } from "../names/modules.ts";
import type { CandidateFile } from "../speculator.ts";
import { movedGoImports, requireWholePackages } from "./go-imports.ts";
import {
  type FileImports,
  type ImportChange,
  type MovedPaths,
  movedPaths,
  moveRefusal,
  type UnsureMention,
} from "./moved-paths.ts";
import { namedPaths } from "./named-paths.ts";
import { movedPythonImports } from "./python-imports.ts";
import type { MoveRequest, PathMove } from "./request.ts";
import { movedScriptImports } from "./script-imports.ts";

export interface MovePlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly why: string;
  readonly changed: boolean;
}

export interface MovePlan {
  readonly files: readonly CandidateFile[];
  /** Every file that moves. */
  readonly moves: readonly PathMove[];
  /** Imports that are rewritten. */
  readonly imports: number;
  /** Places that may mean a moved file and are no import. */
  readonly unsure: readonly MovePlace[];
  readonly notes: readonly string[];
}

/**
 * Plans a move: every import that leads to a moved file, and every relative one in it, leads to the same file afterwards.
 *
 * @throws where that cannot be known, or places are unsure and the request does not say what to do with them
 */
export async function planMove(
  request: MoveRequest,
  index: RepositoryIndex,
  parserFor: ParserFor,
): Promise<MovePlan> {
  const all = index.paths();
  const texts = new Map<string, Promise<string | undefined>>();
  const textOf = (path: string): Promise<string | undefined> => {
    const text = texts.get(path) ?? index.read(path);
    texts.set(path, text);
    return text;
  };
  const paths = movedPaths(request, all, await readConfiguration(all, textOf));
  requireWholePackages(paths, all);
  const files: CandidateFile[] = [];
  const unsure: MovePlace[] = [];
  let imports = 0;
  for (const path of await filesToRead(paths, index, textOf)) {
    const text = await textOf(path);
    if (text === undefined) continue;
    const found = await fileImports(path, text, paths, parserFor, textOf);
    const isIncluded = request.unsure === "include";
    const more = isIncluded ? found.unsure.flatMap(({ change }) => change ?? []) : [];
    for (const { start, why, change } of found.unsure) {
      const line = lineAt(text, start) + 1;
      const shown = text.split("\n")[line - 1]!.trim();
      unsure.push({ path, line, text: shown, why, changed: isIncluded && change !== undefined });
    }
    imports += found.changes.length;
    const after = changedText(text, [...found.changes, ...more]);
    const to = paths.newPath(path);
    if (after === text && to === path) continue;
    files.push({ path, before: text, after, ...(to !== path && { to }) });
  }
  if (unsure.length > 0 && (request.unsure ?? "refuse") === "refuse") throw unsureRefusal(unsure);
  requireAll(paths, files);
  return { files, moves: paths.moves, imports, unsure, notes: notesFor(paths) };
}

function unsureRefusal(unsure: readonly MovePlace[]): Error {
  const most = 20;
  const lines = unsure
    .slice(0, most)
    .map(({ path, line, text, why }) => `  ${path}:${line}: ${text.slice(0, 120)} (${why})`);
  const more = unsure.length > most ? `\n  and ${unsure.length - most} more` : "";
  return moveRefusal(
    `these places may mean a file that moves, and are no import:\n${lines.join("\n")}${more}\nSay whether they are rewritten where they can be (--unsure include) or left (--unsure leave).`,
    { unsure },
  );
}

/** A moved file that cannot be read would be left behind. */
function requireAll({ moves }: MovedPaths, files: readonly CandidateFile[]): void {
  const read = new Set(files.map(({ path }) => path));
  const missing = moves.find(({ from }) => !read.has(from));
  if (missing) throw moveRefusal(`${missing.from} changed meanwhile, or is no text.`);
}

function notesFor({ moves }: MovedPaths): string[] {
  const isPackage = moves.some(
    ({ from, to }) =>
      nameLanguageOf(from) === "go" &&
      posix.basename(posix.dirname(from)) !== posix.basename(posix.dirname(to)) &&
      posix.dirname(from) !== posix.dirname(to),
  );
  return [
    "An import that is computed from a name alone is not seen.",
    ...(isPackage ? ["The package keeps the name that its files declare."] : []),
  ];
}

/** Files that may import a moved one, or something that a moved one may hide; and those that move. */
async function filesToRead(
  paths: MovedPaths,
  index: RepositoryIndex,
  textOf: (path: string) => Promise<string | undefined>,
): Promise<readonly string[]> {
  const wanted = new Set(paths.moves.map(({ from }) => from));
  const all = index.paths();
  for (const { from, to } of paths.moves) {
    const language = nameLanguageOf(from);
    const sources = language === "go" ? [posix.dirname(from)] : [from, to];
    for (const path of sources) for (const one of mentioning(path, all, index)) wanted.add(one);
  }
  // What a computed import loads has no name in the file.
  if (
    paths.moves.some(
      ({ from }) => nameLanguageOf(from) !== "python" && nameLanguageOf(from) !== "go",
    )
  )
    for (const path of all)
      if (nameLanguageOf(path) === "script" && computedImport.test((await textOf(path)) ?? ""))
        wanted.add(path);
  return [...wanted].sort();
}

const computedImport = /\b(?:import|require)\s*\(\s*(?:`|["'][^"'\n]*["']\s*\+)/u;
const wordOfName = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

function mentioning(
  path: string,
  all: readonly string[],
  index: RepositoryIndex,
): readonly string[] {
  const stem = posix.basename(path).replace(/(?:\.d)?\.\w+$/u, "");
  const isMain = /^(?:index|__init__)$/u.test(stem);
  // `from "."` has no word in it.
  if (isMain) return all.filter((one) => nameLanguageOf(one) !== undefined);
  const [first, ...rest] = stem.match(wordOfName) ?? [];
  if (first === undefined) return all;
  const others = rest.map((word) => new Set(index.mentions(word)));
  return index.mentions(first).filter((one) => others.every((some) => some.has(one)));
}

async function fileImports(
  path: string,
  text: string,
  paths: MovedPaths,
  parserFor: ParserFor,
  textOf: (path: string) => Promise<string | undefined>,
): Promise<FileImports> {
  const language = nameLanguageOf(path);
  if (language === undefined) return { changes: [], unsure: namedPaths(path, text, paths) };
  const tree = (await parserFor(path))?.parse(text);
  if (!tree)
    throw moveRefusal(`${path} cannot be read: it is too long, or its grammar is missing.`);
  try {
    const { rootNode: root } = tree;
    const found =
      language === "script"
        ? movedScriptImports(path, text, root, paths)
        : language === "python"
          ? await movedPythonImports(path, text, root, paths, textOf)
          : movedGoImports(path, root, paths);
    if (root.hasError) requireReadable(path, text, found, paths);
    return { ...found, unsure: [...found.unsure, ...ownPlace(path, text, paths)] };
  } finally {
    tree.delete();
  }
}

/**
 * In a file with a syntax error an import may be where the grammar does not see it: a line of that form that has the name of a moved
 * file, or in a moved file a relative path, must be one that was found.
 */
function requireReadable(path: string, text: string, found: FileImports, paths: MovedPaths): void {
  const lineOf = ({ start }: { readonly start: number }): number => lineAt(text, start);
  const known = new Set([...found.changes.map(lineOf), ...found.unsure.map(lineOf)]);
  const names = paths.moves.map(({ from }) => posix.basename(from).replace(/(?:\.d)?\.\w+$/u, ""));
  const isOwn = posix.dirname(paths.newPath(path)) !== posix.dirname(path);
  for (const [line, words] of text.split("\n").entries()) {
    if (known.has(line) || !/\b(?:import|require|from)\b/u.test(words)) continue;
    const isMeant =
      names.some((name) => words.includes(name)) || (isOwn && /["'\s]\./u.test(words));
    if (!isMeant) continue;
    throw moveRefusal(
      `${path} has a syntax error, so that it is not known whether its line ${line + 1} imports a file that moves.`,
      { path, line: line + 1 },
    );
  }
}

const folderWords =
  /\b(?:__dirname|__filename|__file__)\b|\bimport\.meta\.(?:url|dirname|filename)\b|^\/\/go:embed\b/gmu;

/** Places where a file that gets into another folder asks where it is. */
function ownPlace(path: string, text: string, paths: MovedPaths): UnsureMention[] {
  if (posix.dirname(path) === posix.dirname(paths.newPath(path))) return [];
  return [...text.matchAll(folderWords)].map(({ index }) => ({
    start: index,
    why: "it asks for the folder of the file, which changes",
  }));
}

function changedText(text: string, changes: readonly ImportChange[]): string {
  const ordered = changes.toSorted((a, b) => b.start - a.start);
  return ordered.reduce(
    (made, { start, end, text: put }) => made.slice(0, start) + put + made.slice(end),
    text,
  );
}
