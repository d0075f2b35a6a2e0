import { firstReached } from "../../text/first-reached.ts";
import type { NameView } from "../names/resolve-name.ts";
import { unsoundItems } from "./by-halves.ts";
import { groupedByPath, inOrder, type LikeCandidate } from "./candidate.ts";
import { lostEffects, movedEffects } from "./effects.ts";
import { findMatches, type PatternMatch, textOfPart } from "./match.ts";
import { isList, type ParsedText, readParts } from "./parts.ts";
import type { Rule } from "./pattern.ts";
import { TextWithPlaces } from "./text-with-places.ts";

/** Who is given a place that is left out, and why. */
export type DropPlace = (one: LikeCandidate, why: string) => void;

const noSyntax = "the result would have a syntax error";
const otherForm = "the result would be read differently";
const notRead = "many places of this file cannot be written in the new form";

/**
 * The places that are read as the new form once they have it; the others are given to `drop`. All places of a file are written and
 * read together, so that the work grows with the file and not with the file times its places.
 */
export async function placesReadBack(
  view: NameView,
  candidates: readonly LikeCandidate[],
  drop: DropPlace,
): Promise<LikeCandidate[]> {
  const kept: LikeCandidate[] = [];
  for (const [path, all] of groupedByPath(candidates)) {
    const file = new PlacesOfFile(path, view);
    const open = all.filter((one) => !isDropped(one, lossAt(one), drop));
    const plain = await file.problems(open);
    if (plain.size === 0) {
      kept.push(...open);
      continue;
    }
    // An outer place is read differently where an inner one is: the inner ones get brackets first.
    const failed = open.filter((one) => plain.has(one));
    const inner = withNoneInside(failed).map((one) => ({ ...one, bracketed: true }));
    const wasInner = new Set(inner.map(({ match }) => match));
    const outer = failed.filter(({ match }) => !wasInner.has(match));
    const still = outer.length > 0 ? await file.problems([...outer, ...inner]) : new Map();
    const written = outer.map((one) => (still.has(one) ? { ...one, bracketed: true } : one));
    const again = await file.problems([...inner, ...written]);
    const sound = [...inner, ...written].filter((one) => !isDropped(one, again.get(one), drop));
    sound.push(...open.filter((one) => !plain.has(one)));
    // They were read in parts.
    const together = await file.problems(sound);
    kept.push(...sound.filter((one) => !isDropped(one, together.get(one), drop)));
  }
  return kept.sort(inOrder);
}

function isDropped(one: LikeCandidate, why: string | undefined, drop: DropPlace): boolean {
  if (why !== undefined) drop(one, why);
  return why !== undefined;
}

/** The places of a file that have none of the others inside. */
function withNoneInside(candidates: readonly LikeCandidate[]): LikeCandidate[] {
  const sorted = [...candidates].sort(inOrder);
  return sorted.filter(({ match }, at) => {
    const next = sorted[at + 1];
    return next === undefined || next.match.start >= match.end;
  });
}

/** What a place would lose, whatever it is read as. */
function lossAt(one: LikeCandidate): string | undefined {
  const { parsed, found, match, path } = one;
  const [replacement] = new TextWithPlaces(parsed.text, [one]).changes;
  const { start, end, text } = replacement!;
  const { comments } = parsed;
  for (
    let at = firstReached(comments.length, (index) => comments[index]!.start >= start);
    ;
    at += 1
  ) {
    const comment = comments[at];
    if (comment === undefined || comment.end > end) break;
    if (!text.includes(parsed.text.slice(comment.start, comment.end)))
      return "a comment would be lost";
  }
  const lost = lostEffects(one) ?? movedEffects(one);
  if (lost !== undefined || found.rule.new.length > 0) return lost;
  const list = match.parts[0]!.parent;
  // What follows would take its place: the body of an if without braces.
  if (!list || !isList(list)) return "it is not one of several statements";
  // The grammar of Python takes a block without statements; Python does not.
  const isAll = list.children.length === match.parts.length;
  return isAll && path.endsWith("py") ? "a block would have no statement" : undefined;
}

interface ReadText {
  readonly parsed: ParsedText;
  readonly written: TextWithPlaces;
}

/** One file with places in their new form. */
class PlacesOfFile {
  private readonly path: string;
  private readonly view: NameView;

  constructor(path: string, view: NameView) {
    this.path = path;
    this.view = view;
  }

  /** Why places are not read as their new form. */
  async problems(all: readonly LikeCandidate[]): Promise<Map<LikeCandidate, string>> {
    const problems = new Map<LikeCandidate, string>();
    const unsound = await unsoundItems(all, async (some) => {
      const written = await this.read(some);
      if (written) for (const one of readOtherwise(some, written)) problems.set(one, otherForm);
      return written !== undefined;
    });
    for (const [one, why] of unsound) problems.set(one, why === "unsound" ? noSyntax : notRead);
    return problems;
  }

  /** The file with places written; undefined where that is no syntax. */
  async read(some: readonly LikeCandidate[]): Promise<ReadText | undefined> {
    const written = new TextWithPlaces(some[0]!.parsed.text, some);
    const tree = (await this.view.parserFor(this.path))?.parse(written.text);
    if (!tree) return undefined;
    try {
      return tree.rootNode.hasError
        ? undefined
        : { parsed: readParts(tree.rootNode, written.text), written };
    } finally {
      tree.delete();
    }
  }
}

/** Those of some places that are not read as their new form. */
function readOtherwise(
  some: readonly LikeCandidate[],
  { parsed: after, written }: ReadText,
): LikeCandidate[] {
  const forms = new Map<Rule, ReadonlyMap<number, readonly PatternMatch[]>>();
  const matchesAt = (rule: Rule, start: number): readonly PatternMatch[] => {
    let known = forms.get(rule);
    if (!known) {
      known = matchesByStart(findMatches(after, rule.new));
      forms.set(rule, known);
    }
    return known.get(start) ?? [];
  };
  return some.filter((one) => {
    const { rule } = one.found;
    const place = written.placeOf(one);
    if (rule.new.length === 0 && place) return false;
    const { at } = place ?? {};
    return !(
      at !== undefined &&
      matchesAt(rule, at).some(({ holes }) => hasSameValues(holes, after, one, written))
    );
  });
}

function matchesByStart(matches: readonly PatternMatch[]): Map<number, PatternMatch[]> {
  const found = new Map<number, PatternMatch[]>();
  for (const match of matches) {
    const here = found.get(match.start);
    if (here) here.push(match);
    else found.set(match.start, [match]);
  }
  return found;
}

/** Whether each hole has the value that the place has, with what is written inside of it. */
const hasSameValues = (
  holes: PatternMatch["holes"],
  after: ParsedText,
  one: LikeCandidate,
  written: TextWithPlaces,
): boolean =>
  [...holes].every(([hole, part]) => {
    const bound = one.match.holes.get(hole);
    return (
      bound !== undefined &&
      withoutBrackets(textOfPart(part, after.text)) === withoutBrackets(written.valueOf(one, bound))
    );
  });

const withoutBrackets = (text: string): string => {
  const found = /^\(([\s\S]*)\)$/u.exec(text);
  return (found?.[1] ?? text).trim();
};
