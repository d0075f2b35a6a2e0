import type { DraftRequest, Token } from "../core/target.ts";
import { advance, type CopyCandidate, findCandidates, readTexts } from "./copy-candidates.ts";
import { copyFeatures } from "./copy-features.ts";
import { type CopyCursor, copyCursor, startCursor } from "./cursor.ts";
import { type KnownPrecedents, type RiskFeatures, riskFeaturesOf } from "./risk-features.ts";
import { newlineClass, type TokenSpelling } from "./spelling.ts";

/** Candidates at one place of the output, and their features, one array each. */
export interface CopyPlace {
  readonly candidates: readonly CopyCandidate[];
  readonly features: readonly Float32Array[];
  /** The last tokens of prompt and output before it. */
  readonly tail: readonly Token[];
}

/** One generation as the copy drafter sees it: the texts, and the position in them. */
export interface CopySession {
  readonly written: number;
  /** The position of the output; computed once per step. */
  here(): CopyPlace;
  /** The position it would have after these tokens, a copy of `from`; nothing changes. */
  after(tokens: readonly Token[], from?: CopyCandidate): CopyPlace;
  /** Of the tokens of a candidate's draft. */
  riskFeatures(place: CopyPlace, candidate: CopyCandidate, draft: readonly Token[]): RiskFeatures;
  /** `drafted` = the best draft here, sent or not: how well the texts foretell the output does not depend on it. */
  commit(tokens: readonly Token[], drafted?: readonly Token[]): void;
}

/** The spelling must know all tokens of the request, and later all that are committed or asked about. */
export function createCopySession(request: DraftRequest, spelling: TokenSpelling): CopySession {
  const texts = readTexts(request, spelling);
  const cursor = startCursor(request.prompt);
  const isNewline = (token: Token): boolean => spelling.classOf(token) === newlineClass;
  const setting = {
    hasSketch: texts.sketch !== undefined,
    hasCandidates: texts.candidates.length > 0,
    fineness: meanLength(request.source ?? request.prompt, spelling),
  };
  const precedents: KnownPrecedents = new Map();
  let place: CopyPlace | undefined;

  function placeAt(at: CopyCursor): CopyPlace {
    const candidates = findCandidates(texts, at, isNewline);
    const features = copyFeatures(candidates, at, spelling, setting);
    return { candidates, features, tail: [...at.tail] };
  }

  return {
    get written() {
      return cursor.written;
    },
    here() {
      place ??= placeAt(cursor);
      return place;
    },
    after(tokens, from) {
      const ahead = copyCursor(cursor);
      const known = from === undefined ? (place ?? placeAt(cursor)).candidates : [from];
      advance(ahead, texts, known, tokens, isNewline);
      ahead.sinceMiss += tokens.length;
      ahead.rejected = -1;
      ahead.rejectedAt = -1;
      return placeAt(ahead);
    },
    riskFeatures: ({ tail }, candidate, draft) =>
      riskFeaturesOf(candidate, draft, tail, texts, spelling, precedents),
    commit(tokens, drafted) {
      const { candidates } = place ?? placeAt(cursor);
      place = undefined;
      advance(cursor, texts, candidates, tokens, isNewline);
      for (const token of tokens) texts.own.index.push(token);
      noteOutcome(cursor, tokens, drafted);
    },
  };
}

/** Remembers how the step went: the next candidates are judged by it. */
function noteOutcome(
  cursor: CopyCursor,
  tokens: readonly Token[],
  drafted: readonly Token[] = [],
): void {
  let accepted = 0;
  while (
    accepted < drafted.length &&
    accepted < tokens.length &&
    drafted[accepted] === tokens[accepted]
  )
    accepted++;
  const missed = accepted < drafted.length && accepted < tokens.length;
  if (missed) {
    cursor.rejected = drafted[accepted]!;
    cursor.rejectedAt = cursor.pointer;
    cursor.sinceMiss = 1;
  } else {
    cursor.sinceMiss += tokens.length;
    if (accepted > 0) {
      cursor.rejected = -1;
      cursor.rejectedAt = -1;
    }
  }
  cursor.lastAccepted = accepted;
  if (tokens.length === 0) return;
  const share = Math.min(1, accepted / Math.min(tokens.length, Math.max(1, drafted.length)));
  cursor.rate = 0.85 * cursor.rate + 0.15 * share;
  const kept = 0.98 ** tokens.length;
  cursor.trust = kept * cursor.trust + (1 - kept) * share;
}

/** Characters per token: vocabularies differ, and what a match of so many tokens is worth with them. */
function meanLength(text: readonly Token[], spelling: TokenSpelling): number {
  const sample = text.slice(0, 256);
  let characters = 0;
  for (const token of sample) characters += spelling.textOf(token).length;
  return characters / Math.max(1, sample.length);
}
