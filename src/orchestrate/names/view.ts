import type { ParserFor } from "../../core/repository.ts";
import type { RepositoryIndex } from "../index/repository-index.ts";
import { type ModuleConfiguration, ModuleResolver, readConfiguration } from "./modules.ts";
import { wordStarts } from "./nodes.ts";
import type { NameView } from "./resolve-name.ts";

/** The files of an index as names see them. The texts are those of its last update. */
export async function nameViewOf(index: RepositoryIndex, parserFor: ParserFor): Promise<NameView> {
  const paths = index.paths();
  const texts = new Map<string, Promise<string | undefined>>();
  const text = (path: string): Promise<string | undefined> => {
    let read = texts.get(path);
    if (!read) {
      read = index.read(path);
      texts.set(path, read);
    }
    return read;
  };
  const configuration: ModuleConfiguration = await readConfiguration(paths, text);
  return {
    mentions: (name) => index.mentions(name),
    reexporting: index.reexporting(),
    text,
    modules: new ModuleResolver(paths, configuration),
    parserFor,
    facts: new Map(),
  };
}

/** A view in which some files have other texts. */
export function withTexts(view: NameView, changed: ReadonlyMap<string, string>): NameView {
  return {
    ...view,
    mentions(name) {
      const known = view.mentions(name).filter((path) => !changed.has(path));
      const more = [...changed].flatMap(([path, text]) =>
        wordStarts(text, name).next().done ? [] : [path],
      );
      return [...known, ...more].sort();
    },
    text: async (path) => changed.get(path) ?? view.text(path),
    facts: new Map([...view.facts].filter(([id]) => !changed.has(id.split("\0")[1]!))),
  };
}

/** A view in which names are looked for in some files only; what these import is still followed. */
export function withinPaths(view: NameView, paths: Iterable<string>): NameView {
  const wanted = new Set(paths);
  return { ...view, mentions: (name) => view.mentions(name).filter((path) => wanted.has(path)) };
}
