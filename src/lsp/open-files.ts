import type { RepositoryFiles } from "../core/repository.ts";
import { textHash } from "../core/text-store.ts";

/**
 * The files of a folder as the user sees them: those that an editor has open have its text, saved or not, and new ones that are not
 * saved yet are there, too.
 *
 * @param open texts by path in the folder
 */
export function withOpenTexts(
  files: RepositoryFiles,
  open: () => ReadonlyMap<string, string>,
): RepositoryFiles {
  const hashes = new Map<string, string>();
  /** Hashed once for each text, since every look at the files asks for it. */
  const hashOf = (text: string): string => {
    const hash = hashes.get(text) ?? textHash(text);
    if (!hashes.has(text)) {
      if (hashes.size > 2 * open().size) hashes.clear();
      hashes.set(text, hash);
    }
    return hash;
  };
  return {
    async list() {
      const saved = await files.list();
      const known = new Set(saved);
      // A file on the disk that is not listed is one that git ignores.
      const isNew = (path: string): boolean => !known.has(path) && files.stamp(path) === undefined;
      return [...saved, ...[...open().keys()].filter(isNew)].sort();
    },
    stamp(path) {
      const text = open().get(path);
      return text === undefined ? files.stamp(path) : `open ${hashOf(text)}`;
    },
    async read(path) {
      const text = open().get(path);
      return text === undefined ? files.read(path) : { text, hash: hashOf(text) };
    },
  };
}
