import type { ParserFor, RepositoryFiles } from "../../core/repository.ts";
import { nameLanguageOf } from "./languages.ts";
import { type Definition, type Outline, outlineOf } from "./outline.ts";
import { createWordIds, includesId } from "./words.ts";

/** What changed between two looks at the files. */
export interface IndexChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export interface FoundDefinition extends Definition {
  readonly path: string;
}

/**
 * What is declared and named in the files of a repository. Every answer is of the files as they were at the last `update`;
 * a file is read again when its stamp changes, and analysed again when the hash of its content does.
 */
export interface RepositoryIndex {
  /** Looks for files that were added, changed or removed. `paths`: only these, where the caller knows what changed. */
  update(paths?: readonly string[]): Promise<IndexChanges>;
  /** Every indexed file, sorted. */
  paths(): readonly string[];
  /** The files that have a word anywhere: in code, strings or comments. */
  mentions(word: string): readonly string[];
  /** Files that export all that another module exports, or import all of it. */
  reexporting(): readonly string[];
  /** Every word of the files. */
  words(): readonly string[];
  /** The text of a file as it was indexed, or undefined where it changed since. */
  read(path: string): Promise<string | undefined>;
  hashOf(path: string): string | undefined;
  /** Definitions and imports of a file: none for a language without a grammar. */
  outline(path: string): Promise<Outline>;
  /** Where a name is declared. */
  definitions(name: string): Promise<readonly FoundDefinition[]>;
  /** Analyses every file now, so that no later question waits. */
  complete(): Promise<void>;
}

interface IndexedFile {
  readonly stamp: string;
  readonly hash: string;
  readonly words: Uint32Array;
  readonly reexports: boolean;
  outline?: Outline;
}

const noOutline: Outline = { definitions: [], imports: [] };
const star = /\bexport\s*(?:type\s*)?\*|^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]*\*/mu;
/** Files that are read at once. */
const filesAtOnce = 16;

export function createRepositoryIndex(
  files: RepositoryFiles,
  parserFor: ParserFor,
): RepositoryIndex {
  const vocabulary = createWordIds();
  const indexed = new Map<string, IndexedFile>();
  /** Files that are no text, by stamp, so that they are not read again. */
  const unreadable = new Map<string, string>();
  let sorted: readonly string[] | undefined;

  async function look(path: string, stamp: string): Promise<"changed" | "same"> {
    const known = indexed.get(path);
    const read = await files.read(path);
    if (read === undefined) {
      unreadable.set(path, stamp);
      indexed.delete(path);
      return known ? "changed" : "same";
    }
    unreadable.delete(path);
    if (known?.hash === read.hash) {
      indexed.set(path, { ...known, stamp });
      return "same";
    }
    const { text, hash } = read;
    indexed.set(path, { stamp, hash, words: vocabulary.read(text), reexports: star.test(text) });
    return "changed";
  }

  async function outline(path: string): Promise<Outline> {
    const file = indexed.get(path);
    const language = nameLanguageOf(path);
    if (file === undefined || language === undefined) return noOutline;
    if (file.outline) return file.outline;
    const parser = await parserFor(path);
    const read = await files.read(path);
    if (read?.hash !== file.hash) return noOutline;
    const tree = parser?.parse(read.text);
    if (!tree) return noOutline;
    try {
      file.outline = outlineOf(tree, language);
      return file.outline;
    } finally {
      tree.delete();
    }
  }

  const mentions = (word: string): string[] => {
    const id = vocabulary.idOf(word);
    if (id === undefined) return [];
    return [...indexed]
      .flatMap(([path, { words }]) => (includesId(words, id) ? [path] : []))
      .sort();
  };

  return {
    async update(only) {
      const listed = only ?? (await files.list());
      const removed: string[] = [];
      const open: [path: string, stamp: string][] = [];
      for (const path of listed) {
        const stamp = files.stamp(path);
        if (stamp === undefined) {
          unreadable.delete(path);
          if (indexed.delete(path)) removed.push(path);
        } else if (indexed.get(path)?.stamp !== stamp && unreadable.get(path) !== stamp) {
          open.push([path, stamp]);
        }
      }
      if (only === undefined) {
        const present = new Set(listed);
        for (const path of [...indexed.keys()]) {
          if (!present.has(path) && indexed.delete(path)) removed.push(path);
        }
      }
      const added: string[] = [];
      const changed: string[] = [];
      await inParallel(open, async ([path, stamp]) => {
        const isNew = !indexed.has(path);
        if ((await look(path, stamp)) === "same") return;
        if (!indexed.has(path)) removed.push(path);
        else (isNew ? added : changed).push(path);
      });
      sorted = undefined;
      return { added: added.sort(), changed: changed.sort(), removed: removed.sort() };
    },
    paths: () => {
      sorted ??= [...indexed.keys()].sort();
      return sorted;
    },
    mentions,
    reexporting: () => [...indexed].flatMap(([path, { reexports }]) => (reexports ? [path] : [])),
    words: () => vocabulary.words(),
    async read(path) {
      const read = await files.read(path);
      return read !== undefined && read.hash === indexed.get(path)?.hash ? read.text : undefined;
    },
    hashOf: (path) => indexed.get(path)?.hash,
    outline,
    async definitions(name) {
      const found: FoundDefinition[] = [];
      for (const path of mentions(name)) {
        for (const one of (await outline(path)).definitions) {
          if (one.name === name) found.push({ path, ...one });
        }
      }
      return found;
    },
    async complete() {
      for (const path of indexed.keys()) await outline(path);
    },
  };
}

/** Runs work on every item, some at a time. */
async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: filesAtOnce }, worker));
}
