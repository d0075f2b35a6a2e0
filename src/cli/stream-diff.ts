import type { FinalHunk } from "../redraft/stream/final-hunks.ts";

/** Unchanged lines that are shown around a change. */
const shownContext = 3;

/** Writes hunks one after the other as a unified diff that `git apply` and `patch` take. */
export interface DiffWriter {
  /** @param settled lines of the source of which nothing more changes: no context is shown behind them */
  write(hunks: readonly FinalHunk[], settled: number): void;
}

/**
 * @param source the lines of the file with their line ends
 * @param header of the diff, written before the first hunk
 */
export function diffWriter(
  source: readonly string[],
  header: string,
  print: (text: string) => void,
): DiffWriter {
  let shown = 0;
  let shift = 0;
  let isBegun = false;

  function text({ start, end, lines }: FinalHunk, limit: number): string {
    const before = Math.min(shownContext, start - shown);
    const behind = Math.min(shownContext, limit - end);
    // The same on both sides, except at the file's edges: of a hunk with less on one side `patch` takes that side for an edge.
    const both = Math.min(before, behind);
    const isFirst = start === before && before < shownContext;
    const isLast = limit === source.length && behind < shownContext;
    const lead = isLast || both === 0 ? before : both;
    const trail = isFirst || both === 0 ? behind : both;
    const from = start - lead;
    const to = end + trail;
    const count = to - from;
    const now = count - (end - start) + lines.length;
    const body = [
      ...source.slice(from, start).map((line) => ` ${line}`),
      ...source.slice(start, end).map((line) => `-${line}`),
      ...lines.map((line) => `+${line}`),
      ...source.slice(end, to).map((line) => ` ${line}`),
    ].map((line) => (line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`));
    const ranges = `-${range(from, count)} +${range(from + shift, now)}`;
    shift += now - count;
    shown = to;
    return `@@ ${ranges} @@\n${body.join("")}`;
  }

  return {
    write(hunks, settled) {
      for (const [index, hunk] of hunks.entries()) {
        const begin = isBegun ? "" : header;
        isBegun = true;
        // Between two changes that are close, each has its half of the lines.
        const next = hunks[index + 1];
        const limit = next ? Math.ceil((hunk.end + next.start) / 2) : settled;
        print(begin + text(hunk, Math.min(limit, settled)));
      }
    },
  };
}

/** A range of no lines names the line before it. */
const range = (start: number, count: number): string =>
  count === 0 ? `${start},0` : `${start + 1},${count}`;
