import { nameLanguageOf } from "../index/languages.ts";
import type { NameView } from "../names/resolve-name.ts";
import { unsoundItems } from "./by-halves.ts";
import { groupedByPath, type LikeCandidate } from "./candidate.ts";
import type { ExampleFile } from "./example.ts";
import { applyChanges } from "./offsets.ts";
import { type ParsedText, readParts } from "./parts.ts";
import type { PlaceChange } from "./render.ts";
import { Stretches } from "./stretches.ts";
import {
  isSameCode,
  type Wording,
  type WordingMatch,
  wordingMatches,
  wordingsOf,
  wordsOfWording,
} from "./wording.ts";

/** A place in the words of a comment or of a string. */
export interface WordingPlace {
  readonly path: string;
  /** Of the file. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly match: WordingMatch;
}

export type ParseText = (path: string, text: string) => Promise<ParsedText | undefined>;

/** What the edit changes in comments and strings. */
export async function wordingsOfEdit(
  edits: readonly ExampleFile[],
  parse: ParseText,
): Promise<Wording[]> {
  const found: Wording[] = [];
  for (const { path, before, after } of edits) {
    const [old, now] = [await parse(path, before), await parse(path, after)];
    if (old && now) found.push(...wordingsOf(path, { before: old, after: now }));
  }
  return found;
}

/** Where else comments and strings read as wordings do; a change there leaves the code as it is. */
export async function findWordingPlaces(
  view: NameView,
  wordings: readonly Wording[],
  kept: readonly LikeCandidate[],
  parse: ParseText,
): Promise<WordingPlace[]> {
  const found: WordingPlace[] = [];
  const taken = new Map(
    [...groupedByPath(kept)].map(([path, here]) => [
      path,
      new Stretches(here.map(({ match }) => match)),
    ]),
  );
  for (const wording of wordings) {
    const lists = wordsOfWording(wording).map((word) => view.mentions(word));
    const sets = lists.map((list) => new Set(list));
    const kind = kindOfFile(wording.path);
    for (const path of lists[0] ?? []) {
      if (kindOfFile(path) !== kind || sets.some((paths) => !paths.has(path))) continue;
      const text = await view.text(path);
      const parsed = text === undefined ? undefined : await parse(path, text);
      if (!parsed) continue;
      const known = taken.get(path) ?? new Stretches([]);
      const open = wordingMatches(wording, parsed).filter((one) => !known.overlaps(one));
      const changed = await unsoundItems(open, (some) => keepsCode(view, path, parsed, some));
      const keeping = open.filter((one) => !changed.has(one));
      for (const match of keeping) {
        const { start, end } = match;
        found.push({ path, text: parsed.text, start, end, match });
      }
      taken.set(path, known.with(keeping));
    }
  }
  return found;
}

async function keepsCode(
  view: NameView,
  path: string,
  before: ParsedText,
  matches: readonly WordingMatch[],
): Promise<boolean> {
  const text = applyChanges(before.text, matches.map(asPlaceChange));
  const tree = (await view.parserFor(path))?.parse(text);
  try {
    return tree !== undefined && isSameCode(before, readParts(tree.rootNode, text));
  } finally {
    tree?.delete();
  }
}

export const asPlaceChange = (match: WordingMatch): PlaceChange => ({
  ...match,
  kept: [],
  written: new Map(),
});

/** Files of one kind may have like places. */
export function kindOfFile(path: string): string {
  return nameLanguageOf(path) ?? path.slice(path.lastIndexOf("."));
}
