/**
 * What one file says about one name. Places that mean the same symbol have the same key, or keys that a link joins; keys of
 * several files meet where imports lead.
 *
 * Kinds of keys, by their first letter: `L` a binding of this file, `E` an export of a module (`D` its default), `I` and `J` the
 * same as an import names it, which the linker turns into the one of the module that it finds, `M` a member of a container, `R` a
 * member of something imported, `P` a property of an unknown value, `G` a name that the file does not declare, `X` something that
 * is certainly of another package. Further ones are settled by the linker, too: `W` a name that a wildcard import of Python may
 * bring, `Q` a keyword of a call of an unknown function, `C` a key in a Go literal, `U` something of a module that is not found.
 * The parts of a key are separated by NUL, which no path has.
 */
export type Key = string;

/** One place in code where the name is written. Offsets are UTF-16 code units. */
export interface NamePlace {
  readonly start: number;
  readonly end: number;
  readonly key: Key;
  readonly declares: boolean;
  /** What is written before and after the new name where only this key is renamed: `{ old }` becomes `{ old: new }`. */
  readonly before?: string;
  readonly after?: string;
  /**
   * Why a new name needs more care here. `registered`: a decorator may keep the function under its name; `injected`: a parameter that
   * may be passed by its name, by a decorator or a test runner.
   */
  readonly note?: "jsx" | "embedded" | "registered" | "injected";
}

/** A class, interface, enum or object, whether or not it declares the name as a member. */
export interface Container {
  readonly key: Key;
  /** As its declaration calls it; for the parameters of a function, the name of what is called. */
  readonly name?: string | undefined;
  /** Whether the name is one of its own members. */
  readonly declares: boolean;
  /** Keys of what it extends or implements; an import or unknown among them may declare the member, too. */
  readonly parents: readonly ParentRef[];
  /** The name under which the file exports it, for members of imported things. */
  readonly exportedAs: readonly string[];
  /** Only code inside of the container can use the member. */
  readonly isPrivate: boolean;
  /** No other container can have the member in its place: a field of a Go struct, a member of an enum. */
  readonly isNominal?: boolean;
}

/** What a container extends: one of the same file by its key, an import, or something unknown. */
export type ParentRef =
  | { readonly kind: "local"; readonly key: Key }
  | { readonly kind: "import"; readonly specifier: string; readonly name: string }
  | { readonly kind: "unknown" };

/** The name in a comment or a string. */
export interface Mention {
  readonly start: number;
  readonly end: number;
  readonly in: "comment" | "string";
  /** The string is the name alone, or a dotted path that ends with it: a program may look it up. */
  readonly isName?: boolean;
  /** The second of these. */
  readonly isPath?: boolean;
}

export interface NameFacts {
  readonly places: readonly NamePlace[];
  readonly links: readonly (readonly [Key, Key])[];
  /** Whether the file itself exports the name, other than by `export *`. */
  readonly exportsName: boolean;
  /** Bindings that other files can use without an import: top-level names of a script that is no module. */
  readonly globals: readonly Key[];
  readonly containers: readonly Container[];
  readonly mentions: readonly Mention[];
  /** The line, from 1, of a syntax error: then nothing is certain. */
  readonly brokenAt?: number;
}

/** Facts while they are collected. */
export class FactsBuilder {
  readonly places: NamePlace[] = [];
  readonly links: [Key, Key][] = [];
  readonly containers: Container[] = [];
  readonly mentions: Mention[] = [];
  readonly globals: Key[] = [];
  exportsName = false;

  link(one: Key, other: Key): void {
    this.links.push([one, other]);
  }

  facts(brokenAt: number | undefined): NameFacts {
    const { places, links, containers, mentions, globals, exportsName } = this;
    const broken = brokenAt === undefined ? {} : { brokenAt };
    return { places, links, containers, mentions, globals, exportsName, ...broken };
  }
}

export const keys = {
  local: (path: string, scope: string): Key => `L\0${path}\0${scope}`,
  export: (path: string): Key => `E\0${path}`,
  defaultExport: (path: string): Key => `D\0${path}`,
  /** An export of a module, as a file names the module: the linker finds it. */
  import: (path: string, specifier: string): Key => `I\0${path}\0${specifier}`,
  defaultImport: (path: string, specifier: string): Key => `J\0${path}\0${specifier}`,
  member: (path: string, container: string): Key => `M\0${path}\0${container}`,
  /** A member of something that a module exports. */
  importedMember: (path: string, specifier: string, name: string): Key =>
    `R\0${path}\0${specifier}\0${name}`,
  /** A member of what a call of something imported answers: a package may answer what it was given. */
  memberOfAnswer: (path: string, specifier: string, name: string): Key =>
    `R\0${path}\0${specifier}\0${name}\0answer`,
  /** A property of a value that nothing is known about. */
  property: (language: string): Key => `P\0${language}`,
  global: (language: string): Key => `G\0${language}`,
  external: (language: string): Key => `X\0${language}`,
};
