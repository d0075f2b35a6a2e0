import { posix } from "node:path";
import { nameLanguageOf } from "../index/languages.ts";
import type { Container, Key } from "../names/facts.ts";
import type { FoundPlace, NameGroup, Resolution } from "../names/resolve-name.ts";

/** A place that may mean the symbol: the files do not say so, nor exclude it. */
export interface UnsurePlace {
  readonly path: string;
  readonly start: number;
  readonly why: string;
  /** Absent where the name cannot be replaced by itself. */
  readonly place?: FoundPlace;
}

/** Files in which imports are used by languages that are not read here. */
const embedding = /\.(?:vue|svelte|astro|mdx|ipynb|html)$/u;

/** Every place that may mean a symbol without being known to. */
export function unsurePlaces(
  resolution: Resolution,
  group: NameGroup,
  otherFiles: readonly string[],
): UnsurePlace[] {
  const traits = traitsOf(resolution, group);
  return [
    ...inUnreadable(resolution, traits),
    ...lexical(resolution, group, traits, otherFiles),
    ...ofMembers(resolution, group, traits),
    ...ofParameters(resolution, group, traits),
    ...byName(resolution, group, traits),
    ...inStrings(resolution, group, traits),
  ];
}

interface Traits {
  readonly language: string;
  readonly isExported: boolean;
  readonly isGlobal: boolean;
  readonly isEmbedded: boolean;
  /** A decorator may keep it under its name. */
  readonly isRegistered: boolean;
  /** Containers of which the symbol is a member. */
  readonly members: readonly (Container & { readonly isOpen: boolean })[];
  /** Functions of which it is a parameter. */
  readonly callees: readonly Container[];
  readonly paths: ReadonlySet<string>;
}

function traitsOf({ containers, globals }: Resolution, group: NameGroup): Traits {
  const keys = [...group.keys];
  const own = keys.flatMap((key) => containers.get(key) ?? []);
  return {
    language: nameLanguageOf(group.places[0]!.path) ?? "",
    isExported: keys.some((key) => /^[ED]/u.test(key)),
    isGlobal: keys.some((key) => globals.has(key)),
    isEmbedded: group.places.some(({ note }) => note === "embedded"),
    isRegistered: group.places.some(({ note }) => note === "registered"),
    members: own.filter(({ key }) => !isCall(key)),
    callees: own.filter(({ key }) => isCall(key)),
    paths: new Set(group.places.map(({ path }) => path)),
  };
}

const isCall = (key: Key): boolean => key.endsWith(":call");

function inUnreadable(resolution: Resolution, traits: Traits): UnsurePlace[] {
  const isLocal = !traits.isExported && !traits.isGlobal && traits.members.length === 0;
  return resolution.unreadable.flatMap(({ path, starts, why }) => {
    if (nameLanguageOf(path) !== traits.language) return [];
    if (isLocal && !traits.paths.has(path)) return [];
    return starts.map((start) => ({ path, start, why: `the file is not understood: ${why}` }));
  });
}

function lexical(
  resolution: Resolution,
  group: NameGroup,
  traits: Traits,
  otherFiles: readonly string[],
): UnsurePlace[] {
  const found: UnsurePlace[] = [];
  const inLanguage = (kind: string): FoundPlace[] =>
    placesWithKey(resolution, traits.language, (key) => key.startsWith(kind));
  if (traits.isExported) {
    for (const place of inLanguage("U")) {
      found.push({ ...unsure(place, "it is imported from a module that is not found"), place });
    }
    for (const place of inLanguage("P")) {
      const whole = [...(resolution.wholeModules.get(place.path) ?? [])];
      if (!whole.some((key) => group.keys.has(key))) continue;
      found.push({
        ...unsure(place, "the file imports the whole module, and this value may be it"),
        place,
      });
    }
    for (const path of otherFiles.filter((one) => embedding.test(one))) {
      found.push({ path, start: 0, why: "files of this kind are not understood" });
    }
  }
  if (traits.isGlobal) {
    for (const place of inLanguage("G")) {
      found.push({
        ...unsure(place, "the file does not declare it, and scripts share names"),
        place,
      });
    }
  }
  if (traits.isEmbedded) {
    for (const place of group.places.filter(({ note }) => note === "embedded")) {
      found.push(unsure(place, "an embedded type is the name of a field, too"));
    }
    for (const place of inLanguage("P")) {
      found.push({ ...unsure(place, "it may be the field of an embedded type"), place });
    }
  }
  return found;
}

function ofMembers(resolution: Resolution, group: NameGroup, traits: Traits): UnsurePlace[] {
  const { members, language } = traits;
  if (members.length === 0) return [];
  const isPrivate = members.every((one) => one.isPrivate);
  const isNominal = members.every((one) => one.isNominal);
  const isOfPackage = language === "go" && !/^\p{Lu}/u.test(resolution.name);
  const folders = new Set([...traits.paths].map((path) => posix.dirname(path)));
  const isReachable = ({ path }: FoundPlace): boolean =>
    isPrivate ? traits.paths.has(path) : !isOfPackage || folders.has(posix.dirname(path));
  const found: UnsurePlace[] = [];
  for (const place of placesWithKey(resolution, language, (key) => key.startsWith("P"))) {
    if (!isReachable(place)) continue;
    found.push({ ...unsure(place, "it is a member of a value whose type is not known"), place });
  }
  if (isPrivate) return found;
  if (!isNominal) {
    for (const other of resolution.groups) {
      if (other === group) continue;
      const others = [...other.keys].flatMap((key) => resolution.containers.get(key) ?? []);
      const isMember = others.some((one) => !isCall(one.key) && !one.isPrivate && !one.isNominal);
      if (!isMember) continue;
      for (const place of other.places) {
        if (nameLanguageOf(place.path) !== language || !isReachable(place)) continue;
        found.push({
          ...unsure(place, "another type has a member of this name, and may be used in its place"),
          place,
        });
      }
    }
  }
  for (const { key, isOpen } of members) {
    if (!isOpen) continue;
    const place = group.places.find((one) => one.declares && one.key === key) ?? group.places[0]!;
    found.push(unsure(place, "its type extends one that is not understood, which may declare it"));
  }
  return found;
}

/** Strings by which a program may look the symbol up. */
function inStrings(resolution: Resolution, group: NameGroup, traits: Traits): UnsurePlace[] {
  const isMember = traits.members.some(({ isPrivate }) => !isPrivate);
  return resolution.mentions.flatMap((one): UnsurePlace[] => {
    const { path, start, end, isName } = one;
    if (!isName || nameLanguageOf(path) !== traits.language) return [];
    const whole = [...(resolution.wholeModules.get(path) ?? [])];
    const isModule = traits.isExported && whole.some((key) => group.keys.has(key));
    const isPath = traits.isExported && one.isPath === true;
    if (!isMember && !isModule && !isPath && !traits.isRegistered) return [];
    const place = { path, start, end, key: "S\0", declares: false };
    return [{ path, start, why: "a string of this text may name it", place }];
  });
}

function ofParameters(resolution: Resolution, group: NameGroup, traits: Traits): UnsurePlace[] {
  const called = [...traits.callees, ...traits.members].map(({ name }) => name);
  if (called.length === 0 || traits.language !== "python") return [];
  const fits = (key: Key): boolean => {
    const names = key.split("\0")[2]?.split(",") ?? [];
    return key.startsWith("Q") && names.some((name) => name === "*" || called.includes(name));
  };
  return placesWithKey(resolution, "python", fits)
    .filter((place) => !group.places.includes(place))
    .map((place) => ({
      ...unsure(place, "it is a keyword of a call of an unknown function"),
      place,
    }));
}

/** What is passed by name and by no call of the files: fixtures of tests, arguments of commands, parts of routes. */
function byName(
  { groups }: Resolution,
  group: NameGroup,
  { isRegistered, language }: Traits,
): UnsurePlace[] {
  const isInjected = ({ note }: FoundPlace): boolean => note === "injected";
  const own = group.places
    .filter(isInjected)
    .map((place) =>
      unsure(place, "a decorator or a test runner may pass this parameter by its name"),
    );
  if (!isRegistered) return own;
  const asked = groups.filter(
    (one) =>
      one !== group &&
      one.places.some((place) => isInjected(place) && nameLanguageOf(place.path) === language),
  );
  const theirs = asked.flatMap(({ places }) =>
    places.map((place) => ({
      ...unsure(place, "a parameter of this name may be given what the function returns"),
      place,
    })),
  );
  return [...own, ...theirs];
}

function placesWithKey(
  { groups }: Resolution,
  language: string,
  fits: (key: Key) => boolean,
): FoundPlace[] {
  return groups
    .flatMap(({ places }) => places)
    .filter(({ key, path }) => fits(key) && nameLanguageOf(path) === language);
}

const unsure = ({ path, start }: FoundPlace, why: string): UnsurePlace => ({ path, start, why });
