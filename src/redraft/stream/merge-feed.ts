import type { Edit, FormatName } from "../../core/edit.ts";
import { RedraftError } from "../../core/errors.ts";
import type { MergeOutcome, Refused } from "../../core/merge.ts";
import { isElision } from "../../edit/lazy-markers.ts";
import { readEdit } from "../../edit/read.ts";
import { fenceOf } from "../../edit/wrapping.ts";
import { type MergeOptions, merge } from "../../merge/merge.ts";
import { lineTexts } from "../../text/lines.ts";
import { isFilled } from "../../text/words.ts";
import {
  type FinalHunk,
  finalHunksBetween,
  fullLines,
  nothingSettled,
  type SettledPart,
} from "./final-hunks.ts";
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
  let settled = nothingSettled;
  /** The last edit that was merged; one that was refused by its reader is not done. */
  let ahead: { readonly key: string; readonly done?: Merged } | undefined;

  /** Reads and merges an edit, or takes what was done for the last one where it is the same. */
  function merged(written: string): Merged {
    const key = editKey(written, format);
    if (ahead?.key === key && ahead.done) return ahead.done;
    const edit = readEdit(written, { path, source, format, within: options.within });
    const known = ahead?.done;
    const isSame =
      known?.outcome.kind === "proved" && differsInMarker(edit, known.edit, sourceLines);
    const done = { edit, outcome: isSame ? known.outcome : merge(source, edit, how) };
    ahead = { key, done };
    return done;
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
      // In the middle of a line an edit does not end, unless the line is a marker.
      const end = open === text.length ? text : withMarker(text, open);
      if (end === undefined) return;
      const key = editKey(end, format);
      if (ahead?.key === key || !isFilled(key)) return;
      try {
        merged(key);
      } catch (error) {
        if (!RedraftError.is(error)) throw error;
        // The edit does not end here, or `end` refuses it.
        ahead = { key };
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

interface Merged {
  readonly edit: Edit;
  readonly outcome: MergeOutcome;
}

/** A final line end says nothing, except of a whole file. */
const editKey = (text: string, format: string): string =>
  format === "lazy" ? text.replace(/\r?\n$/, "") : text;

/** What an ellipsis follows where it begins a marker, and what ends the comment. */
const beginsMarker = /^(\s*)(\/\/|#|--|\/\*|\{\/\*|<!--)?\s*(?:\.{2}|…)/;
const commentEnds = new Map([
  ["/*", " */"],
  ["{/*", " */}"],
  ["<!--", " -->"],
]);

/** The edit with the line that is being written completed to a marker, if it begins like one. */
function withMarker(text: string, open: number): string | undefined {
  const begun = beginsMarker.exec(text.slice(open));
  if (!begun) return undefined;
  const [, indent = "", comment = ""] = begun;
  return `${text.slice(0, open)}${indent}${comment} ...${commentEnds.get(comment) ?? ""}`;
}

/**
 * Whether an edit that ends with a marker is another one but for its words, which the merge reads only where the file has
 * such a line.
 */
function differsInMarker(one: Edit, other: Edit, source: readonly string[]): boolean {
  const [last, marker] = [one.segments.at(-1), other.segments.at(-1)];
  if (last?.kind !== "elision" || marker?.kind !== "elision") return false;
  const words = [last.text.trim(), marker.text.trim()];
  if (source.some((line) => words.includes(line.trim()))) return false;
  const rest = ({ segments, why: _, ...edit }: Edit): unknown => [edit, segments.slice(0, -1)];
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
