import { LineDiff } from "../../text/line-diff.ts";
import type { CommitFile } from "./history.ts";

/** A name that a commit replaces by a new one. */
export interface RenameOfCommit {
  readonly from: string;
  readonly to: string;
  /** The replaced lines that look like declarations: several symbols may have the name. */
  readonly at: readonly DeclaringLine[];
}

export interface DeclaringLine {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** Fewer lines are no rename, but a change of one use. */
const fewestRenamed = 3;
const wholeName = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/**
 * The rename in a commit: at least three lines differ from their old ones in one name alone, one of them declares it, the old name is
 * nowhere in the files afterwards, and the new one was nowhere before. Found by words, not by the analysis that is measured.
 */
export function renameOfCommit(files: readonly CommitFile[]): RenameOfCommit | undefined {
  const found = new Map<string, { count: number; at: DeclaringLine[] }>();
  for (const { path, before, after } of files) {
    const [old, now] = [before.split("\n"), after.split("\n")];
    for (const { oldStart, oldEnd, newStart, newEnd } of new LineDiff(old, now).compare()) {
      if (oldEnd - oldStart !== newEnd - newStart) continue;
      for (let at = 0; at < oldEnd - oldStart; at += 1) {
        const one = replacedName(old[oldStart + at]!, now[newStart + at]!);
        if (!one) continue;
        const key = `${one.from} ${one.to}`;
        const known = found.get(key) ?? { count: 0, at: [] };
        known.count += 1;
        if (one.declares) known.at.push({ path, line: oldStart + at + 1 });
        found.set(key, known);
      }
    }
  }
  const best = [...found]
    .filter(([, { count, at }]) => count >= fewestRenamed && at.length > 0)
    .sort((a, b) => b[1].count - a[1].count);
  for (const [key, { at }] of best) {
    const [from = "", to = ""] = key.split(" ");
    const isOld = files.some(({ after }) => wordSetOf(after).has(from));
    const isNew = files.every(({ before }) => !wordSetOf(before).has(to));
    if (!isOld && isNew) return { from, to, at };
  }
  return undefined;
}

const declaringWord = /^(?:def|class|function|const|let|var|type|interface|enum|func)$/u;

/** The one name in which two lines differ. */
function replacedName(
  old: string,
  now: string,
): { readonly from: string; readonly to: string; readonly declares: boolean } | undefined {
  const [before, after] = [lineTokens(old), lineTokens(now)];
  if (before.length !== after.length) return undefined;
  let at = -1;
  for (const [index, token] of before.entries()) {
    if (token === after[index]) continue;
    if (at >= 0 && (token !== before[at] || after[index] !== after[at])) return undefined;
    if (at < 0) at = index;
  }
  const [from, to] = [before[at], after[at]];
  if (from === undefined || to === undefined || !wholeName.test(from) || !wholeName.test(to))
    return undefined;
  return { from, to, declares: declaringWord.test(before[at - 1] ?? "") };
}

const lineTokens = (line: string): string[] => line.match(/[\p{L}\p{N}_$]+|[^\s]/gu) ?? [];
const wordSetOf = (text: string): Set<string> => new Set(text.match(/[\p{L}\p{N}_$]+/gu) ?? []);

/** What an answer does to one file. */
export interface JudgedFile {
  readonly path: string;
  readonly before: string;
  /** As the answer has it. */
  readonly made: string;
  /** As the commit has it; the old text for a file that it does not touch. */
  readonly after: string;
  /** Lines with the name in comments and strings that the answer lists and leaves, from 1. */
  readonly left: ReadonlySet<number>;
}

/** Where an answer differs from the rename of a commit. */
export interface RenameDifference {
  /** `kept`: it renames what the commit keeps; `missed`: the commit renames it; `lines`: it is no rename. */
  readonly kind: "kept" | "missed" | "lines";
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/**
 * How an answer differs from the rename that a commit made among other changes; undefined: where the commit replaced the name, the answer
 * does, and where the commit kept a line, the answer does. Lines that the commit wrote anew say nothing.
 */
export function wrongRename(
  { path, before, made, after, left }: JudgedFile,
  { from, to }: Pick<RenameOfCommit, "from" | "to">,
): RenameDifference | undefined {
  const [old, mine] = [before.split("\n"), made.split("\n")];
  if (old.length !== mine.length) return { kind: "lines", path, line: 1 };
  const now = after.split("\n");
  const added = new Map<number, readonly string[]>();
  for (const { oldStart, oldEnd, newStart, newEnd } of new LineDiff(old, now).compare()) {
    for (let at = oldStart; at < oldEnd; at += 1) added.set(at, now.slice(newStart, newEnd));
  }
  for (const [at, line] of old.entries()) {
    const written = added.get(at);
    const isChanged = mine[at] !== line;
    if (isChanged && !written) return { kind: "kept", path, line: at + 1 };
    if (isChanged || !written || left.has(at + 1)) continue;
    const renamed = line.replaceAll(/[\p{L}\p{N}_$]+/gu, (word) => (word === from ? to : word));
    if (renamed !== line && written.includes(renamed))
      return { kind: "missed", path, line: at + 1 };
  }
  return undefined;
}
