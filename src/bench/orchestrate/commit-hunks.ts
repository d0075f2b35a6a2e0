import { nameLanguageOf } from "../../orchestrate/index/languages.ts";
import { LineDiff } from "../../text/line-diff.ts";
import type { CommitFile } from "./history.ts";

/** One stretch of lines that a commit replaces. */
export interface CommitHunk {
  readonly path: string;
  /** Lines [start, end) of the old text. */
  readonly start: number;
  readonly end: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Like changes that make a commit a repeated edit: the first one is made by hand. */
export const fewestLike = 3;

export function hunksOfFile({ path, before, after }: CommitFile): CommitHunk[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return new LineDiff(old, now).compare().map(({ oldStart, oldEnd, newStart, newEnd }) => ({
    path,
    start: oldStart,
    end: oldEnd,
    removed: old.slice(oldStart, oldEnd),
    added: now.slice(newStart, newEnd),
  }));
}

/** The tokens that a hunk takes out and puts in; "" where there are no words among them. */
export function tokensChanged({ path, removed, added }: CommitHunk): string {
  const counted = (lines: readonly string[]): Map<string, number> => {
    const found = new Map<string, number>();
    for (const [token] of lines.join("\n").matchAll(/[\p{L}\p{N}_$]+|[^\s]/gu))
      found.set(token, (found.get(token) ?? 0) + 1);
    return found;
  };
  const minus = (one: Map<string, number>, other: Map<string, number>): string =>
    [...one]
      .flatMap(([token, times]) => {
        const left = times - (other.get(token) ?? 0);
        return left > 0 ? [`${token}*${left}`] : [];
      })
      .sort()
      .join(" ");
  const [old, now] = [counted(removed), counted(added)];
  const parts = [minus(old, now), minus(now, old)];
  return /\p{L}/u.test(parts.join("")) ? [nameLanguageOf(path), ...parts].join("\0") : "";
}
