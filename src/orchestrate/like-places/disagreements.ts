import { firstReached } from "../../text/first-reached.ts";
import { groupedByPath, type LikeCandidate } from "./candidate.ts";
import { readLexemes } from "./lexemes.ts";
import { applyChanges } from "./offsets.ts";
import type { TextPlace } from "./text-places.ts";
import { asPlaceChange } from "./wording-places.ts";

/** A place of any reading. */
export interface RepeatablePlace extends TextPlace {
  /** Of the reading by syntax. */
  readonly candidate?: LikeCandidate;
  readonly unsure?: string;
}

const sameWords = "the words are the same; what they mean here is not known";
const readTwoWays = "it can be read in two ways";

/**
 * The places of sure readings and those that only words mark. Where both write the same it is one place. Where they do not, neither
 * is sure, unless the words say little of the place: syntax knows where a value ends, words do not.
 */
export function withDisagreements(
  sure: readonly RepeatablePlace[],
  texts: readonly TextPlace[],
): RepeatablePlace[] {
  const found: RepeatablePlace[] = [];
  const dropped = new Set<TextPlace>();
  const contested = new Set<TextPlace>();
  const byPath = new Map(
    [...groupedByPath(texts)].map(([path, here]) => [path, [...here].sort(byStart)]),
  );
  const longest = texts.reduce((most, { start, end }) => Math.max(most, end - start), 0);
  for (const one of sure) {
    const here = byPath.get(one.path) ?? [];
    const from = firstReached(here.length, (at) => here[at]!.start > one.start - longest);
    const to = firstReached(here.length, (at) => here[at]!.start >= one.end);
    const all = here.slice(from, to).filter((text) => overlaps(one, text));
    for (const rival of all) if (rival.isWeak) dropped.add(rival);
    const rivals = all.filter((rival) => !rival.isWeak);
    const isOther = rivals.length > 0 && !isSameEdit(one, rivals);
    for (const rival of rivals) (isOther ? contested : dropped).add(rival);
    found.push(isOther ? { ...one, unsure: readTwoWays } : one);
  }
  for (const text of texts) {
    if (dropped.has(text)) continue;
    found.push({ ...text, unsure: contested.has(text) ? readTwoWays : sameWords });
  }
  return found;
}

const overlaps = (one: TextPlace, other: TextPlace): boolean =>
  one.path === other.path && one.start < other.end && other.start < one.end;

const byStart = (one: TextPlace, other: TextPlace): number => one.start - other.start;

/** Whether a place becomes the same by one of others, or by all of them together. */
function isSameEdit(one: TextPlace, others: readonly TextPlace[]): boolean {
  const { text } = one;
  const changes = [one, ...others].flatMap((place) => place.changes);
  // No word is on two lines; the other lines are the same.
  const from = text.lastIndexOf("\n", Math.min(...changes.map(({ start }) => start)) - 1) + 1;
  const end = text.indexOf("\n", Math.max(...changes.map((change) => change.end)));
  const to = end < 0 ? text.length : end;
  const words = (places: readonly TextPlace[]): string =>
    readLexemes(
      applyChanges(
        text,
        places.flatMap((place) => place.changes.map(asPlaceChange)),
        from,
        to,
      ),
    ).words.join("\n");
  const wanted = words([one]);
  return words(others) === wanted || others.some((other) => words([other]) === wanted);
}
