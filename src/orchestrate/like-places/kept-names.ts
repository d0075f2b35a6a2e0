import { nameLanguageOf } from "../index/languages.ts";
import { type ChangedMeaning, changedMeanings, groupsAt } from "../names/kept-meaning.ts";
import { type NameView, type Resolution, resolveName } from "../names/resolve-name.ts";
import { SharedTrees } from "../names/shared-trees.ts";
import { withinPaths, withTexts } from "../names/view.ts";
import { groupedByPath, type LikeCandidate, namesAt } from "./candidate.ts";
import type { ExampleFile } from "./example.ts";
import { groupsOrNone, meaningDifference, patternNames } from "./meaning.ts";
import { offsetMap } from "./offsets.ts";
import type { DropPlace } from "./read-back.ts";
import { TextWithPlaces } from "./text-with-places.ts";

/** A place that would change what a name means. */
interface NameProblem {
  readonly one: LikeCandidate;
  readonly why: string;
  /** What it shares with others that may be sound without it; absent: it has the problem by itself. */
  readonly shared?: unknown;
}

/** So often the first of the places that share a problem is left out alone, to see whether the others are sound then. */
const mostTrials = 8;
/** So often those with a problem are left out; then all that have the name, so that it comes to an end. */
const mostNameRounds = 24;

/** The places after which all names still mean what they meant, and new ones what they mean in the edit; the others are given to `drop`. */
export async function placesKeepingNames(
  view: NameView,
  edits: readonly ExampleFile[],
  candidates: readonly LikeCandidate[],
  drop: DropPlace,
): Promise<LikeCandidate[]> {
  let left = [...candidates];
  // Between two looks at all names only at those that had a problem.
  let names: ReadonlySet<string> | undefined;
  for (let round = 1; left.length > 0; round += 1) {
    const trees = new SharedTrees();
    const problems = await new NamesAfter(trees.over(view), edits, left)
      .problems(names)
      .finally(() => trees.delete());
    if (problems.size === 0 && names === undefined) break;
    names = problems.size === 0 ? undefined : new Set(problems.keys());
    const dropped = new Map(
      [...problems].flatMap(([name, of]) => [...droppedFor(name, of, round)]),
    );
    for (const one of round > mostNameRounds ? left : []) {
      const name = namesAt(one).find((own) => problems.has(own));
      if (name !== undefined && !dropped.has(one))
        dropped.set(one, `\`${name}\` would mean something else at other places`);
    }
    for (const [one, why] of dropped) drop(one, why);
    left = left.filter((one) => !dropped.has(one));
  }
  return left;
}

/** The places that are left out for the problems of a name, with why. */
function droppedFor(
  name: string,
  problems: readonly NameProblem[],
  round: number,
): Map<LikeCandidate, string> {
  const seen = new Set<unknown>();
  const found = new Map<LikeCandidate, string>();
  for (const { one, why, shared } of problems) {
    if (shared !== undefined && round <= mostTrials && seen.has(shared)) continue;
    seen.add(shared);
    found.set(one, why.startsWith("`") ? why : `\`${name}\`: ${why}`);
  }
  return found;
}

/** Names before and after all places are written. */
class NamesAfter {
  private readonly candidates: readonly LikeCandidate[];
  private readonly now: NameView;
  private readonly after: NameView;
  /** The files with places, written. */
  private readonly placed: ReadonlyMap<string, TextWithPlaces>;
  private readonly byName = new Map<string, LikeCandidate[]>();
  /** Where something of the text of an example is before the places are written. */
  private readonly inExamples = new Map<string, (offset: number) => number | undefined>();

  constructor(view: NameView, edits: readonly ExampleFile[], candidates: readonly LikeCandidate[]) {
    this.candidates = candidates;
    const byPath = groupedByPath(candidates);
    this.placed = new Map(
      [...byPath].map(([path, here]) => [path, new TextWithPlaces(here[0]!.parsed.text, here)]),
    );
    const texts = new Map([...this.placed].map(([path, { text }]) => [path, text]));
    const examples = new Map(
      edits.flatMap(({ path, after }) => (texts.has(path) ? [] : [[path, after] as const])),
    );
    const given = withTexts(view, examples);
    const paths = [...texts.keys(), ...examples.keys()];
    this.now = withinPaths(given, paths);
    this.after = withinPaths(withTexts(given, texts), paths);
    for (const one of candidates) {
      for (const name of new Set(namesAt(one))) {
        const known = this.byName.get(name);
        if (known) known.push(one);
        else this.byName.set(name, [one]);
      }
      const { path, example } = one.found;
      if (this.inExamples.has(path)) continue;
      const current = byPath.get(path)?.[0]?.parsed.text ?? examples.get(path)!;
      this.inExamples.set(path, offsetMap(example.after.text, current));
    }
  }

  /** Of some names, or of all. */
  async problems(names?: ReadonlySet<string>): Promise<Map<string, NameProblem[]>> {
    const found = new Map<string, NameProblem[]>();
    for (const [name, here] of this.byName) {
      if (names && !names.has(name)) continue;
      const before = await resolveName(this.now, name);
      const after = await resolveName(this.after, name);
      const problems = changedMeanings(before, after, (path, start) => this.moved(path, start)).map(
        (clash) => this.culprit(name, clash, after),
      );
      for (const one of here) problems.push(...this.newNameProblems(name, one, after));
      if (problems.length > 0) found.set(name, problems);
    }
    return found;
  }

  private moved(path: string, start: number): number | undefined {
    const place = this.placed.get(path);
    return place ? place.at(start) : start;
  }

  /** The place that changes what a name means: the one that has it, the one that declares it, or one nearby. */
  private culprit(name: string, clash: ChangedMeaning, after: Resolution): NameProblem {
    const { path, start, why } = clash;
    const own = this.at(path, start);
    if (own) return { one: own, why };
    for (const { places } of groupsAt(after, path, start)) {
      for (const place of places) {
        const one = place.declares ? this.at(place.path, place.start) : undefined;
        if (one) return { one, why };
      }
    }
    const here = this.byName.get(name)!;
    return { one: here.find((one) => one.path === path) ?? here[0]!, why, shared: path };
  }

  /** The place whose new text is around an offset. */
  private at(path: string, start: number): LikeCandidate | undefined {
    return this.placed.get(path)?.placeAt(start);
  }

  private newNameProblems(name: string, one: LikeCandidate, after: Resolution): NameProblem[] {
    const { found, path } = one;
    if (nameLanguageOf(path) === undefined) return [];
    const own = this.placed.get(path)!.placeOf(one);
    if (own?.at === undefined) return [];
    for (const { text, part } of patternNames(found.rule.new)) {
      const start = text === name ? own.change.written.get(part.start) : undefined;
      if (start === undefined) continue;
      const current = this.inExamples.get(found.path)!(part.start);
      const exampleAt = current === undefined ? undefined : this.moved(found.path, current);
      if (exampleAt === undefined) {
        const around = this.candidates.find(
          ({ path: own, match }) =>
            own === found.path &&
            current !== undefined &&
            match.start <= current &&
            current < match.end,
        );
        return [{ one: around ?? one, why: `\`${name}\` of the example is in a like place` }];
      }
      const here = groupsOrNone(after, path, own.at + start);
      const why = meaningDifference(name, groupsOrNone(after, found.path, exampleAt), here);
      if (why === undefined) continue;
      // What other places declare may be theirs to leave.
      const shared = here.find(({ places }) =>
        places.some((place) => place.declares && this.at(place.path, place.start)),
      );
      return [{ one, why, ...(shared && { shared }) }];
    }
    return [];
  }
}
