import { RedraftError } from "../../core/errors.ts";
import { codeNamesIn } from "../instruction/code-names.ts";
import type { OrchestrateRequest, SpeculationContext } from "../speculator.ts";

/** A part of a file; lines are 0-based, `end` is the line behind it. */
interface NamedLines {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

interface RegionFile {
  readonly path: string;
  readonly text: string;
  readonly exists: boolean;
}

/** How parts of files are found: other stages know how. */
export interface RegionFinder {
  /** The one declaration that an instruction is about. */
  named(
    files: readonly RegionFile[],
    instruction: string,
  ): (NamedLines & { readonly file: { readonly path: string }; readonly why: string }) | undefined;
  /** What a text declares. */
  declared(text: string): readonly NamedLines[];
}

/** A part of a file that a model is to write anew. */
export interface WriterRegion extends NamedLines {
  readonly path: string;
  /** The text of the file. */
  readonly text: string;
  readonly why: string;
  /** What tools say about lines of it; lines of the file, from 1. */
  readonly messages: readonly { readonly line: number; readonly message: string }[];
}

/** Parts that one request is about at most: each costs the model an answer. */
const mostRegions = 4;
/** Files that are searched for a declaration, where the request names none. */
const filesSearched = 8;
/** A file of so many lines is one part, where nothing in it is named. */
const shortFile = 60;
/** A declaration of more lines is no part that a small model writes anew: only lines around the place are. */
const longestPart = 120;
const aroundPlace = 12;

/**
 * The parts of files that a request is about: what is selected, the declarations around the cursor or around each diagnostic, the one that
 * the instruction names, or a short file that is named alone.
 *
 * @throws `no-match` where no part is meant
 */
export async function writerRegions(
  request: OrchestrateRequest,
  { index }: Pick<SpeculationContext, "index">,
  finder: RegionFinder,
): Promise<readonly WriterRegion[]> {
  const { instruction, diagnostics = [], selection, cursor } = request;
  const place = selection ?? (cursor && { path: cursor.path, from: cursor.line, to: cursor.line });
  if (place) {
    const text = await readRegionFile(place.path, index);
    const why = selection ? "it is selected" : "the cursor is in it";
    return [regionAround(place.path, text, place.from - 1, place.to, why, finder)];
  }
  if (diagnostics.length > 0) {
    const found = new Map<string, WriterRegion>();
    for (const { file, line, message } of diagnostics) {
      const text = await index.read(file);
      if (text === undefined) continue;
      const one = regionAround(file, text, line - 1, line, "a diagnostic is in it", finder);
      const id = `${one.path}:${one.start}:${one.end}`;
      const known = found.get(id) ?? one;
      found.set(id, { ...known, messages: [...known.messages, { line, message }] });
    }
    if (found.size > 0) return [...found.values()].slice(0, mostRegions);
  }
  if (instruction === undefined) throw noRegion();
  const paths = request.files ?? (await filesNamedBy(instruction, index));
  const files: RegionFile[] = [];
  for (const path of paths.slice(0, filesSearched)) {
    const text = await index.read(path);
    if (text !== undefined) files.push({ path, text, exists: true });
  }
  const named = finder.named(files, instruction);
  if (named && named.end - named.start <= longestPart) {
    const { file, name, start, end, why } = named;
    const { text } = files.find(({ path }) => path === file.path)!;
    return [{ path: file.path, text, name, start, end, why, messages: [] }];
  }
  const [only] = files;
  const plain = only && files.length === 1 && saidAsWord(only, instruction, finder);
  if (plain) return [plain];
  const lines = only?.text.split("\n").length ?? 0;
  if (only && files.length === 1 && request.files?.length === 1 && lines <= shortFile) {
    const { path, text } = only;
    return [
      {
        path,
        text,
        name: "",
        start: 0,
        end: countOfLines(text),
        why: "it is a short file",
        messages: [],
      },
    ];
  }
  throw noRegion();
}

/**
 * The only declaration whose name is a word of the instruction, as `total` in "add a docstring to total". Such a word may be one of the
 * language, so it counts only where nothing else is named, in the one file that is meant.
 */
function saidAsWord(
  { path, text }: RegionFile,
  instruction: string,
  finder: RegionFinder,
): WriterRegion | undefined {
  const words = new Set(instruction.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
  const said = finder.declared(text).filter(({ name }) => words.has(name));
  const [one] = said;
  if (!one || said.length > 1 || one.end - one.start > longestPart) return undefined;
  const why = `the instruction has the word ${one.name}`;
  return { path, text, name: one.name, start: one.start, end: one.end, why, messages: [] };
}

async function readRegionFile(path: string, index: SpeculationContext["index"]): Promise<string> {
  const text = await index.read(path);
  if (text !== undefined) return text;
  throw new RedraftError("no-match", `${path} is no file of the folder. Nothing was written.`);
}

const countOfLines = (text: string): number =>
  text.split("\n").length - (text.endsWith("\n") ? 1 : 0);

/** The innermost declaration around lines; where there is none, or it is long, the lines around them. */
function regionAround(
  path: string,
  text: string,
  from: number,
  to: number,
  why: string,
  finder: RegionFinder,
): WriterRegion {
  const [inner] = finder
    .declared(text)
    .filter(({ start, end }) => start <= from && to <= end)
    .sort((a, b) => a.end - a.start - (b.end - b.start));
  if (inner && inner.end - inner.start <= longestPart) {
    const { name, start, end } = inner;
    return { path, text, name, start, end, why, messages: [] };
  }
  const lines = text.split("\n");
  const isBlank = (line: number): boolean => (lines[line] ?? "").trim() === "";
  let start = Math.max(0, Math.min(from, lines.length - 1));
  let end = Math.max(start + 1, Math.min(to, countOfLines(text)));
  while (start > 0 && from - start < aroundPlace && !isBlank(start - 1)) start -= 1;
  while (end < countOfLines(text) && end - to < aroundPlace && !isBlank(end)) end += 1;
  return { path, text, name: "", start, end, why, messages: [] };
}

/** Files that declare a name of the instruction, then those that have it. */
async function filesNamedBy(
  instruction: string,
  index: SpeculationContext["index"],
): Promise<readonly string[]> {
  const names = codeNamesIn(instruction).map((name) => name.split(".").at(-1)!);
  const declaring = new Set<string>();
  for (const name of names) {
    for (const { path } of await index.definitions(name)) declaring.add(path);
  }
  if (declaring.size > 0) return [...declaring];
  return [...new Set(names.flatMap((name) => index.mentions(name)))];
}

const noRegion = (): RedraftError =>
  new RedraftError(
    "no-match",
    "the request is about no one part of the files. Name one function or class in backquotes, or a file and a line. Nothing was written.",
  );
