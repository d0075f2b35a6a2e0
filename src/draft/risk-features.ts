import type { Token } from "../core/target.ts";
import { type CopyCandidate, type CopyTexts, textKinds } from "./copy-candidates.ts";
import { bucketNames, bucketOf } from "./copy-features.ts";
import type { Precedent } from "./indexed-text.ts";
import { type TokenSpelling, tokenClasses } from "./spelling.ts";

/** Upper ends of the buckets of how long a context foretold another token, and how much longer one the drafted token. */
const otherBuckets = [0, 1, 2, 3, 4, 6, 8, 11, 15, Number.POSITIVE_INFINITY];
const leadBuckets = [-9, -4, -2, -1, 0, 1, 3, 7, 15, Number.POSITIVE_INFINITY];
const riskChangeBuckets = [0, 1, 2, 4, 8, Number.POSITIVE_INFINITY];
/** The numbers after the buckets of a precedent, and after all buckets, in the order in which they are written. */
const precedentScalars = ["others", "sames", "otherShare"] as const;
const riskScalarNames = [
  "knowsChanges",
  "first",
  "second",
  "early",
  "place",
  "length",
  "newlineStart",
  "textLeft",
  "hasCandidates",
] as const;

const precedentNames = (text: string): string[] => [
  ...bucketNames(`${text}Other`, otherBuckets),
  ...bucketNames(`${text}Lead`, leadBuckets),
  ...precedentScalars.map((name) => `${text}:${name}`),
];

/** The inputs of the risk network in order; the base hazard is one more, the last. */
export const riskFeatureNames: readonly string[] = [
  ...precedentNames("source"),
  ...precedentNames("prompt"),
  ...precedentNames("output"),
  ...textKinds.map((kind) => `kind=${kind}`),
  ...tokenClasses.map((name) => `token=${name}`),
  ...tokenClasses.map((name) => `last=${name}`),
  ...bucketNames("untilChange", riskChangeBuckets),
  ...riskScalarNames,
];

export const riskFeatureCount: number = riskFeatureNames.length;

/** The features of drafted tokens that are not 0. */
export interface RiskFeatures {
  /** Per token, where its features begin in the arrays; one more entry = where they end. */
  readonly starts: readonly number[];
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** Precedents in source and prompt by text and place: they do not change. For one request. */
export type KnownPrecedents = Map<number, readonly Precedent[]>;

/** From this many tokens into a draft on, only the text before it counts as context. */
const settledPart = 16;

/**
 * The features of each token of a draft, besides where the draft began. Small models err where the same context
 * continued in another way before: in the source, in the rest of the prompt (the sketch, the instruction) or in the
 * output.
 */
export function riskFeaturesOf(
  candidate: CopyCandidate,
  draft: readonly Token[],
  tail: readonly Token[],
  texts: CopyTexts,
  spelling: TokenSpelling,
  known: KnownPrecedents,
): RiskFeatures {
  const starts: number[] = [];
  const indices: number[] = [];
  const values: number[] = [];
  const context = [...tail, ...draft];
  const { text, at, kind } = candidate;
  const { length } = text.index.tokens;
  const { source, own, promptLength } = texts;
  let offset = 0;
  const oneHot = (index: number, count: number): void => {
    if (index >= 0) {
      indices.push(offset + index);
      values.push(1);
    }
    offset += count;
  };
  const scalar = (value: number): void => {
    if (value !== 0) {
      indices.push(offset);
      values.push(value);
    }
    offset++;
  };
  const precedent = ({ same, sames, other, others }: Precedent): void => {
    oneHot(bucketOf(other, otherBuckets), otherBuckets.length);
    oneHot(bucketOf(same - other, leadBuckets), leadBuckets.length);
    scalar(Math.log1p(others) / 4);
    scalar(Math.log1p(sames) / 4);
    scalar(others === 0 ? 0 : others / (others + sames));
  };
  draft.forEach((token, k) => {
    starts.push(indices.length);
    offset = 0;
    const end = tail.length + k;
    const place = at + k;
    const key = text.id * 2 ** 32 + place;
    let fixed = k >= settledPart ? known.get(key) : undefined;
    if (fixed === undefined) {
      const inSource = {
        from: 0,
        to: Number.POSITIVE_INFINITY,
        except: text === source ? place : -1,
      };
      const inPrompt = { from: 0, to: promptLength, except: text === own ? place : -1 };
      fixed = [
        source.index.precedent(context, end, token, inSource),
        own.index.precedent(context, end, token, inPrompt),
      ];
      if (k >= settledPart && !text.grows) known.set(key, fixed);
    }
    fixed.forEach(precedent);
    const written = {
      from: promptLength,
      to: Number.POSITIVE_INFINITY,
      except: text === own ? place : -1,
    };
    precedent(own.index.precedent(context, end, token, written));

    oneHot(textKinds.indexOf(kind), textKinds.length);
    oneHot(spelling.classOf(token), tokenClasses.length);
    oneHot(end === 0 ? -1 : spelling.classOf(context[end - 1]!), tokenClasses.length);
    const changesAt = text.changesAt?.[place] ?? length + 1;
    oneHot(
      changesAt < length ? bucketOf(changesAt - place, riskChangeBuckets) : -1,
      riskChangeBuckets.length,
    );
    scalar(Number(text.changesAt !== undefined));
    scalar(Number(k === 0));
    scalar(Number(k === 1));
    scalar(Number(k < 4));
    scalar(Math.log1p(k) / 5);
    scalar(Math.min(12, spelling.textOf(token).length) / 12);
    scalar(Number(spelling.textOf(token).startsWith("\n")));
    scalar(Math.min(64, (text.barredAt?.[place] ?? length) - place) / 64);
    scalar(Number(texts.candidates.length > 0));
  });
  starts.push(indices.length);
  return { starts, indices, values };
}
