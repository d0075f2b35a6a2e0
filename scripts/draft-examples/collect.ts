import type { DraftRequest, Token } from "../../src/core/target.ts";
import {
  createAcceptanceModel,
  type Network,
  survivalCurve,
} from "../../src/draft/acceptance-model.ts";
import { agreement, type CopyCandidate, candidateTokens } from "../../src/draft/copy-candidates.ts";
import { type CopyPlace, createCopySession } from "../../src/draft/copy-session.ts";
import type { TokenSpelling } from "../../src/draft/spelling.ts";

/** Features that are not 0: most are. */
export interface SparseFeatures {
  readonly indices: Uint8Array;
  readonly values: Float32Array;
}

/** A candidate and how many of its tokens were right. */
export interface Example extends SparseFeatures {
  readonly accepted: number;
  /** Whether its text ended there (then nothing is known past it). */
  readonly censored: boolean;
}

/** A token of a draft whose fate is known. */
export interface TokenExample extends SparseFeatures {
  readonly at: number;
  readonly right: boolean;
  /** The number of tokens that this one represents. */
  readonly weight: number;
}

/** A draft and some of its tokens, the wrong one among them. */
export interface DraftExample extends SparseFeatures {
  readonly tokens: readonly TokenExample[];
}

function sparse(features: Float32Array): SparseFeatures {
  const indices: number[] = [];
  features.forEach((value, i) => {
    if (value !== 0) indices.push(i);
  });
  return {
    indices: Uint8Array.from(indices),
    values: Float32Array.from(indices, (i) => features[i]!),
  };
}

const longest = 1024;
/** Where `accepted` counts full for the choice; further tokens could be had by a later copy as well. */
const near = 16;

/** Longest drafts of the replayed passes, one drawn per pass: half of them whole, the others as short as where a pass is expensive. */
const caps = [longest, longest, longest, longest, longest, 0, 3, 7, 15, 31] as const;
/** Share of the candidates that become examples. */
const kept = 0.6;

/** Of the right tokens of a draft so many are left out for one that stands for them. */
const every = 5;
/** Tokens of a draft that are looked at: as many as the best passes send. */
const looked = 128;

export interface Collected {
  readonly examples: Example[];
  readonly drafts: DraftExample[];
  readonly passes: number;
}

/**
 * Replays one recorded output with one copy per pass and gives candidates seen on the way with how long they would have
 * been right. Without a network the choice is a rule of thumb.
 */
export function collect(
  request: DraftRequest,
  output: readonly Token[],
  spelling: TokenSpelling,
  network: Network | undefined,
  random: () => number,
): Collected {
  const session = createCopySession(request, spelling);
  const model = network && createAcceptanceModel(network, false);
  const value = (place: CopyPlace, i: number): number => {
    if (model === undefined) return ruleOfThumb(place.candidates[i]!);
    let sum = 0;
    survivalCurve(model.predict(place.features[i]!), 64).forEach((p, k) => {
      sum += k < near ? p : p / 4;
    });
    return sum;
  };
  const examples: Example[] = [];
  const drafts: DraftExample[] = [];
  let passes = 0;
  for (let at = 0; at < output.length; passes++) {
    const place = session.here();
    const rest = output.slice(at, at + longest);
    let best: CopyCandidate | undefined;
    let bestValue = Number.NEGATIVE_INFINITY;
    place.candidates.forEach((candidate, i) => {
      if (random() < kept) {
        const accepted = agreement(candidate, rest);
        const length = candidateTokens(candidate, longest).length;
        examples.push({
          ...sparse(place.features[i]!),
          accepted,
          censored: accepted === Math.min(length, rest.length),
        });
      }
      const worth = value(place, i);
      if (worth <= bestValue) return;
      bestValue = worth;
      best = candidate;
    });
    const drafted = best === undefined ? [] : candidateTokens(best, longest);
    if (best !== undefined) drafts.push(draftExample(place, best, rest));
    const cap = caps[Math.floor(random() * caps.length)]!;
    const accepted = best === undefined ? 0 : Math.min(cap, agreement(best, rest));
    const committed = rest.slice(0, accepted + 1);
    session.commit(committed, drafted);
    at += committed.length;
  }
  return { examples, drafts, passes };

  function draftExample(
    place: CopyPlace,
    candidate: CopyCandidate,
    rest: readonly Token[],
  ): DraftExample {
    const draft = candidateTokens(candidate, Math.min(looked, rest.length));
    const accepted = agreement(candidate, rest);
    const seen = draft.slice(0, accepted + 1);
    const { starts, indices, values } = session.riskFeatures(place, candidate, seen);
    const tokens: TokenExample[] = [];
    seen.forEach((_, at) => {
      const right = at < accepted;
      if (right && random() * every > 1) return;
      tokens.push({
        at,
        right,
        weight: right ? every : 1,
        indices: Uint8Array.from(indices.slice(starts[at], starts[at + 1])),
        values: Float32Array.from(values.slice(starts[at], starts[at + 1])),
      });
    });
    return { ...sparse(place.features[place.candidates.indexOf(candidate)]!), tokens };
  }
}

function ruleOfThumb({ kind, match, reason }: CopyCandidate): number {
  const bonus = kind === "candidate" ? 8 : kind === "source" && reason !== "match" ? 2 : 0;
  return match + bonus;
}
