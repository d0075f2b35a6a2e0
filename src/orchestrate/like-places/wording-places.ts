import { nameLanguageOf } from "../index/languages.ts";
import type { NameView } from "../names/resolve-name.ts";
import type { LikeCandidate } from "./candidate.ts";
import type { ExampleFile } from "./example.ts";
import { applyChanges } from "./offsets.ts";
import type { ParsedText } from "./parts.ts";
import type { PlaceChange } from "./render.ts";
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
  const isTaken = (path: string, { start, end }: WordingMatch): boolean =>
    [...kept.map((one) => ({ path: one.path, ...one.match })), ...found].some(
      (one) => one.path === path && one.start < end && start < one.end,
    );
  for (const wording of wordings) {
    const lists = wordsOfWording(wording).map((word) => view.mentions(word));
    const kind = kindOfFile(wording.path);
    for (const path of lists[0] ?? []) {
      if (kindOfFile(path) !== kind || lists.some((list) => !list.includes(path))) continue;
      const text = await view.text(path);
      const parsed = text === undefined ? undefined : await parse(path, text);
      if (!parsed) continue;
      for (const match of wordingMatches(wording, parsed)) {
        if (isTaken(path, match)) continue;
        const after = applyChanges(parsed.text, [asPlaceChange(match)]).text;
        const read = await parse(path, after);
        if (read && isSameCode(parsed, read)) {
          const { start, end } = match;
          found.push({ path, text: parsed.text, start, end, match });
        }
      }
    }
  }
  return found;
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
