import type { NameView } from "../names/resolve-name.ts";
import type { ExampleFile } from "./example.ts";
import { type Lexemes, readLexemes } from "./lexemes.ts";
import { applyChanges } from "./offsets.ts";
import {
  changesAt,
  coreEnd,
  coreStart,
  textMatches,
  type WordChange,
  type WordMatch,
} from "./text-match.ts";
import {
  isOneSideEnough,
  isTellingText,
  isWeakPattern,
  patternOf,
  singleChanges,
  type TextOpenness,
  type TextPattern,
  type TextRule,
  textRulesOf,
} from "./text-rule.ts";
import { asPlaceChange, kindOfFile } from "./wording-places.ts";

/** A place that has the words and signs that the edit changed. That says nothing of what they mean there: a person chooses. */
export interface TextPlace {
  readonly path: string;
  /** Of the file. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly changes: readonly WordChange[];
  /** Whether words are less to go by than syntax: something between the changes is another here, or only one side is the same. */
  readonly isWeak?: boolean;
}

/** A person can look through so many. Where there are more, more of what is around must be the same, or they are looked for nearer by. */
const mostUnsure = 60;
/** Files that are read for one rule. */
const mostFilesRead = 1500;
/** What the words of a place must weigh that marks others: in the file of the edit less does. */
const wideWeight = 6;
const nearWeight = 4;
/** Matches of the widest reading that are compared by what is around. */
const mostMatches = 20_000;

interface FoundMatch {
  readonly path: string;
  readonly lexemes: Lexemes;
  readonly match: WordMatch;
  readonly place: TextPlace;
}

/** Where other files and other places of these read as what an edit changed, without regard to what it means. */
export class TextPlaces {
  private readonly view: NameView;
  private readonly read = new Map<string, Lexemes | undefined>();

  constructor(view: NameView) {
    this.view = view;
  }

  async find(edits: readonly ExampleFile[]): Promise<TextPlace[]> {
    const found: TextPlace[] = [];
    const isTaken = (one: TextPlace): boolean =>
      found.some(
        (known) => known.path === one.path && known.start < one.end && one.start < known.end,
      );
    for (const rule of textRulesOf(edits)) {
      const known = found.length;
      const look = async (one: TextRule, isWeak?: boolean): Promise<void> => {
        for (const readings of ladders(one)) {
          for (const place of await this.ofReadings(one, readings))
            if (!isTaken(place)) found.push(isWeak ? { ...place, isWeak } : place);
        }
      };
      await look(rule);
      // Where no place has all that a hunk changed, its changes may be apart.
      if (found.length === known) for (const one of singleChanges(rule)) await look(one, true);
    }
    return this.thatParse(found);
  }

  /** Of readings from general to specific the first that has no more places than a person can look through: of the repository, the folder, the file. */
  private async ofReadings(rule: TextRule, readings: readonly TextPattern[]): Promise<TextPlace[]> {
    const wanted = new Map<string, TextPlace>();
    for (const [scope, weight] of [
      ["", wideWeight],
      [folderPrefix(rule.path), wideWeight],
      [rule.path, nearWeight],
    ] as const) {
      const telling = readings.filter((one) => isTellingText(rule, one, weight));
      const widest = telling.find((one) => this.filesFor(rule, one, scope).length <= mostFilesRead);
      if (!widest) continue;
      const all = await this.matchesOf(rule, widest, scope);
      for (const reading of telling.slice(telling.indexOf(widest))) {
        const here = all.filter((one) => hasContext(rule, reading, widest, one));
        if (here.length > mostUnsure) continue;
        for (const { place } of here) wanted.set(`${place.path}\0${place.start}`, place);
        break;
      }
    }
    return [...wanted.values()];
  }

  private filesFor(
    { path: examplePath }: TextRule,
    { items }: TextPattern,
    scope: string,
  ): string[] {
    const words = items.filter(
      (one): one is string => typeof one === "string" && /^[\p{L}_$]/u.test(one),
    );
    const lists = [...new Set(words)].map((word) => this.view.mentions(word));
    const [first = [], ...others] = lists.sort((a, b) => a.length - b.length);
    const sets = others.map((list) => new Set(list));
    const kind = kindOfFile(examplePath);
    return first.filter(
      (path) =>
        path.startsWith(scope) &&
        kindOfFile(path) === kind &&
        sets.every((paths) => paths.has(path)),
    );
  }

  private async matchesOf(
    rule: TextRule,
    pattern: TextPattern,
    scope: string,
  ): Promise<FoundMatch[]> {
    const found: FoundMatch[] = [];
    for (const path of this.filesFor(rule, pattern, scope)) {
      const lexemes = await this.lexemes(path);
      if (!lexemes) continue;
      for (const match of textMatches(pattern, lexemes)) {
        const changes = changesAt(rule, pattern, match, lexemes);
        const last = changes?.at(-1);
        if (!changes || !last) continue;
        const start = lexemes.starts[coreStart(pattern, match)]!;
        const end = Math.max(last.end, start + 1);
        found.push({
          path,
          lexemes,
          match,
          place: {
            path,
            text: lexemes.text,
            start,
            end,
            changes,
            isWeak: isWeakPattern(rule, pattern),
          },
        });
        if (found.length > mostMatches) return found;
      }
    }
    return found;
  }

  private async lexemes(path: string): Promise<Lexemes | undefined> {
    if (!this.read.has(path)) {
      const text = await this.view.text(path);
      this.read.set(path, text === undefined ? undefined : readLexemes(text));
    }
    return this.read.get(path);
  }

  /** Without those that bring a syntax error. */
  private async thatParse(places: readonly TextPlace[]): Promise<TextPlace[]> {
    const kept: TextPlace[] = [];
    for (const path of new Set(places.map((one) => one.path))) {
      const here = places.filter((one) => one.path === path);
      const { text } = here[0]!;
      if ((await this.hasError(path, text)) || !(await this.hasError(path, textAfter(here)))) {
        kept.push(...here);
        continue;
      }
      for (const one of here) if (!(await this.hasError(path, textAfter([one])))) kept.push(one);
    }
    return kept;
  }

  private async hasError(path: string, text: string): Promise<boolean> {
    const tree = (await this.view.parserFor(path))?.parse(text);
    const has = tree?.rootNode.hasError ?? false;
    tree?.delete();
    return has;
  }
}

/** The text of a file with the changes of some places. */
const textAfter = (places: readonly TextPlace[]): string =>
  applyChanges(
    places[0]!.text,
    places.flatMap(({ changes }) => changes.map(asPlaceChange)),
  );

const folderPrefix = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** Whether a match has the words of a reading around it that the widest one leaves out. */
function hasContext(
  { before, changes }: TextRule,
  reading: TextPattern,
  widest: TextPattern,
  { lexemes, match }: FoundMatch,
): boolean {
  const from = coreStart(widest, match);
  const to = Math.max(from, coreEnd(widest, match));
  const first = changes[0]!.oldStart;
  const last = changes.at(-1)!.oldEnd;
  for (let at = 1; at <= reading.left; at += 1)
    if (lexemes.words[from - at] !== before.words[first - at]) return false;
  for (let at = 0; at < reading.right; at += 1)
    if (lexemes.words[to + at] !== before.words[last + at]) return false;
  return true;
}

/** The readings of a rule, each list from general to specific. */
function ladders(rule: TextRule): TextPattern[][] {
  const { changes } = rule;
  const keeps = changes.some(({ oldStart }, at) => at > 0 && oldStart > changes[at - 1]!.oldEnd);
  const openness: TextOpenness[] = keeps ? ["nothing", "words", "stretches"] : ["nothing"];
  const both = contexts(rule.left, rule.right);
  const sides =
    isOneSideEnough(rule) && !keeps
      ? [both, contexts(rule.left, 0), contexts(0, rule.right)]
      : [both];
  return openness.flatMap((open) =>
    sides.map((side) => side.map(([left, right]) => patternOf(rule, left, right, open))),
  );
}

/** So many lexemes on the left and on the right, growing on both sides in turn. */
function contexts(left: number, right: number): [left: number, right: number][] {
  const found: [number, number][] = [[0, 0]];
  while (found.at(-1)![0] < left || found.at(-1)![1] < right) {
    const [l, r] = found.at(-1)!;
    found.push(l < left && (l <= r || r === right) ? [l + 1, r] : [l, r + 1]);
  }
  return found;
}
