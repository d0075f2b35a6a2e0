import type { ParserFor } from "../../core/repository.ts";
import { nameLanguageOf } from "../index/languages.ts";
import type { Container, Key, Mention, NameFacts, NamePlace, ParentRef } from "./facts.ts";
import { keys } from "./facts.ts";
import { goFacts } from "./go.ts";
import type { ModuleResolver } from "./modules.ts";
import { wordStarts } from "./nodes.ts";
import { pythonFacts } from "./python.ts";
import { scriptFacts } from "./script.ts";

/** The files of a repository as a question about names sees them. */
export interface NameView {
  /** Files with the name as a word. */
  mentions(name: string): readonly string[];
  /** Files that export all that another module exports. */
  readonly reexporting: readonly string[];
  text(path: string): Promise<string | undefined>;
  readonly modules: ModuleResolver;
  readonly parserFor: ParserFor;
  /** What was found out about a name in a file, by both. */
  readonly facts: Map<string, Promise<NameFacts>>;
}

/** The key of `NameView.facts`; the path comes last. */
export const factsId = (name: string, path: string): string => `${name}\0${path}`;

export interface FoundPlace extends NamePlace {
  readonly path: string;
}

export interface FoundMention extends Mention {
  readonly path: string;
}

/** Places that mean one thing. */
export interface NameGroup {
  readonly keys: ReadonlySet<Key>;
  readonly places: readonly FoundPlace[];
  /** Whether a file of the repository declares it. */
  readonly isDeclared: boolean;
}

/** A file that cannot be understood, in which the name is written. */
export interface Unreadable {
  readonly path: string;
  readonly starts: readonly number[];
  readonly why: string;
}

export interface Resolution {
  readonly name: string;
  readonly groups: readonly NameGroup[];
  readonly unreadable: readonly Unreadable[];
  readonly mentions: readonly FoundMention[];
  /** Containers that declare the name, and whether their parents are all known. */
  readonly containers: ReadonlyMap<Key, Container & { readonly isOpen: boolean }>;
  readonly globals: ReadonlySet<Key>;
  /** Exports of the name by modules that a file takes whole, for files with members of unknown values: the module may be one. */
  readonly wholeModules: ReadonlyMap<string, ReadonlySet<Key>>;
}

const readers = { script: scriptFacts, python: pythonFacts, go: goFacts };
/** Imports of modules as values; Go has none. */
const wholeImport: Readonly<Record<string, RegExp>> = {
  script: /(?:\b(?:import|require)\s*\(\s*|\*\s*as\s+[\w$]+\s+from\s*)["'`]([^"'`\n]+)["'`]/gu,
  python:
    /^[ \t]*(?:import[ \t]+([\w.]+)|from[ \t]+([\w.]+)[ \t]+import[ \t]+(\w+))|\b(?:import_module|__import__)\([ \t]*["']([\w.]+)["']/gmu,
};
/** A module that a script takes whole: `* as m from "./m"`. */
const handedModule = /(\bexport\s*)?\*\s*as\s+([\w$]+)\s+from\s*["']([^"'\n]+)["']/gu;
const anySource = /\bfrom\s*["']([^"'\n]+)["']/gu;
const noFacts: NameFacts = {
  places: [],
  links: [],
  containers: [],
  mentions: [],
  globals: [],
  exportsName: false,
};
/** Longer chains of re-exports and of classes are not followed. */
const longestChain = 32;

/** Everything that a name means in a repository: its places, those of one symbol together. */
export async function resolveName(view: NameView, name: string): Promise<Resolution> {
  return new NameLinker(view, name).resolve();
}

class NameLinker {
  private readonly view: NameView;
  private readonly name: string;
  private readonly above = new Map<Key, Key>();

  constructor(view: NameView, name: string) {
    this.view = view;
    this.name = name;
  }

  async resolve(): Promise<Resolution> {
    const { name, view } = this;
    const mentioned = view.mentions(name).filter((path) => nameLanguageOf(path) !== undefined);
    const read: [string, NameFacts][] = [];
    for (const path of mentioned) read.push([path, await this.factsOf(path, name)]);
    const containers = new Map<Key, Container>();
    for (const [, facts] of read) addContainers(containers, facts);
    const placed = new Map<Key, Key>();
    const settle = async (key: Key): Promise<Key> => {
      const found = placed.get(key) ?? (await this.settled(key, containers));
      placed.set(key, found);
      return found;
    };
    for (const [, { links }] of read) {
      for (const [one, other] of links) {
        const pair = [await settle(one), await settle(other)] as const;
        // What comes from outside stays what it is; only its name here is ours.
        if (!pair.some((key) => /^[XU]/u.test(key))) this.join(pair[0], pair[1]);
      }
    }
    const places: FoundPlace[] = [];
    for (const [path, facts] of read) {
      for (const place of facts.places) {
        places.push({ ...place, path, key: await settle(place.key) });
      }
    }
    const openContainers = await this.joinFamilies(containers);
    const unreadable = await this.unreadable(read);
    const hidden = new Set(unreadable.map(({ path }) => path));
    return {
      name,
      groups: this.groupsOf(places),
      unreadable,
      mentions: read.flatMap(([path, facts]) =>
        hidden.has(path) ? [] : facts.mentions.map((one) => ({ path, ...one })),
      ),
      containers: new Map(
        [...containers.values()]
          .filter(({ declares }) => declares)
          .map((one) => [one.key, { ...one, isOpen: openContainers.has(one.key) }]),
      ),
      wholeModules: await this.wholeModules(places, read),
      globals: new Set(read.flatMap(([, { globals }]) => globals)),
    };
  }

  private factsOf(path: string, name: string): Promise<NameFacts> {
    const id = factsId(name, path);
    let facts = this.view.facts.get(id);
    if (!facts) {
      facts = this.read(path, name);
      this.view.facts.set(id, facts);
    }
    return facts;
  }

  private async read(path: string, name: string): Promise<NameFacts> {
    const language = nameLanguageOf(path);
    const text = await this.view.text(path);
    if (language === undefined || text === undefined) return noFacts;
    const tree = (await this.view.parserFor(path))?.parse(text);
    if (!tree) return { ...noFacts, brokenAt: 1 };
    try {
      return readers[language](tree.rootNode, text, path, name);
    } finally {
      tree.delete();
    }
  }

  /** The key of an import in the module that it leads to; others stay as they are. */
  private async settled(key: Key, containers: Map<Key, Container>): Promise<Key> {
    const [kind, path = "", specifier = "", exported = "", answer] = key.split("\0");
    if (kind === "I") return this.exportOf(path, specifier, 0);
    if (kind === "J") {
      const target = this.view.modules.resolve(path, specifier);
      if (target.kind === "file") return keys.defaultExport(target.path);
      return target.kind === "external" ? "X\0" : "U\0";
    }
    if (kind === "R") {
      const found = await this.importedContainer(path, specifier, exported, containers, 0);
      const language = nameLanguageOf(path)!;
      if (found === "external" && answer === undefined) return keys.external(language);
      return found === "unknown" || found === "external" ? keys.property(language) : found;
    }
    if (kind === "M") return this.ownerOf(key, containers);
    if (kind === "W") return (await this.provider(path, 0)) ?? keys.global("python");
    if (kind === "C") {
      // Only a struct that declares the field can have it as a key; all else is a value.
      const [member, value] = key.slice(2).split("\0\0") as [Key, Key];
      const owner = await this.settled(member, containers);
      if (owner.startsWith("X")) return owner;
      return containers.get(owner)?.declares ? owner : this.settled(value, containers);
    }
    return key;
  }

  /** Which module declares what an import of the name means. */
  private async exportOf(from: string, specifier: string, steps: number): Promise<Key> {
    const target = this.view.modules.resolve(from, specifier);
    if (target.kind !== "file") return target.kind === "external" ? "X\0" : "U\0";
    return (await this.provider(target.path, steps)) ?? keys.export(target.path);
  }

  private async provider(path: string, steps: number): Promise<Key | undefined> {
    if (nameLanguageOf(path) === undefined) return keys.export(path);
    if ((await this.factsOf(path, this.name)).exportsName) return keys.export(path);
    if (steps > longestChain || !this.view.reexporting.includes(path)) return undefined;
    for (const specifier of await this.starsOf(path)) {
      const target = this.view.modules.resolve(path, specifier);
      const found =
        target.kind === "file" ? await this.provider(target.path, steps + 1) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private async wholeModules(
    places: readonly FoundPlace[],
    read: readonly [string, NameFacts][],
  ): Promise<Map<string, Set<Key>>> {
    const found = new Map<string, Set<Key>>();
    const inCode = places.flatMap(({ key, path }) => (key[0] === "P" ? [path] : []));
    const inStrings = read.flatMap(([path, { mentions }]) =>
      mentions.some(({ isName }) => isName) ? [path] : [],
    );
    for (const path of new Set([...inCode, ...inStrings])) {
      const text = (await this.view.text(path)) ?? "";
      const whole = wholeImport[nameLanguageOf(path)!];
      const add = async (from: string, specifier: string): Promise<void> => {
        const key = await this.exportOf(from, specifier, 0);
        found.set(path, (found.get(path) ?? new Set<Key>()).add(key));
      };
      for (const [, only, folder = "", module = "", loaded] of whole ? text.matchAll(whole) : [])
        await add(path, only ?? loaded ?? joined(folder, module));
      if (nameLanguageOf(path) !== "script") continue;
      for (const other of await this.importedBy(path)) {
        const handed = (await this.view.text(other)) ?? "";
        const isHanding = /\bexport\b|\bexports\b/u.test(handed);
        for (const [, , , specifier] of isHanding ? handed.matchAll(handedModule) : [])
          await add(other, specifier!);
      }
    }
    return found;
  }

  /** The modules that a script imports from, and those whose exports they export. */
  private async importedBy(path: string): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const open = [path];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      const text = (await this.view.text(one)) ?? "";
      if (one !== path && !/\bexport\s*(?:type\s*)?[*{]/u.test(text)) continue;
      for (const [, specifier] of text.matchAll(anySource)) {
        const target = this.view.modules.resolve(one, specifier!);
        if (target.kind !== "file" || found.has(target.path)) continue;
        found.add(target.path);
        open.push(target.path);
      }
    }
    return found;
  }

  /** The modules that a file exports whole. */
  private async starsOf(path: string): Promise<string[]> {
    const text = (await this.view.text(path)) ?? "";
    const star =
      nameLanguageOf(path) === "python"
        ? /^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]*\*/gmu
        : /\bexport\s*(?:type\s*)?\*\s*from\s*["']([^"'\n]+)["']/gmu;
    return [...text.matchAll(star)].map((found) => found[1]!);
  }

  /** The container that an exported name means. */
  private async importedContainer(
    from: string,
    specifier: string,
    exported: string,
    containers: Map<Key, Container>,
    steps: number,
  ): Promise<Key | "external" | "unknown"> {
    const asModule =
      nameLanguageOf(from) === "python" &&
      this.view.modules.resolve(from, joined(specifier, exported));
    if (asModule && asModule.kind === "file") {
      return (await this.provider(asModule.path, 0)) ?? keys.export(asModule.path);
    }
    const target = this.view.modules.resolve(from, specifier);
    if (target.kind !== "file") return target.kind;
    if (nameLanguageOf(from) === "go") {
      return this.ownerOf(keys.member(`${target.path}/_.go`, exported), containers);
    }
    if (steps > longestChain) return "unknown";
    const facts = await this.factsOf(target.path, this.name);
    const own = facts.containers.find(({ exportedAs }) => exportedAs.includes(exported));
    if (own) {
      if (!containers.has(own.key)) addContainers(containers, facts);
      return this.ownerOf(own.key, containers);
    }
    if (nameLanguageOf(from) === "script") {
      const text = (await this.view.text(target.path)) ?? "";
      for (const [, isExport, name, source] of text.matchAll(handedModule))
        if (isExport && name === exported) return this.exportOf(target.path, source!, steps + 1);
    }
    const about = await this.factsOf(target.path, exported);
    for (const [one, other] of about.links) {
      const inward = one === keys.export(target.path) ? other : one;
      if (inward === other ? one !== keys.export(target.path) : other !== keys.export(target.path))
        continue;
      const [kind, , next] = inward.split("\0");
      if (kind !== "I" || next === undefined) continue;
      return this.importedContainer(target.path, next, exported, containers, steps + 1);
    }
    return "unknown";
  }

  /** The container that declares the member which a container has, itself or from its parents. */
  private async ownerOf(key: Key, containers: Map<Key, Container>, steps = 0): Promise<Key> {
    const own = containers.get(key);
    const language = nameLanguageOf(key.split("\0")[1]!)!;
    // A type of Go whose declaration does not have the name may embed one that does.
    if (!own) return language === "go" ? keys.property(language) : key;
    if (own.declares) return key;
    let isOpen = false;
    for (const parent of own.parents) {
      const above =
        steps > longestChain ? undefined : await this.parentKey(parent, key, containers);
      if (above === undefined) isOpen = true;
      else {
        const owner = await this.ownerOf(above, containers, steps + 1);
        if (containers.get(owner)?.declares) return owner;
        if (owner.startsWith("P\0")) isOpen = true;
      }
    }
    return isOpen ? keys.property(language) : key;
  }

  private async parentKey(
    parent: ParentRef,
    child: Key,
    containers: Map<Key, Container>,
  ): Promise<Key | undefined> {
    if (parent.kind === "local") return parent.key;
    if (parent.kind === "unknown") return undefined;
    const path = child.split("\0")[1]!;
    const found = await this.importedContainer(path, parent.specifier, parent.name, containers, 0);
    return found === "unknown" || found === "external" || !found.startsWith("M\0")
      ? undefined
      : found;
  }

  /** Joins the members of containers that inherit from each other; answers those with parents that are not known. */
  private async joinFamilies(containers: Map<Key, Container>): Promise<Set<Key>> {
    const open = new Set<Key>();
    const visit = async (key: Key, from: Key, steps: number): Promise<void> => {
      for (const parent of containers.get(key)?.parents ?? []) {
        const above =
          steps > longestChain ? undefined : await this.parentKey(parent, key, containers);
        if (above === undefined) open.add(from);
        else {
          // What a Go type embeds has members of its own.
          const inherits = !key.split("\0")[1]!.endsWith("/_.go");
          if (inherits && containers.get(above)?.declares) this.join(from, above);
          await visit(above, from, steps + 1);
        }
      }
    };
    for (const { key, declares } of [...containers.values()]) {
      if (declares) await visit(key, key, 0);
    }
    return open;
  }

  private async unreadable(read: readonly [string, NameFacts][]): Promise<Unreadable[]> {
    const found: Unreadable[] = [];
    for (const [path, { brokenAt }] of read) {
      if (brokenAt === undefined) continue;
      const text = (await this.view.text(path)) ?? "";
      const starts = [...wordStarts(text, this.name)];
      if (starts.length === 0) continue;
      found.push({ path, starts, why: `it has a syntax error at line ${brokenAt}` });
    }
    return found;
  }

  private groupsOf(places: readonly FoundPlace[]): NameGroup[] {
    const groups = new Map<Key, { keys: Set<Key>; places: FoundPlace[]; isDeclared: boolean }>();
    for (const place of places) {
      const root = this.rootOf(place.key);
      let group = groups.get(root);
      if (!group) {
        group = { keys: new Set([root]), places: [], isDeclared: false };
        groups.set(root, group);
      }
      group.keys.add(place.key);
      group.places.push(place);
      group.isDeclared ||= place.declares && !/^[PGXUQ]/u.test(root);
    }
    for (const key of this.above.keys()) groups.get(this.rootOf(key))?.keys.add(key);
    return [...groups.values()];
  }

  private join(one: Key, other: Key): void {
    const [a, b] = [this.rootOf(one), this.rootOf(other)];
    if (a !== b) this.above.set(b, a);
  }

  private rootOf(key: Key): Key {
    let root = key;
    for (let next = this.above.get(root); next !== undefined; next = this.above.get(root))
      root = next;
    return root;
  }
}

/** Adds the containers of a file; a type of Go may have members in several. */
function addContainers(containers: Map<Key, Container>, facts: NameFacts): void {
  for (const one of facts.containers) {
    const known = containers.get(one.key);
    containers.set(
      one.key,
      known === undefined || known === one
        ? one
        : {
            ...one,
            declares: one.declares || known.declares,
            isNominal: (one.isNominal ?? false) && (known.isNominal ?? false),
            parents: [...known.parents, ...one.parents],
          },
    );
  }
}

/** A module below a module of Python: `.` and `mod` are `.mod`. */
const joined = (specifier: string, name: string): string =>
  specifier.endsWith(".") ? specifier + name : `${specifier}.${name}`;
