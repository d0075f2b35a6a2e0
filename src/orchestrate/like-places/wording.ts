import { LineDiff } from "../../text/line-diff.ts";
import { weightOf } from "./lexemes.ts";
import type { ParsedText, SyntaxPart } from "./parts.ts";
import type { Example } from "./render.ts";

/** What an edit changes in the words of a comment or of a string. */
export interface Wording {
  /** The example. */
  readonly path: string;
  /** `prose`: comments and docstrings; `string`: other strings. */
  readonly kind: "prose" | "string";
  /** With so many of the words around that other places can be marked by them. */
  readonly old: string;
  readonly new: string;
}

/** A stretch of a file that reads as a wording. */
export interface WordingMatch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Weight of a wording that marks a place: a word counts 2, a sign 1. */
const tellingWeight = 6;

/** The wordings that an edit changes, each once. */
export function wordingsOf(path: string, { before, after }: Example): Wording[] {
  const found = new Map<string, Wording>();
  const [old, now] = [new TextLines(before.text), new TextLines(after.text)];
  const regions = { old: textRegions(before), new: textRegions(after) };
  for (const change of new LineDiff(old.lines, now.lines).compare()) {
    const size = change.oldEnd - change.oldStart;
    const isPaired = size === change.newEnd - change.newStart;
    for (let at = 0; at < (isPaired ? size : 1); at += 1) {
      const [from, to] = isPaired ? [at, at + 1] : [0, undefined];
      const oldPart = old.part(change.oldStart + from, to ? change.oldStart + to : change.oldEnd);
      const newPart = now.part(change.newStart + from, to ? change.newStart + to : change.newEnd);
      const one = changedWording(oldPart, newPart, regions);
      if (one) found.set(`${one.kind}\0${one.old}`, { path, ...one });
    }
  }
  return [...found.values()];
}

/** Every place in comments or strings that reads as the wording. */
export function wordingMatches(wording: Wording, parsed: ParsedText): WordingMatch[] {
  const found: WordingMatch[] = [];
  const { text } = parsed;
  for (const region of textRegions(parsed)) {
    if (region.kind !== wording.kind) continue;
    let at = text.indexOf(wording.old, region.start);
    while (at >= 0 && at + wording.old.length <= region.end) {
      const end = at + wording.old.length;
      if (isWordEdge(text, at) && isWordEdge(text, end) && !isPartOfNew(wording, text, at)) {
        found.push({ start: at, end, text: wording.new });
        at = text.indexOf(wording.old, end);
      } else at = text.indexOf(wording.old, at + 1);
    }
  }
  return found;
}

/** Whether a match is a part of the new wording. */
function isPartOfNew({ old, new: now }: Wording, text: string, at: number): boolean {
  for (let part = now.indexOf(old); part >= 0; part = now.indexOf(old, part + 1)) {
    if (at >= part && text.startsWith(now, at - part)) return true;
  }
  return false;
}

/** Whether two texts have the same code: only comments and strings differ. */
export function isSameCode(before: ParsedText, after: ParsedText): boolean {
  const { tokens } = before;
  return (
    tokens.length === after.tokens.length &&
    before.comments.length === after.comments.length &&
    (before.hasError || !after.hasError) &&
    tokens.every(({ type, start, end }, index) => {
      const other = after.tokens[index]!;
      if (type !== other.type) return false;
      const isText = textTypes.test(type);
      return isText || before.text.slice(start, end) === after.text.slice(other.start, other.end);
    })
  );
}

/** Words by which the files are found that may have the wording. */
export const wordsOfWording = ({ old }: Wording): string[] =>
  old.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];

interface TextRegion {
  readonly kind: Wording["kind"];
  readonly start: number;
  readonly end: number;
}

const textTypes = /string|char_literal|rune_literal/u;

/** The contents of comments and strings; those that name a module are none. */
function textRegions(parsed: ParsedText): TextRegion[] {
  const strings = parsed.tokens.flatMap((token): TextRegion[] => {
    if (!textTypes.test(token.type) || namesModule(token)) return [];
    const written = parsed.text.slice(token.start, token.end);
    const open = /^[A-Za-z]{0,2}(?:"""|'''|["'`])/u.exec(written)?.[0].length ?? 0;
    const close = /(?:"""|'''|["'`])$/u.exec(written)?.[0].length ?? 0;
    if (open + close > written.length) return [];
    const kind = token.parent?.type === "expression_statement" ? "prose" : "string";
    return [{ kind, start: token.start + open, end: token.end - close }];
  });
  const comments = parsed.comments.map((one): TextRegion => ({ kind: "prose", ...one }));
  return [...comments, ...strings].sort((a, b) => a.start - b.start);
}

const namesModule = ({ parent }: SyntaxPart): boolean =>
  /^(?:import|export)_/u.test(parent?.type ?? "");

interface PlacedText {
  readonly text: string;
  readonly start: number;
}

function changedWording(
  old: PlacedText,
  now: PlacedText,
  regions: { readonly old: readonly TextRegion[]; readonly new: readonly TextRegion[] },
): Omit<Wording, "path"> | undefined {
  const [before, after] = [wordTokens(old.text), wordTokens(now.text)];
  const changes = new LineDiff(before, after).compare();
  const [first, last] = [changes[0], changes.at(-1)];
  if (!first || !last) return undefined;
  const length = (tokens: readonly string[], from: number, to: number): number =>
    tokens.slice(from, to).reduce((sum, one) => sum + one.length, 0);
  const regionOf = (
    list: readonly TextRegion[],
    part: PlacedText,
    tokens: readonly string[],
    [from, to]: readonly [number, number],
  ): TextRegion | undefined => {
    const start = part.start + length(tokens, 0, from);
    const end = start + length(tokens, from, to);
    return list.find((one) => one.start <= start && end <= one.end);
  };
  let [from, to] = [first.oldStart, last.oldEnd];
  const region = regionOf(regions.old, old, before, [from, to]);
  const written = regionOf(regions.new, now, after, [first.newStart, last.newEnd]);
  if (!region || region.kind !== written?.kind) return undefined;
  const isIn = (start: number, end: number): boolean =>
    regionOf([region], old, before, [start, end]) !== undefined;
  let weight = weightOf(before.slice(from, to));
  for (let isLeft = true; weight < tellingWeight; isLeft = !isLeft) {
    const hasLeft = from > 0 && isIn(from - 1, to);
    const hasRight = to < before.length && isIn(from, to + 1);
    if (!hasLeft && !hasRight) return undefined;
    const takesLeft = hasLeft && (isLeft || !hasRight);
    if (takesLeft) from -= 1;
    else to += 1;
    weight += weightOf([before[takesLeft ? from : to - 1]!]);
  }
  const newTo = last.newEnd + to - last.oldEnd;
  const newFrom = first.newStart + from - first.oldStart;
  return {
    kind: region.kind,
    old: before.slice(from, to).join(""),
    new: after.slice(newFrom, newTo).join(""),
  };
}

const wordTokens = (text: string): string[] => text.match(/[\p{L}\p{N}_$]+|\s+|[^\s]/gu) ?? [];

const isWordEdge = (text: string, at: number): boolean =>
  !/^[\p{L}\p{N}_$]{2}$/u.test(text.slice(Math.max(0, at - 1), at + 1));

class TextLines {
  readonly lines: readonly string[];
  private readonly text: string;
  private readonly starts: number[] = [0];

  constructor(text: string) {
    this.text = text;
    this.lines = text.split("\n");
    for (const line of this.lines) this.starts.push(this.starts.at(-1)! + line.length + 1);
  }

  /** Lines [from, to) with the line ends between them. */
  part(from: number, to: number): PlacedText {
    const start = this.starts[from]!;
    return { start, text: this.text.slice(start, Math.max(start, this.starts[to]! - 1)) };
  }
}
