import type { RepositoryFiles } from "../../src/core/repository.ts";
import { createRepositoryIndex } from "../../src/orchestrate/index/repository-index.ts";
import type { NameView } from "../../src/orchestrate/names/resolve-name.ts";
import { nameViewOf } from "../../src/orchestrate/names/view.ts";
import { parserFor } from "../../src/workspace/syntax.ts";

/** Files in memory, which a test may change. The stamp is the text. */
export function memoryRepository(files: Map<string, string>): RepositoryFiles {
  return {
    list: async () => [...files.keys()].sort(),
    stamp: (path) => files.get(path),
    async read(path) {
      const text = files.get(path);
      return text === undefined ? undefined : { text, hash: text };
    },
  };
}

export async function memoryView(files: Readonly<Record<string, string>>): Promise<NameView> {
  const index = createRepositoryIndex(memoryRepository(new Map(Object.entries(files))), parserFor);
  await index.update();
  return nameViewOf(index, parserFor);
}

/**
 * A source with the places that a rename must change: `«old»` becomes the new name, `«old=old: new»` what is behind the first
 * equals sign.
 */
export function marked(text: string, to: string): { before: string; after: string } {
  const mark = /«([^=»]+)(?:=([^»]*))?»/gu;
  return {
    before: text.replace(mark, "$1"),
    after: text.replace(mark, (_, _old: string, written?: string) => written ?? to),
  };
}
