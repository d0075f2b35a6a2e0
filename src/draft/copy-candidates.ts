import type { DraftRequest, Origin, Token } from "../core/target.ts";
import type { CopyCursor } from "./cursor.ts";
import { type IndexedText, indexText } from "./indexed-text.ts";
import { diceSimilarity, lineStart, nextLine } from "./lines.ts";
import { changesBySketch, type TokenLine, tokenLines } from "./sketch-alignment.ts";
import type { TokenSpelling } from "./spelling.ts";

/** What kind of text a candidate copies from; the statistics differ. */
export const textKinds = ["source", "prompt", "output", "context", "sketch", "candidate"] as const;
export type TextKind = (typeof textKinds)[number];

/**
 * Why a place is a candidate: tokens before it match the output, or it follows from where the last copy ended:
 * the start of the interrupted source line (something was inserted), the next line (it was replaced), the line
 * after (one more was dropped), the rejected token itself (insertion inside a line) or the one after it.
 */
export const copyReasons = [
  "match",
  "same-line",
  "next-line",
  "line-after",
  "resume",
  "substitute",
] as const;
export type Reason = (typeof copyReasons)[number];

/** A place in a known text that the output may go on from. */
export interface CopyCandidate {
  readonly kind: TextKind;
  readonly text: CopyText;
  /** Index of the token that would come next. */
  readonly at: number;
  /** Tokens before `at` that match the end of the output. */
  readonly match: number;
  reason: Reason;
  /** 0 = the longest match of its text. */
  readonly rank: number;
}

/** A text to copy from. */
export interface CopyText {
  readonly index: IndexedText;
  readonly kind: TextKind;
  readonly origin: Origin;
  readonly id: number;
  /** Per token, where the next elision marker begins (itself where it is in one): a copy may not run into it. */
  readonly barredAt?: readonly number[];
  /** Of a source with a sketch: per token the next one at which the sketch says that something changes. */
  readonly changesAt?: Int32Array;
  /** The text is prompt and output themselves. */
  readonly grows?: boolean;
}

export interface CopyTexts {
  readonly source: CopyText;
  /** Prompt and output, one growing text. */
  readonly own: CopyText;
  readonly promptLength: number;
  readonly sketch?: CopyText;
  readonly candidates: readonly CopyText[];
  readonly others: readonly CopyText[];
}

export function readTexts(request: DraftRequest, spelling: TokenSpelling): CopyTexts {
  const { prompt, source = [], sketch, candidates = [], context = [], history = [] } = request;
  let id = 0;
  const text = (tokens: readonly Token[], kind: TextKind, origin: Origin): CopyText => ({
    index: indexText(tokens),
    kind,
    origin,
    id: id++,
  });
  const lines = sketch && tokenLines(sketch, spelling);
  const changesAt = lines && changesBySketch(tokenLines(source, spelling), lines);
  return {
    source: { ...text(source, "source", "source"), ...(changesAt && { changesAt }) },
    own: {
      ...text([], "prompt", "prompt"),
      grows: true,
      index: indexText(prompt, { skip: sourceInPrompt(source, prompt) }),
    },
    promptLength: prompt.length,
    ...(lines && {
      sketch: { ...text(sketch ?? [], "sketch", "sketch"), barredAt: elisions(lines) },
    }),
    candidates: candidates.map((tokens) => text(tokens, "candidate", "sketch")),
    others: [
      ...context.map((tokens) => text(tokens, "context", "prompt")),
      ...history.toReversed().map((tokens) => text(tokens, "context", "suffix")),
    ],
  };
}

/** Where the prompt repeats the source: those places would only be found twice. */
function sourceInPrompt(
  source: readonly Token[],
  prompt: readonly Token[],
): { start: number; end: number } | undefined {
  // The first token may be merged with what comes before it in the prompt.
  const length = Math.min(12, source.length - 1);
  if (length < 4) return undefined;
  for (let start = 0; start + length <= prompt.length; start++) {
    let same = 0;
    while (
      start + same < prompt.length &&
      1 + same < source.length &&
      prompt[start + same] === source[1 + same]
    )
      same++;
    if (same >= length) return { start, end: start + same };
  }
  return undefined;
}

/** Per token, where the next line such as `# ... existing code ...` begins, or the token itself inside one. */
function elisions(lines: readonly TokenLine[]): number[] {
  const length = lines.at(-1)?.end ?? 0;
  const barredAt = new Array<number>(length).fill(length);
  let next = length;
  for (const { start, end, elision } of lines.toReversed()) {
    for (let at = end - 1; at >= start; at--) barredAt[at] = elision ? at : next;
    if (elision) next = start;
  }
  return barredAt;
}

const sourceMatches = 6;
const otherMatches = 6;

/** All places to copy from next, given the current position. Bounded work for texts of any length. */
export function findCandidates(
  texts: CopyTexts,
  cursor: CopyCursor,
  isNewline: (token: Token) => boolean,
): CopyCandidate[] {
  const { tail, pointer } = cursor;
  const found: CopyCandidate[] = [];
  const seen = new Map<number, CopyCandidate>();
  const add = (text: CopyText, at: number, match: number, reason: Reason, rank: number): void => {
    const { tokens } = text.index;
    if (at < 0 || at >= tokens.length || text.barredAt?.[at] === at) return;
    const kind = text === texts.own && at >= texts.promptLength ? "output" : text.kind;
    const key = text.id * 2 ** 32 + at;
    const known = seen.get(key);
    if (known === undefined) {
      const candidate = { kind, text, at, match, reason, rank };
      seen.set(key, candidate);
      found.push(candidate);
    } else if (known.reason === "match") known.reason = reason;
  };

  const { source } = texts;
  const { tokens } = source.index;
  if (tokens.length > 0) {
    source.index
      .find(tail, 2 * sourceMatches)
      .sort((a, b) => b.length - a.length || Math.abs(a.at - pointer) - Math.abs(b.at - pointer))
      .slice(0, sourceMatches)
      .forEach((match, rank) => {
        add(source, match.at, match.length, "match", rank);
      });
    for (let at = Math.max(1, pointer); at <= pointer + 4; at++) {
      const match = source.index.matchBefore(at, tail);
      if (match > 0) add(source, at, match, "match", sourceMatches);
    }
    const hypothesis = (at: number, reason: Reason): void =>
      add(source, at, source.index.matchBefore(at, tail), reason, sourceMatches + 1);
    if (cursor.written === 0 || isNewline(tail.at(-1) ?? -1)) {
      const start = lineStart(tokens, pointer, isNewline);
      const next = nextLine(tokens, pointer, isNewline);
      if (start < pointer) hypothesis(start, "same-line");
      hypothesis(next, "next-line");
      hypothesis(nextLine(tokens, next, isNewline), "line-after");
    }
    hypothesis(pointer, "resume");
    hypothesis(pointer + 1, "substitute");
  }
  for (const text of texts.candidates) {
    const own = cursor.candidatePointers.get(text.id) ?? 0;
    text.index.find(tail, 3).forEach((match, rank) => {
      add(text, match.at, match.length, "match", rank);
    });
    add(text, own, text.index.matchBefore(own, tail), "resume", sourceMatches + 1);
    add(text, own + 1, text.index.matchBefore(own + 1, tail), "substitute", sourceMatches + 1);
  }
  const { sketch } = texts;
  if (sketch) {
    sketch.index.find(tail, 4).forEach((match, rank) => {
      add(sketch, match.at, match.length, "match", rank);
    });
    add(
      sketch,
      cursor.sketchPointer,
      sketch.index.matchBefore(cursor.sketchPointer, tail),
      "resume",
      5,
    );
  }
  for (const text of [texts.own, ...texts.others]) {
    text.index.find(tail, text === texts.own ? otherMatches : 4).forEach((match, rank) => {
      add(text, match.at, match.length, "match", rank);
    });
  }
  return found;
}

/**
 * Tokens that the candidate copies, up to `limit`; an elision marker ends the copy. A copy from the growing output that
 * reaches its end continues with what it has just copied if the output already repeats itself (the match is as long
 * as the period). Otherwise a loop would be drafted one period at a time.
 */
export function candidateTokens({ text, at, match }: CopyCandidate, limit: number): Token[] {
  const { tokens } = text.index;
  const copied = tokens.slice(
    at,
    Math.min(text.barredAt?.[at] ?? Number.POSITIVE_INFINITY, at + limit),
  );
  const period = tokens.length - at;
  if (text.grows && copied.length === period && match >= period) {
    while (copied.length < limit) copied.push(copied[copied.length - period]!);
  }
  return copied;
}

/** How many of these tokens the candidate would have got right. */
export function agreement(candidate: CopyCandidate, tokens: readonly Token[]): number {
  const copied = candidateTokens(candidate, tokens.length);
  let count = 0;
  while (count < copied.length && copied[count] === tokens[count]) count++;
  return count;
}

/**
 * Moves the cursor past written tokens. The pointer moves to the end of the copy that explains them best: one that
 * is long (including the match before it) or begins near the pointer.
 */
export function advance(
  cursor: CopyCursor,
  texts: CopyTexts,
  candidates: readonly CopyCandidate[],
  committed: readonly Token[],
  isNewline: (token: Token) => boolean,
): void {
  let best = 0;
  let bestSketch = 0;
  const { pointer } = cursor;
  const pointers = new Map(cursor.candidatePointers);
  const reached = new Map<number, number>();
  for (const candidate of candidates) {
    const agreed = agreement(candidate, committed);
    if (agreed === 0) continue;
    const score = candidate.match + agreed;
    const distance = candidate.at - pointer;
    if (candidate.kind === "source" && (score >= 4 || (distance >= 0 && distance <= 3))) {
      const value = score - Math.min(50, Math.abs(distance)) / 100;
      if (value > best) {
        best = value;
        cursor.pointer = candidate.at + agreed;
      }
    } else if (candidate.kind === "candidate") {
      const { id } = candidate.text;
      const own = pointers.get(id) ?? 0;
      if (score > (reached.get(id) ?? 0) && (score >= 4 || candidate.at === own)) {
        reached.set(id, score);
        cursor.candidatePointers.set(id, candidate.at + agreed);
      }
    } else if (candidate.kind === "sketch" && score >= 4 && score > bestSketch) {
      bestSketch = score;
      cursor.sketchPointer = candidate.at + agreed;
    }
  }
  const { tokens } = texts.source.index;
  for (const token of committed) {
    cursor.written++;
    cursor.tail.push(token);
    if (!isNewline(token)) {
      cursor.line.push(token);
      continue;
    }
    const start = lineStart(tokens, cursor.pointer, isNewline);
    const end = nextLine(tokens, cursor.pointer, isNewline);
    cursor.similarity = diceSimilarity(cursor.line, tokens.slice(start, Math.max(start, end - 1)));
    cursor.interrupted = cursor.pointer !== start;
    cursor.line = [];
  }
  cursor.tail.splice(0, Math.max(0, cursor.tail.length - 32));
}
