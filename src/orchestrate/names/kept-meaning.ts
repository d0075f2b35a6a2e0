import type { NameGroup, Resolution } from "./resolve-name.ts";

/** A place whose name means something else than before. */
export interface ChangedMeaning {
  readonly path: string;
  /** Offset in the new text. */
  readonly start: number;
  readonly why: string;
}

/** Where a place of the old texts is in the new ones; undefined: it is removed, or is meant to change. */
export type Moved = (path: string, start: number) => number | undefined;

/**
 * The places of a name that stay and no longer mean what they meant: two mean the same thing after an edit if and only if they did
 * before, and what was declared still is. Places that the edit adds are left to the caller.
 */
export function changedMeanings(
  before: Resolution,
  after: Resolution,
  moved: Moved,
): ChangedMeaning[] {
  const found: ChangedMeaning[] = [];
  for (const { path, starts, why } of after.unreadable) {
    if (before.unreadable.some((one) => one.path === path)) continue;
    found.push({ path, start: starts[0] ?? 0, why });
  }
  const kept = before.groups.flatMap((group) => {
    const ids = group.places.flatMap(({ path, start }) => {
      const to = moved(path, start);
      return to === undefined ? [] : [keptId(path, to)];
    });
    return ids.length > 0 ? [{ group, ids }] : [];
  });
  const expected = new Set(kept.flatMap(({ ids }) => ids));
  const actual = after.groups.map((group) => ({ group, ids: idsOf(group, expected) }));
  const left = new Map<string, NameGroup[]>();
  for (const { group, ids } of actual) {
    const key = placesKey(ids);
    left.set(key, [...(left.get(key) ?? []), group]);
  }
  for (const { group, ids } of kept) {
    const now = left.get(placesKey(new Set(ids)))?.shift();
    if (!now) {
      const why = "the name would mean something else here";
      for (const id of strayed(ids, after)) found.push(inPlace(id, why));
    } else if (group.isDeclared && !now.isDeclared) {
      found.push(inPlace(ids[0]!, "the name would no longer be declared here"));
    } else if (!group.isDeclared && now.isDeclared) {
      found.push(inPlace(ids[0]!, "the name would get a meaning here that it did not have"));
    }
  }
  return found;
}

function idsOf({ places }: NameGroup, wanted: ReadonlySet<string>): Set<string> {
  return new Set(
    places.map(({ path, start }) => keptId(path, start)).filter((id) => wanted.has(id)),
  );
}

const placesKey = (ids: ReadonlySet<string>): string => [...ids].sort().join("\n");

/** Of places that meant one thing, those that are not with most of the others any more; the first one where all still are together. */
function strayed(ids: readonly string[], after: Resolution): readonly string[] {
  const places = placesOfName(after);
  const together = new Map<NameGroup, Set<string>>();
  for (const id of ids) {
    for (const group of places.get(id) ?? []) {
      const here = together.get(group) ?? new Set<string>();
      together.set(group, here.add(id));
    }
  }
  const [most] = [...together.values()].sort((one, other) => other.size - one.size);
  const away = ids.filter((id) => !most?.has(id));
  return away.length > 0 ? away : ids.slice(0, 1);
}

const keptId = (path: string, start: number): string => `${path}\0${start}`;

function inPlace(id: string, why: string): ChangedMeaning {
  const [path = "", start = "0"] = id.split("\0");
  return { path, start: Number(start), why };
}

/** What a name means at a place: usually one group, two where one word is a property and a binding. */
export function groupsAt(
  resolution: Resolution,
  path: string,
  start: number,
): readonly NameGroup[] {
  return placesOfName(resolution).get(keptId(path, start)) ?? [];
}

const knownPlaces = new WeakMap<Resolution, ReadonlyMap<string, readonly NameGroup[]>>();

function placesOfName(resolution: Resolution): ReadonlyMap<string, readonly NameGroup[]> {
  let places = knownPlaces.get(resolution);
  if (!places) {
    places = groupsByPlace(resolution);
    knownPlaces.set(resolution, places);
  }
  return places;
}

function groupsByPlace({ groups }: Resolution): ReadonlyMap<string, readonly NameGroup[]> {
  const found = new Map<string, NameGroup[]>();
  for (const group of groups) {
    for (const { path, start } of group.places) {
      const id = keptId(path, start);
      const here = found.get(id);
      if (!here) found.set(id, [group]);
      else if (!here.includes(group)) here.push(group);
    }
  }
  return found;
}

/** Whether a name is one of a function: a parameter, which callers may name, or a variable inside. */
export const isFunctionLocal = ({ keys }: NameGroup): boolean =>
  [...keys].some((key) => key.startsWith("L")) &&
  [...keys].every(
    (key) =>
      key.endsWith(":call") ||
      (key.startsWith("L") && !/:(?:program|module)$|\0(?:import$|ns:)/u.test(key)),
  );
