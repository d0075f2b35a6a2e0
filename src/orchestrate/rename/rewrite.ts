import type { FoundPlace } from "../names/resolve-name.ts";

/** A stretch of a text and what takes its place. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What the files become, and where places are then. */
export interface Rewritten {
  readonly texts: ReadonlyMap<string, string>;
  /** Where an offset of the old text is in the new one; offsets inside of what is replaced are at its start. */
  at(path: string, offset: number): number;
  /** Where a place is, chosen or not. */
  placeAt(place: FoundPlace): number;
  /** Where the old name is written beside the new one without being a place before: `import old as next`. */
  readonly echoes: readonly { readonly path: string; readonly start: number }[];
}

/**
 * Writes a new name at the chosen places. Where one name has two meanings, as in `{ old }`, and one is chosen, the other keeps
 * the old name.
 *
 * @param all every place of the old name, to know which have two meanings
 */
export function rewrite(
  texts: ReadonlyMap<string, string>,
  all: readonly FoundPlace[],
  chosen: ReadonlySet<FoundPlace>,
  newName: string,
  more: readonly (Replacement & { readonly path: string })[] = [],
): Rewritten {
  const byFile = new Map<string, Map<number, Replacement>>();
  const add = (path: string, one: Replacement): void => {
    const known = byFile.get(path) ?? new Map<number, Replacement>();
    known.set(one.start, one);
    byFile.set(path, known);
  };
  const twins = new Map<string, FoundPlace[]>();
  for (const place of all) {
    const id = `${place.path}\0${place.start}`;
    twins.set(id, [...(twins.get(id) ?? []), place]);
  }
  const offsetIn = new Map<string, number>();
  for (const [id, places] of twins) {
    const own = places.filter((place) => chosen.has(place));
    const [first] = own;
    if (!first) continue;
    const isWhole = own.length === places.length && places.length > 1;
    const { before = "", after = "" } = isWhole ? {} : first;
    add(first.path, { start: first.start, end: first.end, text: before + newName + after });
    offsetIn.set(id, before.length);
  }
  for (const { path, start, end, text } of more) add(path, { start, end, text });
  const sorted = new Map<string, Replacement[]>();
  const result = new Map<string, string>();
  for (const [path, replacements] of byFile) {
    const list = [...replacements.values()].sort((a, b) => a.start - b.start);
    sorted.set(path, list);
    result.set(path, withReplacements(texts.get(path)!, list));
  }
  const at = (path: string, offset: number): number => {
    let shift = 0;
    for (const { start, end, text } of sorted.get(path) ?? []) {
      if (start >= offset) break;
      shift += text.length - (end - start);
    }
    return offset + shift;
  };
  const echoes: { path: string; start: number }[] = [];
  for (const place of chosen) {
    const isAlone = twins.get(`${place.path}\0${place.start}`)!.length === 1;
    const { before, after, path, start, end } = place;
    if (!isAlone || (before === undefined && after === undefined)) continue;
    const offset = before === undefined ? newName.length + after!.length - (end - start) : 0;
    echoes.push({ path, start: at(path, start) + offset });
  }
  return {
    texts: result,
    at,
    echoes,
    placeAt(place) {
      const start = at(place.path, place.start);
      const id = `${place.path}\0${place.start}`;
      const within = offsetIn.get(id);
      if (within === undefined) return start;
      if (chosen.has(place)) return start + within;
      // The old name is written before the new one, or at the end.
      const text = byFile.get(place.path)!.get(place.start)!.text;
      return within > 0 ? start : start + text.length - (place.end - place.start);
    },
  };
}

function withReplacements(text: string, list: readonly Replacement[]): string {
  let result = "";
  let from = 0;
  for (const { start, end, text: written } of list) {
    result += text.slice(from, start) + written;
    from = end;
  }
  return result + text.slice(from);
}
