import { spend } from "./budget.ts";

const knownIndexes = new WeakMap<readonly string[], ReadonlyMap<string, readonly number[]>>();

/** The indices at which each line of a text occurs, ascending. Computed once per list of lines. */
export function linePlaces(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const made = knownIndexes.get(lines);
  if (made) return made;
  spend(lines.length);
  const places = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) {
    const list = places.get(line);
    if (list) list.push(index);
    else places.set(line, [index]);
  }
  knownIndexes.set(lines, places);
  return places;
}

/** Indices at which `run` occurs in a text as consecutive lines, exactly; none for an empty run. */
export function runPlaces(run: readonly string[], text: readonly string[]): number[] {
  const places = linePlaces(text);
  let rarest = 0;
  let fewest = text.length + 1;
  for (let i = 0; i < run.length && fewest > 0; i++) {
    const count = places.get(run[i]!)?.length ?? 0;
    if (count >= fewest) continue;
    fewest = count;
    rarest = i;
  }
  if (run.length === 0 || fewest === 0) return [];
  return places
    .get(run[rarest]!)!
    .map((line) => line - rarest)
    .filter((start) => {
      if (start < 0 || start + run.length > text.length) return false;
      let same = 0;
      while (same < run.length && run[same] === text[start + same]) same++;
      spend(1 + same / 4);
      return same === run.length;
    });
}
