import { RedraftError } from "../../core/errors.ts";
import { nameLanguageOf } from "../index/languages.ts";
import { changedMeaning } from "../names/kept-meaning.ts";
import { type NameView, type Resolution, resolveName } from "../names/resolve-name.ts";
import { withTexts } from "../names/view.ts";
import { wordProblem } from "./context.ts";
import { type EditedText, editOfPatch } from "./example.ts";
import { findMatches, isDone, type Match, matchParts } from "./match.ts";
import { difference, groupsOf, isAnchored, isTelling, namesOf } from "./meaning.ts";
import { offsetMap, replaced } from "./offsets.ts";
import { type ParsedText, type Part, partsOf, readParts } from "./parts.ts";
import { holesOf, leavesOf, type Rule, shown, tokensOf } from "./pattern.ts";
import { type Replacement, render } from "./render.ts";
import { type FoundRule, findRules } from "./rules.ts";

export interface RepeatRequest {
  /** The edit that was made, by its files or as a unified diff. */
  readonly edit: readonly EditedText[] | string;
  /** Numbers of the places that are wanted, as a plan lists them; default: all. */
  readonly only?: readonly number[] | undefined;
}

/** A place, for people. */
export interface LikePlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The line without the blanks around it. */
  readonly text: string;
}

export interface RepeatPlan {
  /** What the edit does, with `$(name)` for what differs from place to place. */
  readonly rules: readonly { readonly old: string; readonly new: string }[];
  /** Where the edit is repeated, numbered from 1. */
  readonly places: readonly (LikePlace & { readonly number: number; readonly repeated: boolean })[];
  /** Places that are like it only in part, and why nothing is changed there. */
  readonly partial: readonly (LikePlace & { readonly why: string })[];
  readonly files: readonly EditedText[];
  readonly notes: readonly string[];
}

/** Places that a plan lists as being like the example in part. */
const mostPartial = 50;

/**
 * Finds the places where the edit that was made is still to be made. An exact match of the old form with every hole of the new form
 * bound counts, if the new text parses to the new form and every name means what it means in the example.
 *
 * @throws `no-match` where the edit has nothing that marks other places, or no place is like it; `usage` for unknown numbers
 */
export async function planRepeat(view: NameView, request: RepeatRequest): Promise<RepeatPlan> {
  const edits =
    typeof request.edit === "string" ? await editOfPatch(view, request.edit) : request.edit;
  const search = new LikePlaces(view, edits);
  const { rules, notes } = await search.rules();
  const candidates: Candidate[] = [];
  for (const found of rules) candidates.push(...(await search.candidates(found)));
  const kept = await search.withoutClashes(candidates);
  const places = kept.sort(inOrder);
  const unknown = request.only?.find((number) => !(number >= 1 && number <= places.length));
  if (unknown !== undefined) {
    throw new RedraftError(
      "usage",
      `there is no place ${unknown}: the edit has ${places.length} like places. Nothing was written.`,
    );
  }
  const isWanted = (number: number): boolean => request.only?.includes(number) ?? true;
  const chosen = places.filter((_, index) => isWanted(index + 1));
  const partial = search.partial.sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line,
  );
  if (chosen.length === 0) throw noPlaces(rules, partial);
  const files = search.write(chosen);
  return {
    rules: rules.map(({ rule }) => ({
      old: rule.old.map(shown).join(" "),
      new: rule.new.map(shown).join(" "),
    })),
    places: places.map(({ path, parsed, match }, index) => ({
      number: index + 1,
      ...placeIn(path, parsed.text, match.start),
      repeated: isWanted(index + 1),
    })),
    partial,
    files,
    notes,
  };
}

interface Candidate {
  readonly path: string;
  readonly parsed: ParsedText;
  readonly match: Match;
  readonly found: FoundRule;
  readonly bracketed: boolean;
}

const inOrder = (one: Candidate, other: Candidate): number =>
  one.path === other.path
    ? one.match.start - other.match.start || other.match.end - one.match.end
    : one.path < other.path
      ? -1
      : 1;

class LikePlaces {
  readonly partial: (LikePlace & { why: string })[] = [];
  private readonly view: NameView;
  private readonly edits: readonly EditedText[];
  private readonly parsed = new Map<string, Promise<ParsedText | undefined>>();
  private readonly before: NameView;
  private readonly resolutions = new Map<string, Resolution>();

  constructor(view: NameView, edits: readonly EditedText[]) {
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
      const isOwn = (part: Part, within: readonly Part[]): boolean =>
        groupsOf(this.known(before.slice(part.start, part.end), path), path, part.start).some(
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
          isAnchored(rule, (name, part) => groupsOf(this.known(name, path), path, part.start)),
        isOwn,
      );
      for (const one of found)
        if (!rules.some((known) => sameText(known.rule, one.rule))) rules.push(one);
      for (const { old, new: now } of left) {
        const part = old[0] ?? now[0];
        const text = old[0] ? before : after;
        const line = part ? placeIn(path, text, part.start) : undefined;
        if (line)
          notes.push(
            `${path}:${line.line} is not repeated, since nothing marks like places: ${line.text}`,
          );
      }
    }
    if (rules.length > 0) return { rules, notes };
    const why = notes.length > 0 ? `\n${notes.map((one) => `  ${one}`).join("\n")}\n` : " ";
    throw new RedraftError(
      "no-match",
      `the edit has no part that can be found elsewhere: a like place is marked by the name of a function, a type or a member, or by a text.${why}Nothing was written.`,
    );
  }

  /** Exact matches of a rule in all files of its language whose names mean the same; others go to `partial`. */
  async candidates(found: FoundRule): Promise<Candidate[]> {
    const { rule } = found;
    const result: Candidate[] = [];
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
  async withoutClashes(candidates: readonly Candidate[]): Promise<Candidate[]> {
    let left = withoutOverlaps(candidates, (one) =>
      this.addPartial(one.path, one.parsed, one.match.start, "it overlaps another place"),
    );
    const kept: Candidate[] = [];
    for (const one of left) {
      const sound = [one, { ...one, bracketed: true }];
      let why: string | undefined;
      let chosen: Candidate | undefined;
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
    left = kept;
    for (;;) {
      const problem = await this.nameProblem(left);
      if (!problem) return left;
      this.addPartial(problem.one.path, problem.one.parsed, problem.one.match.start, problem.why);
      left = left.filter((one) => one !== problem.one);
    }
  }

  write(chosen: readonly Candidate[]): EditedText[] {
    const paths = [...new Set(chosen.map(({ path }) => path))].sort();
    return paths.map((path) => {
      const here = chosen.filter((one) => one.path === path);
      const { text } = here[0]!.parsed;
      return { path, before: text, after: replaced(text, replacements(here)).text };
    });
  }

  private async parse(path: string, text: string): Promise<ParsedText | undefined> {
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
      .flatMap(tokensOf)
      .flatMap(({ text }) => /[\p{L}_$][\p{L}\p{N}_$]*/u.exec(text)?.[0] ?? []);
    const lists = [...new Set(words)].map((word) => this.view.mentions(word));
    const [first = [], ...others] = lists;
    const kind = kindOf(examplePath);
    return first.filter(
      (path) => kindOf(path) === kind && others.every((list) => list.includes(path)),
    );
  }

  private async otherMeaning(
    found: FoundRule,
    path: string,
    match: Match,
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
      const why = difference(
        leaf.text,
        groupsOf(resolution, found.path, leaf.part.start),
        groupsOf(resolution, path, start),
      );
      if (why !== undefined) return why;
    }
    return undefined;
  }

  /** Why the new text of one place does not parse to the new form, or loses something. */
  private async formProblem(one: Candidate): Promise<string | undefined> {
    const { parsed, path, found } = one;
    const [replacement] = replacements([one]);
    const { text } = replaced(parsed.text, [replacement!]);
    const after = await this.parseOnce(path, text);
    if (!after || after.hasError) return "the result would have a syntax error";
    for (const comment of parsed.comments) {
      const isInside = comment.start >= replacement!.start && comment.end <= replacement!.end;
      const words = parsed.text.slice(comment.start, comment.end);
      if (isInside && !replacement!.text.includes(words)) return "a comment would be lost";
    }
    const lost = lostEffects(one);
    if (lost !== undefined) return lost;
    if (found.rule.new.length === 0) {
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
    candidates: readonly Candidate[],
  ): Promise<{ one: Candidate; why: string } | undefined> {
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
        return [path, replaced(here[0]!.parsed.text, replacements(here))] as const;
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
              namesOf([...candidate.found.rule.old, ...candidate.found.rule.new]).some(
                ({ text }) => text === name,
              ),
          ) ??
          candidates.find((candidate) =>
            namesOf([...candidate.found.rule.old, ...candidate.found.rule.new]).some(
              ({ text }) => text === name,
            ),
          )!;
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
    one: Candidate,
    after: Resolution,
    placed: ReturnType<typeof replaced>,
    texts: ReadonlyMap<string, string>,
  ): string | undefined {
    const { found, path } = one;
    if (nameLanguageOf(path) === undefined) return undefined;
    const own = placed.replacements.get(one.match.start);
    for (const { text, part } of namesOf(found.rule.new)) {
      if (text !== name || !own) continue;
      const start = own.written.get(part.start);
      if (start === undefined) continue;
      const exampleAt = offsetMap(found.example.after.text, texts.get(found.path)!)(part.start);
      if (exampleAt === undefined)
        return `\`${name}\` is on a line of the example that has another like place`;
      const why = difference(
        name,
        groupsOf(after, found.path, exampleAt),
        groupsOf(after, path, own.at + start),
      );
      if (why !== undefined) return why;
    }
    return undefined;
  }

  private listPartial(
    { rule, path: examplePath }: FoundRule,
    path: string,
    parsed: ParsedText,
    matches: readonly Match[],
  ): void {
    const [first] = rule.old;
    if (rule.old.length !== 1 || !first || first.kind === "hole") return;
    const needed = namesOf(rule.old)
      .filter((one) =>
        isTelling(one, groupsOf(this.known(one.text, examplePath), examplePath, one.part.start)),
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
    const place = placeIn(path, text, start);
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

/** The names that a candidate writes or replaces. */
function namesAt({ found: { rule }, match, parsed }: Candidate): string[] {
  const fixed = [...namesOf(rule.old), ...namesOf(rule.new)].map(({ text }) => text);
  const own = rule.old
    .flatMap(leavesOf)
    .flatMap((leaf, index) => (leaf.kind === "hole" && leaf.isName ? match.leaves[index]! : []))
    .filter(({ children }) => children.length === 0);
  return [...fixed, ...own.map(({ start, end }) => parsed.text.slice(start, end))];
}

const nearby = (paths: readonly string[]): string[] => [...new Set(paths)];

/** A view in which names are looked for in some files only; what these import is still followed. */
function restricted(view: NameView, paths: readonly string[]): NameView {
  const wanted = new Set(paths);
  return { ...view, mentions: (name) => view.mentions(name).filter((path) => wanted.has(path)) };
}

function kindOf(path: string): string {
  return nameLanguageOf(path) ?? path.slice(path.lastIndexOf("."));
}

const withoutBrackets = (text: string): string => {
  const found = /^\(([\s\S]*)\)$/u.exec(text);
  return (found?.[1] ?? text).trim();
};

/** Words of a part, those of inner parts of the same type left out. */
function topWords(part: Part, type: string, text: string): string[] {
  if (part.children.length === 0) return [text.slice(part.start, part.end)];
  return part.children.flatMap((child) => (child.type === type ? [] : topWords(child, type, text)));
}

/** Whether a value that may do something would be left out, made twice, or in another order. */
function lostEffects({ found: { rule }, match, parsed }: Candidate): string | undefined {
  const old = rule.old.flatMap(holesOf);
  const now = rule.new.flatMap(holesOf);
  const acts = (hole: string): boolean => {
    const part = match.holes.get(hole);
    return part !== undefined && mayAct(part, parsed.text);
  };
  const acting = old.filter(acts);
  if (acting.length === 0) return undefined;
  const left = now.filter(acts);
  if (acting.some((hole) => count(now, hole) > count(old, hole))) {
    return "a value that may do something would be computed more than once";
  }
  if (acting.some((hole) => count(now, hole) < count(old, hole))) {
    return "a value that may do something would not be computed any more";
  }
  const isSameOrder =
    acting.length === left.length && acting.every((hole, index) => hole === left[index]);
  return isSameOrder || acting.length < 2 ? undefined : "values would be computed in another order";
}

const count = (list: readonly string[], item: string): number =>
  list.filter((one) => one === item).length;

function mayAct(part: Part, text: string): boolean {
  if (/call|await|yield|assign|update_expression|new_expression/u.test(part.type)) return true;
  if (/^(?:arrow_function|function_expression|lambda|func_literal)$/u.test(part.type)) return false;
  return part.children.some((child) => mayAct(child, text));
}

function withoutOverlaps(
  candidates: readonly Candidate[],
  drop: (one: Candidate) => void,
): Candidate[] {
  const kept: Candidate[] = [];
  for (const one of [...candidates].sort(inOrder)) {
    const other = kept.find(
      ({ path, match }) =>
        path === one.path && match.start < one.match.end && one.match.start < match.end,
    );
    const isInHole =
      other !== undefined &&
      [...other.match.holes].some(
        ([hole, part]) =>
          part.start <= one.match.start &&
          one.match.end <= part.end &&
          other.found.rule.new.flatMap(holesOf).includes(hole),
      );
    if (!other || isInHole) kept.push(one);
    else drop(one);
  }
  return kept;
}

/** The replacements of one file, inner places written into the outer ones. */
function replacements(candidates: readonly Candidate[]): Replacement[] {
  const done: Replacement[] = [];
  const bySize = [...candidates].sort(
    (a, b) => a.match.end - a.match.start - (b.match.end - b.match.start),
  );
  for (const { found, parsed, match, bracketed } of bySize) {
    const textOf = (start: number, end: number): string =>
      replaced(
        parsed.text,
        done.filter((one) => one.start >= start && one.end <= end),
        start,
        end,
      ).text;
    done.push(render(found.rule, found.example, { parsed, match, textOf, bracketed }));
  }
  return done;
}

const sameText = (one: Rule, other: Rule): boolean =>
  one.old.map(shown).join(" ") === other.old.map(shown).join(" ") &&
  one.new.map(shown).join(" ") === other.new.map(shown).join(" ");

function placeIn(path: string, text: string, start: number): LikePlace {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", start);
  const line = text.slice(0, lineStart).split("\n").length;
  const content = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).trim();
  return { path, line, column: start - lineStart + 1, text: content.slice(0, 160) };
}

function noPlaces(
  rules: readonly FoundRule[],
  partial: readonly (LikePlace & { why: string })[],
): RedraftError {
  const looked = rules.map(({ rule }) => `  ${rule.old.map(shown).join(" ")}`).join("\n");
  const list = partial
    .slice(0, 10)
    .map(({ path, line, text, why }) => `  ${path}:${line}: ${text}  (${why})`);
  const more = partial.length > 0 ? `Like it in part:\n${list.join("\n")}\n` : "";
  return new RedraftError(
    "no-match",
    `no other place has the form that the edit changed:\n${looked}\n${more}Nothing was written.`,
    { details: { partial } },
  );
}
