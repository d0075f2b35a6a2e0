import { RedraftError } from "../../core/errors.ts";
import type { NameView } from "../names/resolve-name.ts";
import { type LikeCandidate, type LikePlace, likePlaceAt } from "./candidate.ts";
import { type ExampleFile, editOfPatch } from "./example.ts";
import { LikePlaces } from "./like-places.ts";
import { shownPattern } from "./pattern.ts";
import {
  findWordingPlaces,
  type ParseText,
  type WordingPlace,
  wordingsOfEdit,
} from "./wording-places.ts";

export interface RepeatRequest {
  /** The edit that was made, by its files or as a unified diff. */
  readonly edit: readonly ExampleFile[] | string;
  /** Numbers of the places that are wanted, as a plan lists them; absent: all. */
  readonly only?: readonly number[] | undefined;
  /** Says that all places are wanted. That they are alike does not prove it: without this or `only` nothing is applied by itself. */
  readonly all?: boolean | undefined;
  /** Only places of these files, or of files that the edit does not change; absent: of all. */
  readonly within?: { readonly paths: readonly string[] } | "other files" | undefined;
}

export interface RepeatPlan {
  /** What the edit does, with `$(name)` for what differs from place to place. */
  readonly rules: readonly { readonly old: string; readonly new: string }[];
  /** Where the edit is repeated, numbered from 1. */
  readonly places: readonly (LikePlace & { readonly number: number; readonly repeated: boolean })[];
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
  if (rules.length === 0 && wordings.length === 0) throw noRules(notes);
  const candidates: LikeCandidate[] = [];
  for (const found of rules) candidates.push(...(await search.candidates(found)));
  const kept = await search.withoutClashes(candidates);
  const texts = await findWordingPlaces(view, wordings, kept, parse);
  const places: RepeatablePlace[] = [
    ...kept.map(syntaxPlace),
    ...texts.map((wording) => ({ ...wording, wording })),
  ].sort(inTextOrder);
  const unknown = request.only?.find((number) => !(number >= 1 && number <= places.length));
  if (unknown !== undefined) {
    throw new RedraftError(
      "usage",
      `there is no place ${unknown}: the edit has ${places.length} like places. Nothing was written.`,
    );
  }
  const isWithin = filesWithin(request, edits);
  const isWanted = ({ path }: { readonly path: string }, index: number): boolean =>
    isWithin(path) && (request.only?.includes(index + 1) ?? true);
  const chosen = places.filter(isWanted);
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
  if (chosen.length === 0) throw noPlaces(looked, partial, request);
  const files = search.write(
    chosen.flatMap(({ candidate }) => candidate ?? []),
    chosen.flatMap(({ wording }) => wording ?? []),
  );
  return {
    rules: looked,
    places: places.map((one, index) => ({
      number: index + 1,
      ...likePlaceAt(one.path, one.text, one.start),
      repeated: isWanted(one, index),
    })),
    partial,
    files,
    notes,
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

/** A place of either kind. */
interface RepeatablePlace {
  readonly path: string;
  readonly text: string;
  readonly start: number;
  readonly candidate?: LikeCandidate;
  readonly wording?: WordingPlace;
}

const syntaxPlace = (candidate: LikeCandidate): RepeatablePlace => ({
  path: candidate.path,
  text: candidate.parsed.text,
  start: candidate.match.start,
  candidate,
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
