import type { Edit } from "../../core/edit.ts";
import { RedraftError } from "../../core/errors.ts";
import type { MergeOutcome, Refused } from "../../core/merge.ts";
import { isElision } from "../../edit/lazy-markers.ts";
import { fenceOf } from "../../edit/wrapping.ts";
import { lineTexts } from "../../text/lines.ts";
import { isFilled } from "../../text/words.ts";
import {
  type FinalHunk,
  finalHunksBetween,
  fullLines,
  nothingSettled,
  type SettledPart,
} from "./final-hunks.ts";
import { endsOfFormat } from "./format-ends.ts";
import { editKey, knownMerges, type MergeStreamOptions } from "./known-merges.ts";
import { settledAt, settledBy } from "./settled.ts";
import { type CommonPoint, followWholeFile } from "./whole-file.ts";

export type { MergeStreamOptions } from "./known-merges.ts";

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
  /**
   * Does a part of the work of `end` ahead: merges the edit with one of the ends that it is likely to have. False: nothing is left to do
   * before the next piece.
   */
  prepare(): boolean;
  /** The merge of the whole edit, and the hunks that are left. Throws what `readEdit` throws. */
  end(): { readonly edit: Edit; readonly outcome: MergeOutcome; readonly hunks: FinalHunk[] };
}

/** Lines of source that the merges of one edit's beginnings may read in all: what is beyond is final at the end. */
const mostPrefixLines = 400_000;

/** Above this, a merge takes too long to be done in case the edit ends. */
const mostAheadLines = 10_000;

export function mergeFeed(source: string, options: MergeStreamOptions): MergeFeed {
  const { format = "auto" } = options;
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
  const likely = endsOfFormat(format, lineTexts(source));
  const known = knownMerges(source, options);
  const { merged } = known;

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
    likely.take(line);
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
      return known.merges;
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
      if (sourceLines.length > mostAheadLines) return false;
      const keys = likely.ends(text, open).map((end) => editKey(end, format));
      // One at a time: the next piece may be there.
      const key = keys.find((one) => isFilled(one) && !known.has(one));
      if (key === undefined) return false;
      try {
        merged(key);
      } catch (error) {
        if (!RedraftError.is(error)) throw error;
        // The edit does not end here, or `end` refuses it.
        known.refuse(key);
      }
      return true;
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
