import { firstReached } from "../../text/first-reached.ts";
import { LineDiff } from "../../text/line-diff.ts";
import { isWordLexeme, type Lexemes, readLexemes, weightOf } from "./lexemes.ts";
import { kindOfFile } from "./wording-places.ts";

/** Lexemes [oldStart, oldEnd) of the old text became [newStart, newEnd) of the new one. */
export type LexemeChange = ReturnType<LineDiff["compare"]>[number];

/** What one hunk of an edit does to words and signs, whatever they are a part of. */
export interface TextRule {
  readonly path: string;
  readonly before: Lexemes;
  readonly after: Lexemes;
  /** In order, at least one. */
  readonly changes: readonly LexemeChange[];
  /** So many lexemes around are shared by all hunks that show the rule; of one hunk, as far as it is looked at. */
  readonly left: number;
  readonly right: number;
  /** Lexemes between the changes that hunks do not share. */
  readonly differing: ReadonlySet<number>;
}

/** What is looked at around a hunk. */
const mostContext = 40;
/** A hunk with more lexemes is new code and no pattern. */
const longestRule = 250;

/** The rules of an edit, each once; what hunks with the same change do not share is left open, in one file or in several. */
export function textRulesOf(
  edits: readonly { readonly path: string; readonly before: string; readonly after: string }[],
): TextRule[] {
  const found = new Map<string, TextRule>();
  for (const { path, before, after } of edits) addTextRules(found, path, before, after);
  return [...found.values()];
}

function addTextRules(
  found: Map<string, TextRule>,
  path: string,
  before: string,
  after: string,
): void {
  const [old, now] = [readLexemes(before), readLexemes(after)];
  for (const changes of hunkChanges(old, now)) {
    const from = changes[0]!.oldStart;
    const to = changes.at(-1)!.oldEnd;
    if (to - from > longestRule || changes.some((one) => one.newEnd - one.newStart > longestRule))
      continue;
    const rule: TextRule = {
      path,
      before: old,
      after: now,
      changes,
      left: Math.min(mostContext, from),
      right: Math.min(mostContext, old.words.length - to),
      differing: new Set(),
    };
    const id = `${kindOfFile(path)}\0${changeId(rule)}`;
    const known = found.get(id);
    found.set(id, known ? sharedRule(known, rule) : rule);
  }
}

/** The changed lexemes of each hunk. Lines are compared first: words alone pair what has nothing to do with each other. */
function hunkChanges(old: Lexemes, now: Lexemes): LexemeChange[][] {
  const lines = [old.text.split("\n"), now.text.split("\n")] as const;
  const starts = lines.map((all) => {
    const found = [0];
    for (const line of all) found.push(found.at(-1)! + line.length + 1);
    return found;
  });
  const within = ({ starts: own, words }: Lexemes, from: number, to: number): [number, number] => {
    // The ends of the file are no part of a line.
    const last = words.length - 1;
    const firstFrom = (offset: number): number =>
      Math.min(
        last,
        firstReached(own.length, (at) => at > 0 && own[at]! >= offset),
      );
    return [firstFrom(from), firstFrom(to)];
  };
  return new LineDiff(lines[0], lines[1]).compare().flatMap((hunk) => {
    const [a, b] = within(old, starts[0]![hunk.oldStart]!, starts[0]![hunk.oldEnd]!);
    const [c, d] = within(now, starts[1]![hunk.newStart]!, starts[1]![hunk.newEnd]!);
    const changes = new LineDiff(old.words.slice(a, b), now.words.slice(c, d)).compare();
    const moved = changes.map(({ oldStart, oldEnd, newStart, newEnd }) => ({
      oldStart: a + oldStart,
      oldEnd: a + oldEnd,
      newStart: c + newStart,
      newEnd: c + newEnd,
    }));
    return moved.length > 0 ? [moved] : [];
  });
}

/** The changes of a rule each by itself; none where it has only one. */
export function singleChanges(rule: TextRule): TextRule[] {
  if (rule.changes.length === 1) return [];
  return rule.changes.map((one) => ({
    ...rule,
    changes: [one],
    left: Math.min(mostContext, one.oldStart),
    right: Math.min(mostContext, rule.before.words.length - one.oldEnd),
    differing: new Set(),
  }));
}

/** The words that a rule changes, and how many others are between them: the same for hunks with the same change. */
const changeId = ({ before, after, changes }: TextRule): string =>
  JSON.stringify(
    changes.map(({ oldStart, oldEnd, newStart, newEnd }, at) => [
      before.words.slice(oldStart, oldEnd),
      after.words.slice(newStart, newEnd),
      oldStart - (changes[at - 1]?.oldEnd ?? oldStart),
    ]),
  );

function sharedRule(one: TextRule, other: TextRule): TextRule {
  const first = one.changes[0]!.oldStart;
  const last = one.changes.at(-1)!.oldEnd;
  const shift = other.changes[0]!.oldStart - first;
  const isSame = (at: number): boolean =>
    one.before.words[at] !== undefined && one.before.words[at] === other.before.words[at + shift];
  let left = 0;
  while (left < one.left && left < other.left && isSame(first - left - 1)) left += 1;
  let right = 0;
  while (right < one.right && right < other.right && isSame(last + right)) right += 1;
  const differing = new Set(one.differing);
  for (let at = first; at < last; at += 1) if (!isSame(at)) differing.add(at);
  return { ...one, left, right, differing };
}

/** Lexemes that a place must have, in order; `null`: any word; `"…"`: whatever, in whole brackets. */
export interface TextPattern {
  readonly items: readonly (string | null | typeof anything)[];
  /** The index of the item of each lexeme of the example from `from` on. */
  readonly from: number;
  /** Items of context in front. */
  readonly left: number;
  readonly right: number;
  /** Old lexemes of the stretches that are open, by the item. */
  readonly spans: ReadonlyMap<number, readonly [from: number, to: number]>;
}

export const anything: unique symbol = Symbol("anything");

/** How much of what a hunk keeps between its changes is left open at other places. */
export type TextOpenness = "nothing" | "words" | "stretches";

export function patternOf(
  rule: TextRule,
  left: number,
  right: number,
  openness: TextOpenness,
): TextPattern {
  const { before, changes, differing } = rule;
  const first = changes[0]!.oldStart;
  const last = changes.at(-1)!.oldEnd;
  const items: (string | null | typeof anything)[] = before.words.slice(first - left, first);
  const spans = new Map<number, readonly [number, number]>();
  let at = first;
  const keep = (to: number): void => {
    const [from, behind] = openness === "stretches" ? valueWithin(before.words, at, to) : [to, to];
    for (; at < to; at += 1) {
      if (at === from && behind > from) {
        spans.set(items.length, [from, behind]);
        items.push(anything);
        at = behind - 1;
        continue;
      }
      const word = before.words[at]!;
      const isOpen = differing.has(at) || (openness === "words" && isWordLexeme(word));
      items.push(isOpen ? null : word);
    }
  };
  for (const { oldStart, oldEnd } of changes) {
    keep(oldStart);
    for (; at < oldEnd; at += 1) items.push(before.words[at]!);
  }
  items.push(...before.words.slice(last, last + right));
  return { items, from: first - left, left, right, spans };
}

/** Lexemes [from, to) without the signs at both ends, which belong to what is around. */
function valueWithin(words: readonly string[], from: number, to: number): [number, number] {
  const isEdge = (word: string, bracket: RegExp): boolean =>
    isWordLexeme(word) || bracket.test(word);
  let start = from;
  while (start < to && !isEdge(words[start]!, /^[([{"'`]$/u)) start += 1;
  let end = to;
  while (end > start && !isEdge(words[end - 1]!, /^[)\]}"'`]$/u)) end -= 1;
  return [start, end];
}

/** Whether the words that are taken out mark a place by themselves: one has three letters. */
const tellsByItself = (rule: TextRule): boolean =>
  takenOut(rule).some((one) => /^[\p{L}_$]{3,}/u.test(one));

/** Whether what is on one side may be enough: nothing is taken out, or a word that is too short to mark a place. */
export const isOneSideEnough = (rule: TextRule): boolean =>
  !tellsByItself(rule) && (takenOut(rule).length === 0 || takenOut(rule).some(isWordLexeme));

const takenOut = ({ before, changes }: TextRule): string[] =>
  changes.flatMap(({ oldStart, oldEnd }) => before.words.slice(oldStart, oldEnd));

/** Whether what a pattern asks for is more than signs and words that are everywhere. */
export function isTellingText(rule: TextRule, { items }: TextPattern, weight: number): boolean {
  const fixed = items.filter((one) => typeof one === "string");
  if (!fixed.some((one) => /^[\p{L}_$]/u.test(one))) return false;
  return tellsByItself(rule) || weightOf(fixed) >= weight;
}

/** Whether a pattern leaves something open, or only says what is on one side. */
export function isWeakPattern(rule: TextRule, { items, left, right }: TextPattern): boolean {
  return (
    items.some((one) => typeof one !== "string") || (isOneSideEnough(rule) && left * right === 0)
  );
}
