import type { Edit } from "../../core/edit.ts";
import type { MergeOutcome } from "../../core/merge.ts";
import type { FinalHunk } from "./final-hunks.ts";
import { type MergeStreamOptions, mergeFeed } from "./merge-feed.ts";

export type MergeStreamEvent =
  | { readonly type: "hunk"; readonly hunk: FinalHunk }
  /** The last event: the merge of the whole edit. */
  | { readonly type: "outcome"; readonly edit: Edit; readonly outcome: MergeOutcome };

/**
 * Merges an edit while it is being written: yields the hunks that are final, in the file's order, then the outcome, which is
 * that of `merge` for the whole edit. Throws what `readEdit` throws.
 *
 * **Final** means: the edit is applied with this hunk as it is, or not at all. An edit that is refused or ambiguous at its end
 * takes all its hunks with it, so write nothing before the outcome is `proved`.
 *
 * What is final, and when:
 *
 * - A sketch (`format: "lazy"`), at each marker: everything up to the last line that is quoted before it, provided that every
 *   part so far begins and ends with a quoted line, quotes the file to the letter, and has a line that the file has once.
 * - A unified diff, at the header of each further hunk, under the same condition.
 * - A whole file, where seven lines in a row are again those of the file.
 * - Nothing before the end of search/replace blocks and patches, whose later parts may change what earlier ones wrote, and
 *   nothing where the format is not named, because the last line may decide it.
 *
 * A merge weighs the whole edit, so a later line can still speak against a final hunk. Then the outcome is `refused`
 * (`check-failed`), although the same edit may be applied as a whole: a final hunk never changes.
 */
export async function* mergeStream(
  source: string,
  pieces: AsyncIterable<string>,
  options: MergeStreamOptions,
): AsyncGenerator<MergeStreamEvent> {
  const feed = mergeFeed(source, options);
  const iterator = pieces[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      const next = iterator.next();
      // While the model writes its next word, the work of the end is done.
      while ((await isWaiting(next)) && feed.prepare());
      const piece = await next;
      if (piece.done) break;
      for (const hunk of feed.push(piece.value)) yield { type: "hunk", hunk };
    }
    isOver = true;
  } finally {
    if (!isOver) await iterator.return?.();
  }
  const { edit, outcome, hunks } = feed.end();
  for (const hunk of hunks) yield { type: "hunk", hunk };
  yield { type: "outcome", edit, outcome };
}

/** Whether the next piece is not there yet. */
async function isWaiting(next: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), 0);
  });
  const there = next.then(
    () => false,
    () => false,
  );
  const isLate = await Promise.race([there, soon]);
  clearTimeout(timer);
  return isLate;
}
