import type { DraftRequest, Token } from "../core/target.ts";
import { advance, type Candidate, findCandidates, readTexts } from "./copy-candidates.ts";
import { featuresOf } from "./copy-features.ts";
import { type Cursor, copyCursor, startCursor } from "./cursor.ts";
import { newline, type Spelling } from "./spelling.ts";

/** Candidates at one place of the output, and their features, one array each. */
export interface Place {
  readonly candidates: readonly Candidate[];
  readonly features: readonly Float32Array[];
}

/** One generation as the copy drafter sees it: the texts, and where the writing stands. */
export interface CopySession {
  readonly written: number;
  /** Where the output stands; computed once per step. */
  here(): Place;
  /** Where it would stand after these tokens, a copy of `from`; nothing changes. */
  after(tokens: readonly Token[], from?: Candidate): Place;
  /** `drafted` = what was sent for verification, as a line. */
  commit(tokens: readonly Token[], drafted?: readonly Token[]): void;
}

/** The spelling must know all tokens of the request, and later all that are committed or asked about. */
export function createCopySession(request: DraftRequest, spelling: Spelling): CopySession {
  const texts = readTexts(request, spelling);
  const cursor = startCursor(request.prompt);
  const isNewline = (token: Token): boolean => spelling.classOf(token) === newline;
  const hasSketch = texts.sketch !== undefined;
  let place: Place | undefined;

  function placeAt(at: Cursor): Place {
    const candidates = findCandidates(texts, at, isNewline);
    return { candidates, features: featuresOf(candidates, at, spelling, hasSketch) };
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
    commit(tokens, drafted) {
      const { candidates } = place ?? placeAt(cursor);
      place = undefined;
      const before = cursor.rate;
      advance(cursor, texts, candidates, tokens, isNewline);
      for (const token of tokens) texts.own.index.push(token);
      noteOutcome(cursor, tokens, drafted);
      if (tokens.length === 0) cursor.rate = before;
    },
  };
}

/** Remembers how the step went: the next candidates are judged by it. */
function noteOutcome(
  cursor: Cursor,
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
  cursor.rate = 0.85 * cursor.rate + (0.15 * accepted) / Math.max(1, tokens.length);
}
