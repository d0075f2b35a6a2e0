import { nameLanguageOf } from "../index/languages.ts";
import { type NameView, type Resolution, resolveName } from "../names/resolve-name.ts";
import { withinPaths, withTexts } from "../names/view.ts";
import {
  groupedByPath,
  type LikeCandidate,
  type LikePlace,
  likePlaceAt,
  withoutOverlaps,
} from "./candidate.ts";
import { wordProblem } from "./context.ts";
import type { ExampleFile } from "./example.ts";
import { placesKeepingNames } from "./kept-names.ts";
import { findMatches, isDone, matchParts, type PatternMatch } from "./match.ts";
import { groupsOrNone, isAnchored, isTelling, meaningDifference, patternNames } from "./meaning.ts";
import { applyChanges, offsetMap } from "./offsets.ts";
import { type ParsedText, partsOf, readParts, type SyntaxPart } from "./parts.ts";
import { generalised, leavesOf, patternTokens, type Rule, shownPattern } from "./pattern.ts";
import { placesReadBack } from "./read-back.ts";
import { type FoundRule, findRules } from "./rules.ts";
import { Stretches } from "./stretches.ts";
import { TextWithPlaces } from "./text-with-places.ts";
import { asPlaceChange, kindOfFile, type WordingPlace } from "./wording-places.ts";

/** Places that a plan lists as being like the example in part. */
const mostPartial = 50;

/** The search for the places of one edit. */
export class LikePlaces {
  readonly partial: (LikePlace & { why: string })[] = [];
  private readonly view: NameView;
  private readonly edits: readonly ExampleFile[];
  private readonly parsed = new Map<string, Promise<ParsedText | undefined>>();
  private readonly before: NameView;
  private readonly resolutions = new Map<string, Resolution>();
  private readonly beforeEdit = new Map<string, ReturnType<typeof offsetMap>>();

  constructor(view: NameView, edits: readonly ExampleFile[]) {
    this.view = view;
    this.edits = edits;
    this.before = withTexts(view, new Map(edits.map(({ path, before }) => [path, before])));
  }

  async rules(): Promise<{ rules: FoundRule[]; notes: string[] }> {
    const rules: FoundRule[] = [];
    const notes: string[] = [];
    for (const { path, before, after } of this.edits) {
      const example = {
        before: await this.parse(path, before),
        after: await this.parse(path, after),
      };
      if (!example.before || !example.after) {
        notes.push(`${path}: there is no grammar for this file.`);
        continue;
      }
      if (example.before.hasError || example.after.hasError) {
        notes.push(`${path} has a syntax error; its part of the edit is not repeated.`);
        continue;
      }
      const both = { before: example.before, after: example.after };
      // Names are resolved when a rule asks for them; the rules of one file ask for few.
      const wanted = new Set<string>();
      const first = findRules(
        path,
        both,
        (rule) => {
          for (const part of rule.old.flatMap((one) => [...partsOf(one.part)])) {
            if (/identifier(?:_pattern)?$/u.test(part.type))
              wanted.add(before.slice(part.start, part.end));
          }
          return false;
        },
        () => false,
      );
      if (first.rules.length === 0)
        for (const name of wanted) await this.resolve(name, nearby([path]));
      const isOwn = (part: SyntaxPart, within: readonly SyntaxPart[]): boolean =>
        groupsOrNone(this.known(before.slice(part.start, part.end), path), path, part.start).some(
          ({ places, keys }) =>
            [...keys].every((key) => key.startsWith("L")) &&
            places.some(
              ({ declares, start }) =>
                declares && within.some((one) => one.start <= start && start < one.end),
            ),
        );
      const { rules: found, left } = findRules(
        path,
        both,
        (rule) =>
          isAnchored(rule, (name, part) => groupsOrNone(this.known(name, path), path, part.start)),
        isOwn,
      );
      for (const one of found) this.addRule(rules, one);
      for (const { old, new: now } of left) {
        const part = old[0] ?? now[0];
        const text = old[0] ? before : after;
        const line = part ? likePlaceAt(path, text, part.start) : undefined;
        if (line)
          notes.push(
            `${path}:${line.line} is not repeated, since nothing marks like places: ${line.text}`,
          );
      }
    }
    return { rules, notes };
  }

  /** Adds a rule; where one of another file has the same form, what the two do not share is left open, as within a file. */
  private addRule(rules: FoundRule[], one: FoundRule): void {
    if (rules.some((known) => sameText(known.rule, one.rule))) return;
    for (const [at, known] of rules.entries()) {
      const { path } = known;
      if (path === one.path || kindOfFile(path) !== kindOfFile(one.path)) continue;
      const rule = generalised(known.rule, one.rule);
      const isMarked =
        rule !== undefined &&
        isAnchored(rule, (name, part) => groupsOrNone(this.known(name, path), path, part.start));
      if (!isMarked) continue;
      rules[at] = { ...known, rule };
      return;
    }
    rules.push(one);
  }

  /** Exact matches of a rule in all files of its language whose names mean the same; others go to `partial`. */
  async candidates(found: FoundRule): Promise<LikeCandidate[]> {
    const { rule } = found;
    const result: LikeCandidate[] = [];
    for (const path of this.filesFor(found)) {
      const text = await this.view.text(path);
      const parsed = text === undefined ? undefined : await this.parse(path, text);
      if (!parsed) continue;
      const all = findMatches(parsed, rule.old);
      const matches = all.filter((match) => !isDone(match, rule.new, parsed.text));
      for (const match of matches) {
        const why = parsed.hasError
          ? "the file has a syntax error"
          : (wordProblem(
              rule,
              { parsed: found.example.before, part: rule.old[0]!.part },
              { parsed, part: match.parts[0]! },
            ) ?? (await this.otherMeaning(found, path, match)));
        if (why === undefined) result.push({ path, parsed, match, found, bracketed: false });
        else this.addPartial(path, parsed, match.start, why);
      }
      this.listPartial(found, path, parsed, all);
    }
    return result;
  }

  /** Leaves out what would not parse to the new form or would change what a name means. */
  async withoutClashes(candidates: readonly LikeCandidate[]): Promise<LikeCandidate[]> {
    const drop = (one: LikeCandidate, why: string): void =>
      this.addPartial(one.path, one.parsed, one.match.start, why);
    const apart = withoutOverlaps(candidates, (one) => drop(one, "it overlaps another place"));
    const sound = await placesReadBack(this.view, apart, drop);
    return placesKeepingNames(this.view, this.edits, this.withoutEmptied(sound), drop);
  }

  /** Leaves out removals that together would take all statements of a Python block. */
  private withoutEmptied(candidates: readonly LikeCandidate[]): LikeCandidate[] {
    const removed = new Map<SyntaxPart, number>();
    const listOf = ({ path, found, match }: LikeCandidate): SyntaxPart | undefined =>
      found.rule.new.length === 0 && /\.pyi?$/u.test(path) ? match.parts[0]!.parent : undefined;
    for (const one of candidates) {
      const list = listOf(one);
      if (list) removed.set(list, (removed.get(list) ?? 0) + one.match.parts.length);
    }
    return candidates.filter((one) => {
      const list = listOf(one);
      if (!list || removed.get(list)! < list.children.length) return true;
      const why = "a block would have no statement";
      this.addPartial(one.path, one.parsed, one.match.start, why);
      return false;
    });
  }

  write(chosen: readonly LikeCandidate[], wordings: readonly WordingPlace[] = []): ExampleFile[] {
    const texts = new Map([
      ...chosen.map(({ path, parsed }) => [path, parsed.text] as const),
      ...wordings.map(({ path, text }) => [path, text] as const),
    ]);
    const inSyntax = groupedByPath(chosen);
    const inWords = groupedByPath(wordings);
    return [...texts].sort().map(([path, text]) => {
      const changes = [
        ...new TextWithPlaces(text, inSyntax.get(path) ?? []).changes,
        ...(inWords.get(path) ?? []).map(({ match }) => asPlaceChange(match)),
      ];
      return { path, before: text, after: applyChanges(text, changes) };
    });
  }

  async parse(path: string, text: string): Promise<ParsedText | undefined> {
    const id = `${path}\0${text}`;
    let known = this.parsed.get(id);
    if (!known) {
      known = (async () => {
        const tree = (await this.view.parserFor(path))?.parse(text);
        if (!tree) return undefined;
        try {
          return readParts(tree.rootNode, text);
        } finally {
          tree.delete();
        }
      })();
      this.parsed.set(id, known);
    }
    return known;
  }

  /** The files of a language that have every word that a rule needs. */
  private filesFor({ rule, path: examplePath }: FoundRule): string[] {
    const words = rule.old
      .flatMap(patternTokens)
      .flatMap(({ text }) => /[\p{L}_$][\p{L}\p{N}_$]*/u.exec(text)?.[0] ?? []);
    const lists = [...new Set(words)].map((word) => this.view.mentions(word));
    const [first = [], ...others] = lists;
    const kind = kindOfFile(examplePath);
    const sets = others.map((list) => new Set(list));
    return first.filter(
      (path) => kindOfFile(path) === kind && sets.every((paths) => paths.has(path)),
    );
  }

  private async otherMeaning(
    found: FoundRule,
    path: string,
    match: PatternMatch,
  ): Promise<string | undefined> {
    if (nameLanguageOf(path) === undefined) return undefined;
    const toBefore = await this.offsetsBefore(path);
    const leaves = found.rule.old.flatMap(leavesOf);
    for (const [index, leaf] of leaves.entries()) {
      if (leaf.kind === "hole" || !/identifier(?:_pattern)?$/u.test(leaf.type)) continue;
      const here = match.leaves[index]!.start;
      const start = toBefore ? toBefore(here) : here;
      if (start === undefined) return "the file was changed since the edit was made";
      const resolution = await this.resolve(leaf.text, nearby([found.path, path]));
      const why = meaningDifference(
        leaf.text,
        groupsOrNone(resolution, found.path, leaf.part.start),
        groupsOrNone(resolution, path, start),
      );
      if (why !== undefined) return why;
    }
    return undefined;
  }

  /** Where something of an edited file was before the edit; undefined for other files. */
  private async offsetsBefore(path: string): Promise<ReturnType<typeof offsetMap> | undefined> {
    const edited = this.edits.find((one) => one.path === path);
    if (!edited) return undefined;
    let known = this.beforeEdit.get(path);
    if (!known) {
      known = offsetMap((await this.view.text(path)) ?? "", edited.before);
      this.beforeEdit.set(path, known);
    }
    return known;
  }

  private listPartial(
    { rule, path: examplePath }: FoundRule,
    path: string,
    parsed: ParsedText,
    matches: readonly PatternMatch[],
  ): void {
    const [first] = rule.old;
    if (rule.old.length !== 1 || !first || first.kind === "hole") return;
    const needed = patternNames(rule.old)
      .filter((one) =>
        isTelling(
          one,
          groupsOrNone(this.known(one.text, examplePath), examplePath, one.part.start),
        ),
      )
      .map(({ text }) => text);
    if (needed.length === 0) return;
    const matched = new Stretches(matches);
    for (const part of partsOf(parsed.root)) {
      if (this.partial.length >= mostPartial) return;
      if (part.type !== first.type) continue;
      if (matched.overlaps(part)) continue;
      const words = new Set(topWords(part, first.type, parsed.text));
      if (!needed.every((word) => words.has(word))) continue;
      if (rule.new.length === 1 && matchParts(rule.new, [part], parsed.text)) continue;
      this.addPartial(path, parsed, part.start, "it has another form");
    }
  }

  private addPartial(path: string, { text }: ParsedText, start: number, why: string): void {
    if (this.partial.length >= mostPartial) return;
    const place = likePlaceAt(path, text, start);
    const isKnown = this.partial.some(
      (one) => one.path === path && one.line === place.line && one.column === place.column,
    );
    if (!isKnown) this.partial.push({ ...place, why });
  }

  private known(name: string, path: string): Resolution | undefined {
    return this.resolutions.get(`${name}\0${path}`);
  }

  private async resolve(name: string, paths: readonly string[]): Promise<Resolution> {
    const id = `${name}\0${paths.join("\0")}`;
    let known = this.resolutions.get(id);
    if (!known) {
      known = await resolveName(withinPaths(this.before, paths), name);
      this.resolutions.set(id, known);
    }
    return known;
  }
}

const nearby = (paths: readonly string[]): string[] => [...new Set(paths)];

/** Words of a part, those of inner parts of the same type left out. */
function topWords(part: SyntaxPart, type: string, text: string): string[] {
  if (part.children.length === 0) return [text.slice(part.start, part.end)];
  return part.children.flatMap((child) => (child.type === type ? [] : topWords(child, type, text)));
}

const sameText = (one: Rule, other: Rule): boolean =>
  one.old.map(shownPattern).join(" ") === other.old.map(shownPattern).join(" ") &&
  one.new.map(shownPattern).join(" ") === other.new.map(shownPattern).join(" ");
