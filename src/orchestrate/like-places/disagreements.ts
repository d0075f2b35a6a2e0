import type { LikeCandidate } from "./candidate.ts";
import { readLexemes } from "./lexemes.ts";
import { type TextPlace, textAfter } from "./text-places.ts";

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
  for (const one of sure) {
    const all = texts.filter((text) => overlaps(one, text));
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

/** Whether a place becomes the same by one of others, or by all of them together. */
function isSameEdit(one: TextPlace, others: readonly TextPlace[]): boolean {
  const words = (places: readonly TextPlace[]): string =>
    readLexemes(textAfter(places)).words.join("\n");
  const wanted = words([one]);
  return words(others) === wanted || others.some((other) => words([other]) === wanted);
}
