import type { Edit, FormatName } from "../../core/edit.ts";
import type { MergeOutcome } from "../../core/merge.ts";
import { readEdit } from "../../edit/read.ts";
import { type MergeOptions, merge } from "../../merge/merge.ts";
import { indentOf } from "../../text/indent.ts";
import { lineTexts } from "../../text/lines.ts";

export interface MergeStreamOptions extends MergeOptions {
  /** Path of the file that is edited. */
  readonly path: string;
  /** `auto` (the default): the format is known at the end of the edit, so no hunk is final before. */
  readonly format?: FormatName | "auto";
}

/** Merges of one source, of which the last ones are kept. */
export interface KnownMerges {
  /** Merges made so far. */
  readonly merges: number;
  /** Reads and merges an edit, or takes what was done for another one that comes to the same. Throws what `readEdit` throws. */
  merged(written: string): MergedEdit;
  has(key: string): boolean;
  /** Keeps that an edit is not readable. */
  refuse(key: string): void;
}

export function knownMerges(source: string, options: MergeStreamOptions): KnownMerges {
  const { path, format = "auto", ...how } = options;
  const sourceLines = lineTexts(source);
  /** The newest first; one that was refused by its reader is not done. */
  let known: readonly KnownMerge[] = [];
  let merges = 0;

  /** Reads and merges an edit, or takes what was done for the last one where it is the same. */
  function merged(written: string): MergedEdit {
    const key = editKey(written, format);
    const there = known.find((one) => one.key === key);
    if (there?.done) return there.done;
    const edit = readEdit(written, { path, source, format, within: options.within });
    const alike = ({ done }: KnownMerge): boolean =>
      done !== undefined && mergesAlike(edit, done, sourceLines);
    const same = format === "lazy" ? known.find(alike)?.done : undefined;
    if (!same) merges += 1;
    const done = { edit, outcome: same?.outcome ?? merge(source, edit, how) };
    remember({ key, done });
    return done;
  }

  function remember(one: KnownMerge): void {
    known = [one, ...known.filter(({ key }) => key !== one.key)].slice(0, mostKnown);
  }

  return {
    get merges() {
      return merges;
    },
    merged,
    has: (key) => known.some((one) => one.key === key),
    refuse: (key) => remember({ key }),
  };
}

/** Edits whose merges are kept: the likely ends of a text, and of the one before it. */
const mostKnown = 12;

interface KnownMerge {
  readonly key: string;
  readonly done?: MergedEdit;
}

export interface MergedEdit {
  readonly edit: Edit;
  readonly outcome: MergeOutcome;
}

/** A final line end says nothing, except of a whole file and where the last line may decide the format. */
export const editKey = (text: string, format: string): string =>
  format === "whole" || format === "auto" ? text : text.replace(/\r?\n$/, "");

/** Whether an edit has the outcome of another one: it is the same, or differs in the words of its markers. */
function mergesAlike(edit: Edit, done: MergedEdit, source: readonly string[]): boolean {
  const whole = ({ why: _, ...rest }: Edit): string => JSON.stringify(rest);
  if (edit.why === done.edit.why && whole(edit) === whole(done.edit)) return true;
  return done.outcome.kind === "proved" && differsInMarkers(edit, done.edit, source);
}

/** Whether an edit is another one but for the words of markers: of a marker the merge reads its indentation, and its words where the file has such a line. */
function differsInMarkers(one: Edit, other: Edit, source: readonly string[]): boolean {
  if (one.segments.length !== other.segments.length) return false;
  const words = new Set<string>();
  for (const [index, segment] of one.segments.entries()) {
    const against = other.segments[index]!;
    if (segment.kind !== "elision" || against.kind !== "elision") continue;
    if (indentOf(segment.text) !== indentOf(against.text)) return false;
    if (segment.text !== against.text) words.add(segment.text.trim()).add(against.text.trim());
  }
  if (words.size === 0 || source.some((line) => words.has(line.trim()))) return false;
  const rest = ({ segments, why: _, ...edit }: Edit): unknown => [
    edit,
    segments.map((part) => (part.kind === "elision" ? { ...part, text: "" } : part)),
  ];
  return JSON.stringify(rest(one)) === JSON.stringify(rest(other));
}
