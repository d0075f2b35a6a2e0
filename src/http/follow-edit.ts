import type { FormatName } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import { type FinalHunk, fullLines } from "../redraft/stream/final-hunks.ts";
import { contradicted, mergeFeed } from "../redraft/stream/merge-feed.ts";

/** An edit that is followed while it arrives, and then made as a whole. */
export interface FollowedEdit {
  readonly text: string;
  push(piece: string): readonly FinalHunk[];
  /** The same engine, whose result must agree with the hunks that were final. */
  on(redraft: Pick<Redraft, "apply">): Pick<Redraft, "apply">;
  /** The hunks of the result that were not final before. */
  left(): readonly FinalHunk[];
}

/** ms for which beginnings of one edit may be merged in all. They are merged on the thread that answers every request; what is beyond is final at the end. */
const mostMs = 500;
/** Lines of a file above which one merge alone takes too long there. */
const mostFollowedLines = 10_000;

export function followEdit(
  source: string,
  path: string,
  format: FormatName | "auto",
  now: () => number = () => performance.now(),
): FollowedEdit {
  const isShort = fullLines(source).length <= mostFollowedLines;
  const feed = mergeFeed(source, { path, format: isShort ? format : "auto" });
  let text = "";
  let spent = 0;
  let left: readonly FinalHunk[] = [];
  return {
    get text() {
      return text;
    },
    push(piece) {
      text += piece;
      if (spent > mostMs) return [];
      const started = now();
      const hunks = feed.push(piece);
      spent += now() - started;
      return hunks;
    },
    on: (redraft) => ({
      async apply(request, options) {
        if (request.source !== source) {
          throw new RedraftError(
            "stale-file",
            `${path} changed while the edit arrived. Nothing was written. Send the edit again.`,
            { retryable: true, details: { path } },
          );
        }
        const result = await redraft.apply(request, options);
        const isEdited = result.action === "update" || result.action === "create";
        // What deletes or moves a file is no hunk of it.
        if (!isEdited && feed.settled.lines === 0) return result;
        const rest = isEdited ? feed.rest(result.text ?? "") : undefined;
        if (rest === undefined) {
          const { code, message, details } = contradicted(feed.settled);
          throw new RedraftError(code, message, { details });
        }
        left = rest;
        return result;
      },
    }),
    left: () => left,
  };
}
