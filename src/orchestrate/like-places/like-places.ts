import { nameLanguageOf } from "../index/languages.ts";
import { changedMeaning } from "../names/kept-meaning.ts";
import { type NameView, type Resolution, resolveName } from "../names/resolve-name.ts";
import { withTexts } from "../names/view.ts";
import {
  type LikeCandidate,
  type LikePlace,
  likePlaceAt,
  namesAt,
  placeChanges,
  withoutOverlaps,
} from "./candidate.ts";
import { wordProblem } from "./context.ts";
import { lostEffects, movedEffects } from "./effects.ts";
import type { ExampleFile } from "./example.ts";
import { findMatches, isDone, matchParts, type PatternMatch } from "./match.ts";
import { groupsOrNone, isAnchored, isTelling, meaningDifference, patternNames } from "./meaning.ts";
import { applyChanges, offsetMap } from "./offsets.ts";
import { isList, type ParsedText, partsOf, readParts, type SyntaxPart } from "./parts.ts";
import { leavesOf, patternTokens, type Rule, shownPattern } from "./pattern.ts";
import { type FoundRule, findRules } from "./rules.ts";
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
      for (const one of found)
        if (!rules.some((known) => sameText(known.rule, one.rule))) rules.push(one);
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

  /** Leaves out, one after another, what would not parse to the new form or would change what a name means. */
  async withoutClashes(candidates: readonly LikeCandidate[]): Promise<LikeCandidate[]> {
    let left = withoutOverlaps(candidates, (one) =>
      this.addPartial(one.path, one.parsed, one.match.start, "it overlaps another place"),
    );
    const kept: LikeCandidate[] = [];
    for (const one of left) {
      const sound = [one, { ...one, bracketed: true }];
      let why: string | undefined;
      let chosen: LikeCandidate | undefined;
      for (const form of sound) {
        why = await this.formProblem(form);
        if (why === undefined) {
          chosen = form;
          break;
        }
      }
      if (chosen) kept.push(chosen);
      else this.addPartial(one.path, one.parsed, one.match.start, why!);
    }
    left = this.withoutEmptied(kept);
    for (;;) {
      const problem = await this.nameProblem(left);
      if (!problem) return left;
      this.addPartial(problem.one.path, problem.one.parsed, problem.one.match.start, problem.why);
      left = left.filter((one) => one !== problem.one);
    }
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
    return [...texts].sort().map(([path, text]) => {
      const changes = [
        ...placeChanges(chosen.filter((one) => one.path === path)),
        ...wordings.filter((one) => one.path === path).map(({ match }) => asPlaceChange(match)),
      ];
      return { path, before: text, after: applyChanges(text, changes).text };
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
    return first.filter(
      (path) => kindOfFile(path) === kind && others.every((list) => list.includes(path)),
    );
  }

  private async otherMeaning(
    found: FoundRule,
    path: string,
    match: PatternMatch,
  ): Promise<string | undefined> {
    if (nameLanguageOf(path) === undefined) return undefined;
    const edited = this.edits.find((one) => one.path === path);
    const current = await this.view.text(path);
    const toBefore = edited ? offsetMap(current ?? "", edited.before) : undefined;
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

  /** Why the new text of one place does not parse to the new form, or loses something. */
  private async formProblem(one: LikeCandidate): Promise<string | undefined> {
    const { parsed, path, found } = one;
    const [replacement] = placeChanges([one]);
    const { text } = applyChanges(parsed.text, [replacement!]);
    const after = await this.parseOnce(path, text);
    if (!after || after.hasError) return "the result would have a syntax error";
    for (const comment of parsed.comments) {
      const isInside = comment.start >= replacement!.start && comment.end <= replacement!.end;
      const words = parsed.text.slice(comment.start, comment.end);
      if (isInside && !replacement!.text.includes(words)) return "a comment would be lost";
    }
    const lost = lostEffects(one) ?? movedEffects(one);
    if (lost !== undefined) return lost;
    if (found.rule.new.length === 0) {
      const list = one.match.parts[0]!.parent;
      // What follows would take its place: the body of an if without braces.
      if (!list || !isList(list)) return "it is not one of several statements";
      // The grammar of Python takes a block without statements; Python does not.
      const isAll = one.match.parts[0]!.parent?.children.length === one.match.parts.length;
      return isAll && path.endsWith("py") ? "a block would have no statement" : undefined;
    }
    const wanted = findMatches(after, found.rule.new).some((match) => {
      if (match.start !== replacement!.start) return false;
      return [...match.holes].every(([hole, part]) => {
        const bound = one.match.holes.get(hole);
        return (
          bound !== undefined &&
          withoutBrackets(after.text.slice(part.start, part.end)) ===
            withoutBrackets(parsed.text.slice(bound.start, bound.end))
        );
      });
    });
    return wanted ? undefined : "the result would be read differently";
  }

  private async nameProblem(
    candidates: readonly LikeCandidate[],
  ): Promise<{ one: LikeCandidate; why: string } | undefined> {
    const files = this.write(candidates);
    const texts = new Map(files.map(({ path, after }) => [path, after]));
    const examples = this.edits.filter(({ path }) => !texts.has(path));
    const view = withTexts(this.view, new Map(examples.map(({ path, after }) => [path, after])));
    for (const { path, after } of examples) texts.set(path, after);
    const paths = [...texts.keys()];
    const after = restricted(withTexts(view, texts), paths);
    const now = restricted(view, paths);
    const placed = new Map(
      [...new Set(candidates.map(({ path }) => path))].map((path) => {
        const here = candidates.filter((one) => one.path === path);
        return [path, applyChanges(here[0]!.parsed.text, placeChanges(here))] as const;
      }),
    );
    const names = new Set(candidates.flatMap(namesAt));
    for (const name of names) {
      const before = await resolveName(now, name);
      const resolution = await resolveName(after, name);
      const moved = (path: string, start: number): number | undefined => {
        const place = placed.get(path);
        return place ? place.at(start) : start;
      };
      const clash = changedMeaning(before, resolution, moved);
      if (clash) {
        const one =
          candidates.find(
            (candidate) =>
              candidate.path === clash.path &&
              placed.get(clash.path)?.indexAt(clash.start) === candidate.match.start,
          ) ??
          candidates.find(
            (candidate) =>
              candidate.path === clash.path &&
              patternNames([...candidate.found.rule.old, ...candidate.found.rule.new]).some(
                ({ text }) => text === name,
              ),
          ) ??
          candidates.find((candidate) => namesAt(candidate).includes(name))!;
        return { one, why: `\`${name}\`: ${clash.why}` };
      }
      for (const one of candidates) {
        const why = this.newNameProblem(name, one, resolution, placed.get(one.path)!, texts);
        if (why !== undefined) return { one, why };
      }
    }
    return undefined;
  }

  private newNameProblem(
    name: string,
    one: LikeCandidate,
    after: Resolution,
    placed: ReturnType<typeof applyChanges>,
    texts: ReadonlyMap<string, string>,
  ): string | undefined {
    const { found, path } = one;
    if (nameLanguageOf(path) === undefined) return undefined;
    const own = placed.replacements.get(one.match.start);
    for (const { text, part } of patternNames(found.rule.new)) {
      if (text !== name || !own) continue;
      const start = own.written.get(part.start);
      if (start === undefined) continue;
      const exampleAt = offsetMap(found.example.after.text, texts.get(found.path)!)(part.start);
      if (exampleAt === undefined)
        return `\`${name}\` is on a line of the example that has another like place`;
      const why = meaningDifference(
        name,
        groupsOrNone(after, found.path, exampleAt),
        groupsOrNone(after, path, own.at + start),
      );
      if (why !== undefined) return why;
    }
    return undefined;
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
    for (const part of partsOf(parsed.root)) {
      if (part.type !== first.type) continue;
      if (matches.some(({ start, end }) => start < part.end && part.start < end)) continue;
      const words = new Set(topWords(part, first.type, parsed.text));
      if (!needed.every((word) => words.has(word))) continue;
      if (rule.new.length === 1 && matchParts(rule.new, [part], parsed.text)) continue;
      this.addPartial(path, parsed, part.start, "it has another form");
    }
  }

  private addPartial(path: string, { text }: ParsedText, start: number, why: string): void {
    const place = likePlaceAt(path, text, start);
    const isKnown = this.partial.some(
      (one) => one.path === path && one.line === place.line && one.column === place.column,
    );
    if (!isKnown && this.partial.length < mostPartial) this.partial.push({ ...place, why });
  }

  private async parseOnce(path: string, text: string): Promise<ParsedText | undefined> {
    const tree = (await this.view.parserFor(path))?.parse(text);
    if (!tree) return undefined;
    try {
      return readParts(tree.rootNode, text);
    } finally {
      tree.delete();
    }
  }

  private known(name: string, path: string): Resolution | undefined {
    return this.resolutions.get(`${name}\0${path}`);
  }

  private async resolve(name: string, paths: readonly string[]): Promise<Resolution> {
    const id = `${name}\0${paths.join("\0")}`;
    let known = this.resolutions.get(id);
    if (!known) {
      known = await resolveName(restricted(this.before, paths), name);
      this.resolutions.set(id, known);
    }
    return known;
  }
}

const nearby = (paths: readonly string[]): string[] => [...new Set(paths)];

/** A view in which names are looked for in some files only; what these import is still followed. */
function restricted(view: NameView, paths: readonly string[]): NameView {
  const wanted = new Set(paths);
  return { ...view, mentions: (name) => view.mentions(name).filter((path) => wanted.has(path)) };
}

const withoutBrackets = (text: string): string => {
  const found = /^\(([\s\S]*)\)$/u.exec(text);
  return (found?.[1] ?? text).trim();
};

/** Words of a part, those of inner parts of the same type left out. */
function topWords(part: SyntaxPart, type: string, text: string): string[] {
  if (part.children.length === 0) return [text.slice(part.start, part.end)];
  return part.children.flatMap((child) => (child.type === type ? [] : topWords(child, type, text)));
}

const sameText = (one: Rule, other: Rule): boolean =>
  one.old.map(shownPattern).join(" ") === other.old.map(shownPattern).join(" ") &&
  one.new.map(shownPattern).join(" ") === other.new.map(shownPattern).join(" ");
