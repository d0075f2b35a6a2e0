import type { FoundPlace, NameGroup, Resolution } from "./resolve-name.ts";

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
 * Whether the places of a name that stay mean what they meant: two mean the same thing after an edit if and only if they did before,
 * and what was declared still is. Places that the edit adds are left to the caller.
 */
export function changedMeaning(
  before: Resolution,
  after: Resolution,
  moved: Moved,
): ChangedMeaning | undefined {
  for (const { path, starts, why } of after.unreadable) {
    if (before.unreadable.some((one) => one.path === path)) continue;
    return { path, start: starts[0] ?? 0, why };
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
  const left = actual.filter(({ ids }) => ids.size > 0);
  for (const { group, ids } of kept) {
    const wanted = new Set(ids);
    const at = left.findIndex((one) => sameIds(wanted, one.ids));
    if (at < 0) return inPlace(ids[0]!, "the name would mean something else here");
    const [found] = left.splice(at, 1);
    if (group.isDeclared && !found!.group.isDeclared) {
      return inPlace(ids[0]!, "the name would no longer be declared here");
    }
    if (!group.isDeclared && found!.group.isDeclared) {
      return inPlace(ids[0]!, "the name would get a meaning here that it did not have");
    }
  }
  return undefined;
}

function idsOf({ places }: NameGroup, wanted: ReadonlySet<string>): Set<string> {
  return new Set(
    places.map(({ path, start }) => keptId(path, start)).filter((id) => wanted.has(id)),
  );
}

const sameIds = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((id) => other.has(id));

const keptId = (path: string, start: number): string => `${path}\0${start}`;

function inPlace(id: string, why: string): ChangedMeaning {
  const [path = "", start = "0"] = id.split("\0");
  return { path, start: Number(start), why };
}

/** What a name means at a place: usually one group, two where one word is a property and a binding. */
export function groupsAt(
  { groups }: Resolution,
  path: string,
  start: number,
): readonly NameGroup[] {
  const isHere = (one: FoundPlace): boolean => one.path === path && one.start === start;
  return groups.filter(({ places }) => places.some(isHere));
}

/** Whether a name is one of a function: a parameter, which callers may name, or a variable inside. */
export const isFunctionLocal = ({ keys }: NameGroup): boolean =>
  [...keys].some((key) => key.startsWith("L")) &&
  [...keys].every(
    (key) =>
      key.endsWith(":call") ||
      (key.startsWith("L") && !/:(?:program|module)$|\0(?:import$|ns:)/u.test(key)),
  );
