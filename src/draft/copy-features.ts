import type { Token } from "../core/target.ts";
import { type CopyCandidate, copyReasons, textKinds } from "./copy-candidates.ts";
import type { CopyCursor } from "./cursor.ts";
import { newlineClass, type TokenClass, type TokenSpelling, tokenClasses } from "./spelling.ts";

/** Upper ends of the buckets of a match length, of the distance to the pointer, and of tokens left in the line. */
const matchBuckets = [0, 1, 2, 3, 4, 6, 9, 14, 23, Number.POSITIVE_INFINITY];
const distanceBuckets = [-41, -4, -1, 0, 3, 40, Number.POSITIVE_INFINITY];
const leftBuckets = [0, 1, 3, 7, 15, Number.POSITIVE_INFINITY];
/** Upper ends of the buckets of the tokens left until the sketch says that something changes. */
const copyChangeBuckets = [0, 2, 6, 14, 30, 62, Number.POSITIVE_INFINITY];

export const bucketOf = (value: number, buckets: readonly number[]): number =>
  buckets.findIndex((upper) => value <= upper);

/** One name per bucket: `match<=4`, and `match<=Infinity` for the last. */
export const bucketNames = (name: string, buckets: readonly number[]): string[] =>
  buckets.map((upper) => `${name}<=${upper}`);

/** The numbers after the buckets, in the order in which `featuresOf` writes them. */
const copyScalarNames = [
  "voteShare",
  "unanimous",
  "pairVoteShare",
  "longestMatch",
  "shorterThanLongest",
  "lastOnce",
  "lastTwice",
  "lastFewTimes",
  "lastOccurrences",
  "firstRank",
  "rank",
  "logMatch",
  "rate",
  "logSinceMiss",
  "oneSinceMiss",
  "twoSinceMiss",
  "rejectedToken",
  "rejectedPlace",
  "afterRejectedPlace",
  "lineStart",
  "lineSimilarity",
  "lineUnlike",
  "lineAlike",
  "sameLineSimilarity",
  "nextLineSimilarity",
  "interrupted",
  "distance",
  "lastAcceptedNone",
  "logLastAccepted",
  "outputStart",
  "hasSketch",
  "textLeft",
  "textEndsSoon",
  "knowsChanges",
  "logUntilChange",
  "hasCandidates",
  "sourceBesideCandidates",
  "charactersPerToken",
  "trust",
  "trusted",
  "lineLength",
] as const;

/** What does not change while one text is written. */
export interface Setting {
  readonly hasSketch: boolean;
  readonly hasCandidates: boolean;
  /** Characters per token. */
  readonly fineness: number;
}

/** The inputs of the acceptance model in order; models/acceptance.json must have been fitted to the same ones. */
export const copyFeatureNames: readonly string[] = [
  ...textKinds.map((kind) => `kind=${kind}`),
  ...bucketNames("match", matchBuckets),
  ...bucketNames("sourceDistance", distanceBuckets),
  ...bucketNames("sketchDistance", distanceBuckets),
  ...copyReasons.map((reason) => `reason=${reason}`),
  ...tokenClasses.map((name) => `token=${name}`),
  ...tokenClasses.map((name) => `last=${name}`),
  ...bucketNames("leftInLine", leftBuckets),
  ...bucketNames("untilChange", copyChangeBuckets),
  ...copyScalarNames,
];

export const featureCount: number = copyFeatureNames.length;

/**
 * The features of each candidate, numbers of about unit size: the inputs of the acceptance model. They say
 * what text it is from, how long a match supports it, how far it is from where the last copy ended, how many
 * other candidates agree, and how well copies were accepted so far.
 */
export function copyFeatures(
  candidates: readonly CopyCandidate[],
  cursor: CopyCursor,
  spelling: TokenSpelling,
  { hasSketch, hasCandidates, fineness }: Setting,
): Float32Array[] {
  const next = (candidate: CopyCandidate, i = 0): Token | undefined =>
    candidate.text.index.tokens[candidate.at + i];
  const weight = ({ match }: CopyCandidate): number => Math.min(16, match) + 0.5;
  const votes = new Map<Token, number>();
  const pairVotes = new Map<number, number>();
  const pairKey = (candidate: CopyCandidate): number =>
    next(candidate)! * 1_000_003 + (next(candidate, 1) ?? -1);
  let allVotes = 0;
  let longest = 0;
  for (const candidate of candidates) {
    const token = next(candidate)!;
    votes.set(token, (votes.get(token) ?? 0) + weight(candidate));
    const key = pairKey(candidate);
    pairVotes.set(key, (pairVotes.get(key) ?? 0) + weight(candidate));
    allVotes += weight(candidate);
    longest = Math.max(longest, candidate.match);
  }
  const last = cursor.tail.at(-1) ?? -1;
  const lastClass = spelling.classOf(last);
  const atLine = cursor.written === 0 || lastClass === newlineClass;

  return candidates.map((candidate) => {
    const { kind, match, at, reason, text } = candidate;
    const x = new Float32Array(featureCount);
    let offset = 0;
    const oneHot = (index: number, size: number): void => {
      if (index >= 0) x[offset + index] = 1;
      offset += size;
    };
    const scalar = (value: number | boolean): void => {
      x[offset++] = Number(value);
    };
    // A whole candidate is the source with the edit in it, and has a pointer of its own.
    const fromSource = kind === "source" || kind === "candidate";
    const fromSketch = kind === "sketch";
    const pointer =
      kind === "candidate" ? (cursor.candidatePointers.get(text.id) ?? 0) : cursor.pointer;
    const distance = at - pointer;
    const token = next(candidate)!;
    oneHot(textKinds.indexOf(kind), textKinds.length);
    oneHot(bucketOf(match, matchBuckets), matchBuckets.length);
    oneHot(fromSource ? bucketOf(distance, distanceBuckets) : -1, distanceBuckets.length);
    oneHot(
      fromSketch ? bucketOf(at - cursor.sketchPointer, distanceBuckets) : -1,
      distanceBuckets.length,
    );
    oneHot(copyReasons.indexOf(reason), copyReasons.length);
    oneHot(spelling.classOf(token), tokenClasses.length);
    oneHot(lastClass, tokenClasses.length);
    oneHot(bucketOf(leftInLine(text.index.tokens, at, spelling), leftBuckets), leftBuckets.length);
    const untilChange = (text.changesAt?.[at] ?? Number.NaN) - at;
    const changes = at + untilChange < text.index.tokens.length;
    oneHot(changes ? bucketOf(untilChange, copyChangeBuckets) : -1, copyChangeBuckets.length);

    const share = votes.get(token)! / allVotes;
    scalar(share);
    scalar(share > 0.99);
    scalar(pairVotes.get(pairKey(candidate))! / allVotes);
    scalar(match === longest);
    scalar((longest - match) / 8);
    const occurrences = text.index.occurrences(last);
    scalar(occurrences <= 1);
    scalar(occurrences === 2);
    scalar(occurrences > 2 && occurrences < 6);
    scalar(Math.log1p(occurrences) / 4);
    scalar(candidate.rank === 0);
    scalar(candidate.rank / 6);
    scalar(Math.log1p(match) / 3);
    scalar(cursor.rate);
    scalar(Math.log1p(cursor.sinceMiss) / 3);
    scalar(cursor.sinceMiss === 1);
    scalar(cursor.sinceMiss === 2);
    scalar(token === cursor.rejected);
    scalar(kind === "source" && at === cursor.rejectedAt);
    scalar(kind === "source" && at === cursor.rejectedAt + 1);
    scalar(atLine);
    scalar(atLine ? cursor.similarity : 0);
    scalar(atLine && cursor.similarity < 0.3);
    scalar(atLine && cursor.similarity > 0.6);
    scalar(reason === "same-line" ? cursor.similarity : 0);
    scalar(reason === "next-line" ? cursor.similarity : 0);
    scalar(cursor.interrupted);
    scalar(fromSource ? Math.max(-1, Math.min(1, distance / 40)) : 0);
    scalar(cursor.lastAccepted === 0);
    scalar(Math.log1p(cursor.lastAccepted) / 4);
    scalar(cursor.written < 3);
    scalar(hasSketch);
    const left = (text.barredAt?.[at] ?? text.index.tokens.length) - at;
    scalar(Math.min(1, left / 64));
    scalar(left < 8);
    scalar(text.changesAt !== undefined);
    scalar(changes ? Math.log1p(untilChange) / 5 : 0);
    scalar(hasCandidates);
    scalar(hasCandidates && kind === "source");
    scalar(fineness / 4);
    scalar(cursor.trust);
    scalar(cursor.trust > 0.95);
    scalar(Math.min(1, cursor.line.length / 16));
    return x;
  });
}

function leftInLine(tokens: readonly Token[], at: number, spelling: TokenSpelling): number {
  let left = 0;
  while (
    left < 16 &&
    at + left < tokens.length &&
    (spelling.classOf(tokens[at + left]!) as TokenClass) !== newlineClass
  )
    left++;
  return left;
}
