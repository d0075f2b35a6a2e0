import type { Edit, FormatName } from "../../core/edit.ts";
import { RedraftError } from "../../core/errors.ts";
import type { MergeOutcome, Refused } from "../../core/merge.ts";
import { isElision } from "../../edit/lazy-markers.ts";
import { readEdit } from "../../edit/read.ts";
import { fenceOf } from "../../edit/wrapping.ts";
import { type MergeOptions, merge } from "../../merge/merge.ts";
import { indentOf } from "../../text/indent.ts";
import { lineTexts } from "../../text/lines.ts";
import { isFilled } from "../../text/words.ts";
import {
  type FinalHunk,
  finalHunksBetween,
  fullLines,
  nothingSettled,
  type SettledPart,
} from "./final-hunks.ts";
import { likelyEnds } from "./likely-ends.ts";
import { settledAt, settledBy } from "./settled.ts";
import { type CommonPoint, followWholeFile } from "./whole-file.ts";

export interface MergeStreamOptions extends MergeOptions {
  /** Path of the file that is edited. */
  readonly path: string;
  /** `auto` (the default): the format is known at the end of the edit, so no hunk is final before. */
  readonly format?: FormatName | "auto";
}

/** An edit that arrives in pieces. */
export interface MergeFeed {
  /** What has arrived. */
  readonly text: string;
  /** The beginning of the source that is settled. */
  readonly settled: SettledPart;
  /** Merges made so far: what `end` adds is the work that was left for it. */
  readonly merges: number;
  /** Takes the next piece; answers the hunks that it makes final, in the file's order. */
  push(piece: string): FinalHunk[];
  /** The hunks that are left of a result of the whole edit; undefined where it changes what is settled. */
  rest(result: string): FinalHunk[] | undefined;
  /** Does the work of `end` ahead, as if the edit ended here or with the marker that it seems to be in. */
  prepare(): void;
  /** The merge of the whole edit, and the hunks that are left. Throws what `readEdit` throws. */
  end(): { readonly edit: Edit; readonly outcome: MergeOutcome; readonly hunks: FinalHunk[] };
}

/** Lines of source that the merges of one edit's beginnings may read in all: what is beyond is final at the end. */
const mostPrefixLines = 400_000;

/** Above this, a merge takes too long to be done in case the edit ends. */
const mostAhead = 10_000;

export function mergeFeed(source: string, options: MergeStreamOptions): MergeFeed {
  const { path, format = "auto", ...how } = options;
  const sourceLines = fullLines(source);
  const whole = format === "whole" ? followWholeFile(lineTexts(source)) : undefined;
  let text = "";
  /** Where the first line begins that has not ended yet. */
  let open = 0;
  let fence: string | undefined;
  let begun = false;
  let parts = 0;
  let spent = 0;
  let merges = 0;
  let settled = nothingSettled;
  /** The last edits that were merged, the newest first; one that was refused by its reader is not done. */
  let known: readonly Known[] = [];
  // The lines of other formats are not those of the file, or have to be all of them.
  const likely = format === "lazy" ? likelyEnds(lineTexts(source)) : undefined;

  /** Reads and merges an edit, or takes what was done for the last one where it is the same. */
  function merged(written: string): Merged {
    const key = editKey(written, format);
    const there = known.find((one) => one.key === key);
    if (there?.done) return there.done;
    const edit = readEdit(written, { path, source, format, within: options.within });
    const same = likely && known.find(({ done }) => done && mergesAlike(edit, done, sourceLines));
    if (same === undefined) merges += 1;
    const done = { edit, outcome: same?.done?.outcome ?? merge(source, edit, how) };
    remember({ key, done });
    return done;
  }

  function remember(one: Known): void {
    known = [one, ...known.filter(({ key }) => key !== one.key)].slice(0, mostKnown);
  }

  /** The beginning of the edit, with the end of its code fence. */
  const closed = (written: string): string => (fence === undefined ? written : written + fence);

  /** What a merge of a beginning settles; a beginning that is not readable settles nothing. */
  function settledIn(written: string, point?: CommonPoint): SettledPart | undefined {
    spent += sourceLines.length;
    if (spent > mostPrefixLines) return undefined;
    try {
      const { edit, outcome } = merged(closed(written));
      if (outcome.kind !== "proved" || edit.action !== "update") return undefined;
      return point
        ? settledAt(sourceLines, outcome.text, point.source, point.written)
        : settledBy(sourceLines, edit, outcome);
    } catch (error) {
      if (!RedraftError.is(error)) throw error;
      return undefined;
    }
  }

  /** Takes a whole line: what is settled with it. */
  function takeLine(start: number, end: number): SettledPart | undefined {
    const line = text.slice(start, end).replace(/\r?\n$/, "");
    likely?.take(line);
    if (!begun && isFilled(line)) {
      begun = true;
      const opening = fenceOf(line);
      if (opening) {
        fence = `${opening.mark}\n`;
        return undefined;
      }
    }
    if (whole) {
      const point = begun ? whole.take(line) : undefined;
      if (point === undefined) return undefined;
      return settledIn(text.slice(0, end) + sourceLines.slice(point.source).join(""), point);
    }
    if (format === "lazy" && isElision(line)) return settledIn(text.slice(0, end));
    if (format === "unified-diff" && /^@@ /.test(line) && parts++ > 0)
      return settledIn(text.slice(0, start));
    return undefined;
  }

  function rest(result: string): FinalHunk[] | undefined {
    if (!result.startsWith(settled.text)) return undefined;
    return finalHunksBetween(sourceLines, settled, { lines: sourceLines.length, text: result });
  }

  return {
    get text() {
      return text;
    },
    get settled() {
      return settled;
    },
    get merges() {
      return merges;
    },
    push(piece) {
      text += piece;
      const found: FinalHunk[] = [];
      for (let feed = text.indexOf("\n", open); feed !== -1; feed = text.indexOf("\n", open)) {
        const part = takeLine(open, feed + 1);
        open = feed + 1;
        if (!part || part.lines <= settled.lines || !part.text.startsWith(settled.text)) continue;
        found.push(...finalHunksBetween(sourceLines, settled, part));
        settled = part;
      }
      return found;
    },
    prepare() {
      if (sourceLines.length > mostAhead) return;
      const ends = likely?.ends(text, open) ?? (open === text.length ? [text] : []);
      const keys = ends.map((end) => editKey(end, format));
      // One at a time: the next piece may be there.
      const key = keys.find((one) => isFilled(one) && !known.some((other) => other.key === one));
      if (key === undefined) return;
      try {
        merged(key);
      } catch (error) {
        if (!RedraftError.is(error)) throw error;
        // The edit does not end here, or `end` refuses it.
        remember({ key });
      }
    },
    rest,
    end() {
      const { edit, outcome } = merged(text);
      if (outcome.kind !== "proved") return { edit, outcome, hunks: [] };
      const hunks = rest(outcome.text);
      return hunks ? { edit, outcome, hunks } : { edit, outcome: contradicted(settled), hunks: [] };
    },
  };
}

/** Edits whose merges are kept: those of a text, with a marker, with what the file has next, and with the end of the marker's block. */
const mostKnown = 4;

interface Known {
  readonly key: string;
  readonly done?: Merged;
}

interface Merged {
  readonly edit: Edit;
  readonly outcome: MergeOutcome;
}

/** A final line end says nothing, except of a whole file. */
const editKey = (text: string, format: string): string =>
  format === "lazy" ? text.replace(/\r?\n$/, "") : text;

/** Whether an edit has the outcome of another one: it is the same, or differs in the words of its markers. */
function mergesAlike(edit: Edit, done: Merged, source: readonly string[]): boolean {
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

/** The refusal of an edit whose end changes what its beginning had settled. */
export function contradicted(settled: SettledPart): Refused {
  return {
    kind: "refused",
    code: "check-failed",
    message:
      `the end of the edit changes lines 1 to ${settled.lines} of the file, whose hunks were final before. Nothing was written. ` +
      "Send the edit as a whole, not as a stream.",
    details: { lines: settled.lines },
  };
}
