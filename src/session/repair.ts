import { dependentRanges, type SyntaxTree, type TextRange } from "./dependents.ts";
import type { TokenRange } from "./kv-plan.ts";
import type { DocumentEdit } from "./text-edits.ts";
import type { TokenText } from "./token-text.ts";

/** How the tokens are chosen that a repair evaluates again. */
export type RepairSelector = "combined" | "dependents" | "mentions" | "seams" | "tail" | "keys";

export interface RepairRequest {
  readonly selector: RepairSelector;
  /** Tokens that may be evaluated again. */
  readonly budget: number;
  /** The text before the edits, and the edits. */
  readonly before: string;
  readonly edits: readonly DocumentEdit[];
  /** The document after them, and where its new tokens are. */
  readonly document: TokenText;
  readonly added: readonly TokenRange[];
  /** The tree of a text; absent = there is no grammar for the file. */
  readonly tree?: (text: string) => SyntaxTree | undefined;
}

export interface Repair {
  /** In the document's numbering after the edits; most urgent first, within the budget. */
  readonly ranges: readonly TokenRange[];
  /** The selector that was used. */
  readonly selector: RepairSelector;
  /** Why another one than asked for was used. */
  readonly note?: string;
}

/** A repair in more pieces than this costs more passes than it saves tokens. */
const mostRanges = 24;

/** Chooses later tokens that still hold what the text meant before. */
export function chooseRepair(request: RepairRequest): Repair {
  const { selector, document, added } = request;
  if (selector === "combined") return { selector, ranges: combinedRanges(request) };
  if (selector === "seams") return { selector, ranges: seamRanges(request) };
  if (selector === "tail") return { selector, ranges: tailRanges(request) };
  if (selector === "keys") {
    const note =
      "the engine does not report keys, so lines that mention edited names are evaluated";
    return { ranges: inTokens(request, mentionRanges(request)), selector: "mentions", note };
  }
  if (selector === "mentions")
    return { selector, ranges: inTokens(request, mentionRanges(request)) };
  const tree = request.tree?.(document.text);
  if (tree === undefined) {
    const note =
      "there is no grammar for this file, so lines that mention edited names are evaluated";
    return { ranges: inTokens(request, mentionRanges(request)), selector: "mentions", note };
  }
  const changed = changedRanges(request.edits);
  const firstBehind = changed[0]?.end ?? 0;
  const dependents = dependentRanges(tree, changed).filter(({ start }) => start >= firstBehind);
  return { selector, ranges: inTokens({ ...request, added }, dependents) };
}

/** Where the new text of edits is. */
function changedRanges(edits: readonly DocumentEdit[]): TextRange[] {
  let shift = 0;
  return edits.map(({ start, end, text }) => {
    const from = start + shift;
    shift += text.length - (end - start);
    return { start: from, end: from + text.length };
  });
}

/** The tokens behind each place of the edit, the same number at each. */
function seamRanges({ added, budget, document }: RepairRequest): TokenRange[] {
  const each = Math.max(1, Math.floor(budget / Math.max(1, added.length)));
  const ranges: TokenRange[] = [];
  let left = budget;
  for (const [i, { end }] of added.entries()) {
    const stop = Math.min(
      end + Math.min(each, left),
      added[i + 1]?.start ?? document.tokens.length,
    );
    if (stop > end) ranges.push({ start: end, end: stop });
    left -= stop - end;
  }
  return ranges;
}

/**
 * Half of the budget for what follows each place of the change, a quarter for lines that mention edited names, and what is left for the end: each
 * mends what the others do not (docs/sessions.md).
 */
function combinedRanges(request: RepairRequest): TokenRange[] {
  const { budget } = request;
  const half = Math.ceil(budget / 2);
  const seams = seamRanges({ ...request, budget: half });
  const mentioned = inTokens(
    { ...request, added: [...request.added, ...seams], budget: Math.floor(budget / 4) },
    mentionRanges(request),
  );
  const spent = [...seams, ...mentioned].reduce((sum, { start, end }) => sum + end - start, 0);
  return [...seams, ...mentioned, ...tailRanges({ ...request, budget: budget - spent })];
}

/** The last tokens: what is written next depends most on them. */
function tailRanges({ added, budget, document }: RepairRequest): TokenRange[] {
  const end = document.tokens.length;
  const start = Math.max(end - budget, added[0]?.end ?? 0);
  return start < end ? [{ start, end }] : [];
}

const words = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** Words of many languages that name nothing. */
const namelessWords: ReadonlySet<string> = new Set(
  `abstract and as assert async await boolean break case catch char class const continue def default del do double elif else enum except export
  extends false False final finally float fn for from func function global if implements import in int interface is lambda let long match new nil
  None not null number or package pass private protected public raise readonly return self short static str string struct super switch this
  throw throws true True try type typeof undefined use val var void while with yield`.split(/\s+/),
);

/** Later lines with a name of the changed lines, the rarest names first. */
function mentionRanges({ before, edits, document }: RepairRequest): TextRange[] {
  const text = document.text;
  const changed = changedRanges(edits);
  const oldWords = wordsIn(edits.map(({ start, end }) => wholeLines(before, { start, end })));
  const newWords = wordsIn(changed.map((range) => wholeLines(text, range)));
  const edited = [...oldWords, ...newWords].filter(
    (word) => !(oldWords.has(word) && newWords.has(word)),
  );
  const names = new Set([...edited, ...oldWords, ...newWords]);
  const places = new Map<string, TextRange[]>();
  const from = changed[0]?.end ?? 0;
  for (const match of text.slice(from).matchAll(words)) {
    if (!names.has(match[0])) continue;
    const at = from + match.index;
    if (changed.some(({ start, end }) => at >= start && at < end)) continue;
    const line = { start: text.lastIndexOf("\n", at - 1) + 1, end: lineEndAt(text, at) };
    const list = places.get(match[0]);
    if (list) list.push(line);
    else places.set(match[0], [line]);
  }
  const isEdited = new Set(edited);
  return [...places]
    .toSorted(
      ([a, x], [b, y]) => Number(isEdited.has(b)) - Number(isEdited.has(a)) || x.length - y.length,
    )
    .flatMap(([, lines]) => lines)
    .map(({ start, end }) => ({ start: Math.max(start, from), end }));
}

function wordsIn(texts: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const text of texts) {
    for (const [word] of text.matchAll(words)) if (!namelessWords.has(word)) found.add(word);
  }
  return found;
}

function wholeLines(text: string, { start, end }: TextRange): string {
  return text.slice(text.lastIndexOf("\n", start - 1) + 1, lineEndAt(text, end));
}

function lineEndAt(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

/** The tokens of ranges of text, as many as the budget allows, without those that the edit puts in. */
function inTokens(
  { document, added, budget }: RepairRequest,
  ranges: readonly TextRange[],
): TokenRange[] {
  const chosen: TokenRange[] = [];
  const taken = [...added];
  let left = budget;
  for (const { start, end } of ranges) {
    if (left <= 0 || chosen.length >= mostRanges) break;
    let from = document.tokenAt(start);
    const to = Math.min(document.tokens.length, document.tokenAt(end) + 1, from + left);
    // Cut away what is evaluated already.
    for (const other of taken) {
      if (other.start <= from && from < other.end) from = other.end;
    }
    const stop = Math.min(
      to,
      ...taken
        .filter((other) => other.start >= from && other.end > other.start)
        .map((other) => other.start),
    );
    if (stop <= from) continue;
    const range = { start: from, end: stop };
    chosen.push(range);
    taken.push(range);
    left -= stop - from;
  }
  return chosen;
}
