import type { FoundPlace, NameGroup, Resolution } from "../names/resolve-name.ts";
import type { Rewritten } from "./rewrite.ts";

/** A place whose meaning a rename would change. */
export interface Clash {
  readonly path: string;
  /** Offset in the new text. */
  readonly start: number;
  readonly why: string;
}

/** Names as they were before a rename, and as they are in the new texts. */
export interface RenameStates {
  readonly oldBefore: Resolution;
  readonly newBefore: Resolution;
  readonly oldAfter: Resolution;
  readonly newAfter: Resolution;
}

/**
 * Whether every name means after a rename what it meant before: the places of each symbol must be together again, and no place of
 * another one with them. This finds shadowing, captured names, names that are taken and broken syntax without a rule for each.
 */
export function findClash(
  states: RenameStates,
  group: NameGroup,
  included: ReadonlySet<FoundPlace>,
  written: Rewritten,
): Clash | undefined {
  const { oldBefore, newBefore, oldAfter, newAfter } = states;
  for (const { path, why, starts } of [...newAfter.unreadable, ...oldAfter.unreadable]) {
    const wasBroken = [...oldBefore.unreadable, ...newBefore.unreadable].some(
      (one) => one.path === path,
    );
    if (!wasBroken) return { path, start: starts[0] ?? 0, why };
  }
  const ignored = new Set(
    [...included].map((place) => placeId(place.path, written.placeAt(place))),
  );
  const positionsOf = (one: NameGroup): string[] =>
    one.places
      .filter((place) => !included.has(place))
      .map((place) => placeId(place.path, written.placeAt(place)));
  const mapped = newBefore.groups.map((one) =>
    one.places.map(({ path, start }) => placeId(path, written.at(path, start))),
  );
  const echoes = written.echoes.map(({ path, start }) => placeId(path, start));
  const others = oldBefore.groups.filter((one) => one !== group).map(positionsOf);
  return (
    difference([positionsOf(group), ...mapped], newAfter, ignored) ??
    difference(others, oldAfter, new Set([...ignored, ...echoes]))
  );
}

const placeId = (path: string, start: number): string => `${path}\0${start}`;

/** The first place that is not with those that it was with. */
function difference(
  expected: readonly (readonly string[])[],
  found: Resolution,
  ignored: ReadonlySet<string>,
): Clash | undefined {
  const actual = found.groups
    .map(({ places }) => new Set(places.map(({ path, start }) => placeId(path, start))))
    .map((ids) => new Set([...ids].filter((id) => !ignored.has(id))));
  const left = actual.filter((ids) => ids.size > 0);
  for (const list of expected) {
    const ids = new Set(list.filter((id) => !ignored.has(id)));
    if (ids.size === 0) continue;
    const at = left.findIndex(
      (one) => one.size === ids.size && [...ids].every((id) => one.has(id)),
    );
    if (at >= 0) {
      left.splice(at, 1);
      continue;
    }
    return clashIn(ids, actual);
  }
  const extra = left[0];
  return extra && clash([...extra][0]!, "a name would get a meaning here that it did not have");
}

function clashIn(ids: ReadonlySet<string>, actual: readonly ReadonlySet<string>[]): Clash {
  const meeting = actual.filter((one) => [...ids].some((id) => one.has(id)));
  const [first] = meeting;
  if (!first) return clash([...ids][0]!, "the name would no longer be found here");
  const stranger = [...first].find((id) => !ids.has(id));
  if (stranger !== undefined) return clash(stranger, "the name means something else here");
  const lost = [...ids].find((id) => !first.has(id))!;
  return clash(lost, "the name would mean something else here");
}

function clash(id: string, why: string): Clash {
  const [path = "", start = "0"] = id.split("\0");
  return { path, start: Number(start), why };
}
