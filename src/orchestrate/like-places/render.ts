import { LineDiff } from "../../text/line-diff.ts";
import type { PatternMatch } from "./match.ts";
import type { ParsedText, SyntaxPart } from "./parts.ts";
import { leavesOf, type Rule } from "./pattern.ts";

/** A stretch of a text, and what is written instead. */
export interface PlaceChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What the place has of its own, with where it is in the new text. */
  readonly kept: readonly { readonly start: number; readonly end: number; readonly at: number }[];
  /** Where tokens of the example are in the new text, by their offsets in the example's. */
  readonly written: ReadonlyMap<number, number>;
}

/** Texts of an example, which give the layout of what is new. */
export interface Example {
  readonly before: ParsedText;
  readonly after: ParsedText;
}

/** A place with inner places already replaced. */
export interface RenderedPlace {
  readonly parsed: ParsedText;
  readonly match: PatternMatch;
  /** The text of a part, with what is replaced inside of it. */
  readonly textOf: (start: number, end: number) => string;
  /** Puts brackets around values that are moved. */
  readonly bracketed: boolean;
}

/** The change of a rule at one place. Tokens that stay keep their layout, others get that of the example. */
export function render(rule: Rule, example: Example, place: RenderedPlace): PlaceChange {
  const { match, parsed, textOf } = place;
  const old = rule.old.flatMap(leavesOf);
  const now = rule.new.flatMap(leavesOf);
  if (now.length === 0) return renderedRemoval(place);
  const keptFrom = alignment(old.map(leafLabel), now.map(leafLabel));
  const exampleIndent = indentAt(example.after.text, now[0]!.part.start);
  const indent = indentAt(parsed.text, match.start);
  let text = "";
  const kept: { start: number; end: number; at: number }[] = [];
  const written = new Map<number, number>();
  const gapOf = (whole: ParsedText, one: SyntaxPart, other: SyntaxPart): string =>
    whole.text.slice(one.end, other.start);
  for (const [index, leaf] of now.entries()) {
    const from = keptFrom[index];
    if (index > 0) {
      const newGap = gapOf(example.after, now[index - 1]!.part, leaf.part);
      const before = from === undefined || from === 0 ? undefined : from - 1;
      const oldGap =
        before === undefined
          ? undefined
          : gapOf(example.before, old[before]!.part, old[from!]!.part);
      const stays =
        before !== undefined &&
        (oldGap === newGap || sameLayout(oldGap!, newGap, example, old[0]!.part, now[0]!.part));
      text += stays
        ? textOf(match.leaves[before]!.end, match.leaves[from!]!.start)
        : withMargin(newGap, exampleIndent, indent);
    }
    written.set(leaf.part.start, text.length);
    const part =
      from === undefined
        ? leaf.kind === "hole"
          ? match.holes.get(leaf.hole)
          : undefined
        : match.leaves[from];
    if (!part) {
      text += leaf.kind === "token" ? leaf.text : "";
      continue;
    }
    const isBracketed = place.bracketed && leaf.kind === "hole" && part.children.length > 0;
    if (isBracketed) text += "(";
    if (leaf.kind === "hole") kept.push({ start: part.start, end: part.end, at: text.length });
    text += textOf(part.start, part.end);
    if (isBracketed) text += ")";
  }
  return { start: match.start, end: match.end, text, kept, written };
}

/** Lines that are removed go with their ends. */
function renderedRemoval({ parsed: { text }, match }: RenderedPlace): PlaceChange {
  const { start, end } = match;
  const nothing = { text: "", kept: [], written: new Map<number, number>() };
  const behind = /[;,]?[ \t]*/uy;
  behind.lastIndex = end;
  behind.exec(text);
  const to = behind.lastIndex;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const isOwnLine =
    text.slice(lineStart, start).trim() === "" && /^\r?(?:\n|$)/u.test(text.slice(to, to + 2));
  if (!isOwnLine) return { start, end: to, ...nothing };
  const next = text.indexOf("\n", to);
  return { start: lineStart, end: next < 0 ? text.length : next + 1, ...nothing };
}

const leafLabel = (leaf: { kind: string; text?: string; hole?: string }): string =>
  leaf.kind === "hole" ? `hole ${leaf.hole}` : `token ${leaf.text}`;

/** For each new item the old one that it is, or undefined. */
function alignment(old: readonly string[], now: readonly string[]): (number | undefined)[] {
  const found: (number | undefined)[] = now.map(() => undefined);
  let from = 0;
  let to = 0;
  const same = (oldEnd: number): void => {
    while (from < oldEnd) {
      found[to] = from;
      from += 1;
      to += 1;
    }
  };
  for (const change of new LineDiff(old, now).compare()) {
    same(change.oldStart);
    from = change.oldEnd;
    to = change.newEnd;
  }
  same(old.length);
  return found;
}

/** Whether two gaps of the example break the line in the same way, counted from where each side begins. */
function sameLayout(
  one: string,
  other: string,
  example: Example,
  oldFirst: SyntaxPart,
  newFirst: SyntaxPart,
): boolean {
  return (
    withMargin(one, indentAt(example.before.text, oldFirst.start), "") ===
    withMargin(other, indentAt(example.after.text, newFirst.start), "")
  );
}

/** The blanks at the start of the line of an offset. */
function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/u.exec(text.slice(start, offset))![0];
}

/** A gap between tokens with its lines indented from another margin. */
function withMargin(gap: string, from: string, to: string): string {
  return gap
    .split("\n")
    .map((line, index) =>
      index === 0
        ? line
        : `${to}${line.startsWith(from) ? line.slice(from.length) : line.trimStart()}`,
    )
    .join("\n");
}
