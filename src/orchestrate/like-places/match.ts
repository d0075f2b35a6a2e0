import { firstReached } from "../../text/first-reached.ts";
import { isList, type ParsedText, type SyntaxPart } from "./parts.ts";
import { holesOf, type Pattern } from "./pattern.ts";

/** Where a pattern is found. */
export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  readonly parts: readonly SyntaxPart[];
  /** What each token and hole of the pattern is here, in order. */
  readonly leaves: readonly SyntaxPart[];
  readonly holes: ReadonlyMap<string, SyntaxPart>;
}

/** Parts that are no value by themselves. */
const noValue =
  /^(?:\w*splat\w*|spread_\w+|keyword_argument|pair|variadic_\w+|\w*_statement|\w*_declaration|named_expression|yield|\w*assignment\w*)$/u;

/** A function is a value of another kind. */
const functionValue = /^(?:arrow_function|function_expression|lambda|func_literal)$/u;

/** Every place of a text where neighbouring parts are of a pattern, outer ones first. */
export function findMatches(parsed: ParsedText, pattern: readonly Pattern[]): PatternMatch[] {
  const found: PatternMatch[] = [];
  const [first] = pattern;
  if (!first) return found;
  const visit = (part: SyntaxPart): void => {
    for (const [index, child] of part.children.entries()) {
      if (first.kind === "hole" || patternType(first) === child.type) {
        const parts = part.children.slice(index, index + pattern.length);
        const isWhole = pattern.length === 1 || isList(part);
        const match = isWhole ? matchParts(pattern, parts, parsed.text) : undefined;
        if (match) found.push(match);
      }
      visit(child);
    }
  };
  visit(parsed.root);
  return found;
}

const patternType = (pattern: Pattern): string =>
  pattern.kind === "hole" ? pattern.part.type : pattern.type;

/** A match of exactly these parts. */
export function matchParts(
  pattern: readonly Pattern[],
  parts: readonly SyntaxPart[],
  text: string,
): PatternMatch | undefined {
  if (pattern.length !== parts.length || parts.length === 0) return undefined;
  const leaves: SyntaxPart[] = [];
  const holes = new Map<string, SyntaxPart>();
  const match = (one: Pattern, part: SyntaxPart): boolean => {
    if (one.kind === "hole") {
      const known = holes.get(one.hole);
      const isOther = one.isName || noValue.test(part.type) || functionValue.test(part.type);
      if (isOther && part.type !== one.part.type) return false;
      if (known && textOfPart(known, text) !== textOfPart(part, text)) return false;
      if (!known) holes.set(one.hole, part);
      leaves.push(part);
      return true;
    }
    if (one.type !== part.type) return false;
    if (one.kind === "token") {
      if (part.children.length > 0 || textOfPart(part, text) !== one.text) return false;
      leaves.push(part);
      return true;
    }
    return (
      one.children.length === part.children.length &&
      one.children.every((child, index) => match(child, part.children[index]!))
    );
  };
  if (!pattern.every((one, index) => match(one, parts[index]!))) return undefined;
  return { start: parts[0]!.start, end: parts.at(-1)!.end, parts, leaves, holes };
}

export const textOfPart = ({ start, end }: SyntaxPart, text: string): string =>
  text.slice(start, end);

/** Whether a place has the edit already: the old form may be a part of the new one. */
export function isDone(match: PatternMatch, pattern: readonly Pattern[], text: string): boolean {
  const [first] = match.parts;
  if (pattern.length === 0) return false;
  for (let part = first?.parent; part; part = part.parent) {
    if (pattern.length === 1) {
      if (matchParts(pattern, [part], text)) return true;
    } else if (isList(part)) {
      const { children } = part;
      const from = firstReached(children.length, (at) => children[at]!.end > match.start);
      const last = firstReached(children.length, (at) => children[at]!.end >= match.end);
      for (let at = Math.max(0, last - pattern.length + 1); at <= from; at += 1) {
        const parts = children.slice(at, at + pattern.length);
        if (parts.length === pattern.length && matchParts(pattern, parts, text)) return true;
      }
      return false;
    }
    if (isList(part) && pattern.length === 1) return false;
  }
  return false;
}

/** Whether every hole of a pattern is one of these. */
export const areBound = (pattern: readonly Pattern[], holes: ReadonlySet<string>): boolean =>
  pattern.flatMap(holesOf).every((hole) => holes.has(hole));
