import { RedraftError } from "../../core/errors.ts";
import type { NameView } from "../names/resolve-name.ts";
import {
  groupedByPath,
  type LikeCandidate,
  type LikePlace,
  likePlaceAt,
  TextLineNumbers,
} from "./candidate.ts";
import { type RepeatablePlace, withDisagreements } from "./disagreements.ts";
import { type ExampleFile, editOfPatch } from "./example.ts";
import { LikePlaces } from "./like-places.ts";
import { applyChanges } from "./offsets.ts";
import { shownPattern } from "./pattern.ts";
import type { WordChange } from "./text-match.ts";
import { TextPlaces } from "./text-places.ts";
import { TextWithPlaces } from "./text-with-places.ts";
import {
  asPlaceChange,
  findWordingPlaces,
  type ParseText,
  type WordingPlace,
  wordingsOfEdit,
} from "./wording-places.ts";

export interface RepeatRequest {
  /** The edit that was made, by its files or as a unified diff. */
  readonly edit: readonly ExampleFile[] | string;
  /** Numbers of the places that are wanted, as a plan lists them; absent: all that are sure. */
  readonly only?: readonly number[] | undefined;
  /** Says that all places that are sure are wanted. That they are alike does not prove it: without this or `only` nothing is applied by itself. */
  readonly all?: boolean | undefined;
  /** Only places of these files, or of files that the edit does not change; absent: of all. */
  readonly within?: { readonly paths: readonly string[] } | "other files" | undefined;
}

/** A place where an edit may be repeated. */
export interface RepeatPlace extends LikePlace {
  /** From 1. */
  readonly number: number;
  /** Whether the files of the plan have it. */
  readonly repeated: boolean;
  /** Absent: it has the form of the edit, and its names mean the same. Otherwise only who names its number takes it. */
  readonly unsure?: string;
  /** The line after the edit. */
  readonly becomes: string;
  readonly changes: readonly WordChange[];
}

export interface RepeatPlan {
  /** What the edit does, with `$(name)` for what differs from place to place. */
  readonly rules: readonly { readonly old: string; readonly new: string }[];
  /** Where the edit is, or may be, repeated, in the order of the texts. */
  readonly places: readonly RepeatPlace[];
  /** Places that are like it only in part, and why nothing is changed there. */
  readonly partial: readonly (LikePlace & { readonly why: string })[];
  readonly files: readonly ExampleFile[];
  readonly notes: readonly string[];
}

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
  const parse: ParseText = (path, text) => search.parse(path, text);
  const { rules, notes } = await search.rules();
  const wordings = await wordingsOfEdit(edits, parse);
  const candidates: LikeCandidate[] = [];
  for (const found of rules) candidates.push(...(await search.candidates(found)));
  const kept = await search.withoutClashes(candidates);
  const texts = await findWordingPlaces(view, wordings, kept, parse);
  const sure: RepeatablePlace[] = [...kept.map(syntaxPlace), ...texts.map(wordingPlace)];
  const places = withDisagreements(sure, await new TextPlaces(view).find(edits)).sort(inTextOrder);
  if (places.length === 0 && rules.length === 0 && wordings.length === 0) throw noRules(notes);
  const unknown = request.only?.find((number) => !(number >= 1 && number <= places.length));
  if (unknown !== undefined) {
    throw new RedraftError(
      "usage",
      `there is no place ${unknown}: the edit has ${places.length} like places. Nothing was written.`,
    );
  }
  const isWithin = filesWithin(request, edits);
  const lines = new TextLineNumbers();
  const listed = places.map((place, index) =>
    listedPlace(place, { number: index + 1, request, isWithin, lines }),
  );
  const chosen = places.filter((_, index) => listed[index]!.repeated);
  const looked = [
    ...rules.map(({ rule }) => ({
      old: rule.old.map(shownPattern).join(" "),
      new: rule.new.map(shownPattern).join(" "),
    })),
    ...wordings.map((one) => ({ old: one.old.trim(), new: one.new.trim() })),
  ];
  const partial = search.partial
    .filter(({ path }) => isWithin(path))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line));
  if (!places.some(({ path }) => isWithin(path))) throw noPlaces(looked, partial, request);
  if (chosen.length === 0)
    throw noneSure(
      listed.filter(({ path }) => isWithin(path)),
      partial,
    );
  refuseOverlaps(chosen);
  const files = search.write(
    chosen.flatMap(({ candidate }) => candidate ?? []),
    chosen.flatMap(({ path, text, changes, candidate }) =>
      candidate
        ? []
        : changes.map((match) => ({ path, text, start: match.start, end: match.end, match })),
    ),
  );
  return { rules: looked, places: listed, partial, files, notes };
}

function listedPlace(
  { path, text, start, unsure, changes }: RepeatablePlace,
  place: {
    readonly number: number;
    readonly request: RepeatRequest;
    readonly isWithin: (path: string) => boolean;
    readonly lines: TextLineNumbers;
  },
): RepeatPlace {
  const { number, request, isWithin, lines } = place;
  const at = Math.min(...changes.map((one) => one.start + leadingBlanks(one.text)));
  const from = text.lastIndexOf("\n", Math.min(...changes.map((one) => one.start)) - 1) + 1;
  const behind = text.indexOf("\n", Math.max(...changes.map((one) => one.end)));
  // What is behind the line is only read where the place is removed with the end of its line.
  const next = behind < 0 ? behind : text.indexOf("\n", behind + 1);
  const to = next < 0 ? text.length : next;
  const after = applyChanges(text, changes.map(asPlaceChange), from, to);
  return {
    number,
    ...lines.placeAt(path, text, start),
    repeated: isWithin(path) && (request.only?.includes(number) ?? unsure === undefined),
    ...(unsure !== undefined && { unsure }),
    becomes: likePlaceAt(path, after, Math.min(at - from, after.length)).text,
    changes,
  };
}

function filesWithin(
  { within }: RepeatRequest,
  edits: readonly ExampleFile[],
): (path: string) => boolean {
  if (within === undefined) return () => true;
  if (within !== "other files") return (path) => within.paths.includes(path);
  const own = new Set(edits.map(({ path }) => path));
  return (path) => !own.has(path);
}

const leadingBlanks = (text: string): number => text.length - text.trimStart().length;

/** Readings that differ write to the same place: only one of them can be taken. */
function refuseOverlaps(chosen: readonly RepeatablePlace[]): void {
  for (const [path, here] of groupedByPath(chosen)) {
    const reach = { any: 0, words: 0 };
    for (const one of [...here].sort((a, b) => a.start - b.start)) {
      // Places of one reading may be inside of others.
      const before = one.candidate ? reach.words : reach.any;
      if (one.start < before) {
        const { line } = likePlaceAt(path, one.text, one.start);
        throw new RedraftError(
          "usage",
          `${path}:${line} is read in two ways, and both were chosen: take one of them. Nothing was written.`,
        );
      }
      const end = Math.max(one.end, ...one.changes.map((change) => change.end));
      reach.any = Math.max(reach.any, end);
      if (!one.candidate) reach.words = Math.max(reach.words, end);
    }
  }
}

const syntaxPlace = (candidate: LikeCandidate): RepeatablePlace => ({
  path: candidate.path,
  text: candidate.parsed.text,
  start: candidate.match.start,
  end: candidate.match.end,
  changes: new TextWithPlaces(candidate.parsed.text, [candidate]).changes.map(
    ({ start, end, text }) => ({ start, end, text }),
  ),
  candidate,
});

const wordingPlace = ({ path, text, start, end, match }: WordingPlace): RepeatablePlace => ({
  path,
  text,
  start,
  end,
  changes: [match],
});

const inTextOrder = (one: RepeatablePlace, other: RepeatablePlace): number =>
  one.path === other.path ? one.start - other.start : one.path < other.path ? -1 : 1;

function noRules(notes: readonly string[]): RedraftError {
  const why = notes.length > 0 ? `\n${notes.map((one) => `  ${one}`).join("\n")}\n` : " ";
  return new RedraftError(
    "no-match",
    `the edit has no part that can be found elsewhere: a like place is marked by the name of a function, a type or a member, or by a text.${why}Nothing was written.`,
  );
}

function noPlaces(
  rules: RepeatPlan["rules"],
  partial: readonly (LikePlace & { why: string })[],
  { within }: RepeatRequest,
): RedraftError {
  const looked = rules.map(({ old }) => `  ${old}`).join("\n");
  const files = within === "other files" ? "other files" : within?.paths.join(", ");
  const scope = files === undefined ? "" : ` in ${files}`;
  const list = partial
    .slice(0, 10)
    .map(({ path, line, text, why }) => `  ${path}:${line}: ${text}  (${why})`);
  const more = partial.length > 0 ? `Like it in part:\n${list.join("\n")}\n` : "";
  return new RedraftError(
    "no-match",
    `no other place${scope} has the form that the edit changed:\n${looked}\n${more}Nothing was written.`,
    { details: { partial } },
  );
}

/** Places that are only alike in their words are taken by whoever looks at them. */
function noneSure(
  places: readonly RepeatPlace[],
  partial: readonly (LikePlace & { why: string })[],
): RedraftError {
  const list = places.map(
    ({ number, path, line, text, becomes }) =>
      `  ${number}. ${path}:${line}: ${text}  ->  ${becomes}`,
  );
  return new RedraftError(
    "ambiguous",
    `no place is like the edit for certain: these have its words. Take those that are meant by their numbers (\`only\`).\n${list.join("\n")}\nNothing was written.`,
    { details: { places, partial } },
  );
}
