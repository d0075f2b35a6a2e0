import { spend } from "../text/budget.ts";
import { unquotedPath } from "../text/git-paths.ts";
import { gitPaths, headerPath } from "./diff-paths.ts";
import { type HunkCounts, type HunkLine, signedLine } from "./hunk-lines.ts";
import { fenceOf } from "./wrapping.ts";

export interface DiffHunk {
  /** 1-based, as the header says; absent where it names none. */
  readonly oldStart?: number;
  readonly newStart?: number;
  readonly counts?: HunkCounts;
  /** The text after the second `@@`: a source line above the hunk. */
  readonly section?: string;
  /** The lines as written; `hunkLines` reads them. */
  readonly body: readonly HunkLine[];
  /** `\ No newline at end of file` after the last old, the last new line. */
  readonly endsOld: boolean;
  readonly endsNew: boolean;
}

export interface DiffFile {
  readonly oldPath?: string;
  readonly newPath?: string;
  readonly created: boolean;
  readonly deleted: boolean;
  readonly renamed: boolean;
  readonly binary: boolean;
  readonly hunks: readonly DiffHunk[];
}

const hunkHeader = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))?(?: ?@@(.*))?\s*$/s;
/** `\ No newline at end of file`, in any language. */
const noFinalNewline = /^\\ \S/;
const unnumbered = /^@@(?: \.\.\.)?(?: ?@@)?\s*$/;

type OpenFile = { -readonly [Key in keyof DiffFile]: DiffFile[Key] } & {
  hunks: DiffHunk[];
  git: boolean;
};

/** Whether a line of the file has exactly this text. */
type Holds = (line: string) => boolean;

export function isHunkHeader(line: string): boolean {
  return hunkHeader.test(line) || unnumbered.test(line);
}

/** Reads all files of a diff. Lines outside headers and hunks (prose, fences, a mail header) are skipped. */
export function parseDiff(lines: readonly string[], holds: Holds): DiffFile[] {
  const files: OpenFile[] = [];
  let file: OpenFile | undefined;
  const open = (git: boolean): OpenFile => {
    const opened: OpenFile = {
      git,
      created: false,
      deleted: false,
      renamed: false,
      binary: false,
      hunks: [],
    };
    files.push(opened);
    return opened;
  };
  for (let index = 0; index < lines.length; ) {
    const line = lines[index]!;
    if (line.startsWith("diff --git ")) {
      file = open(true);
      const paths = gitPaths(line);
      if (paths) [file.oldPath, file.newPath] = paths;
    } else if (isFileHeader(lines, index)) {
      if (!file?.git || file.hunks.length > 0) file = open(false);
      setPaths(file, line, lines[index + 1]!);
      index += 1;
    } else if (isHunkHeader(line) || (file && line.startsWith("@@"))) {
      file ??= open(false);
      const { hunk, next } = readHunk(lines, index, holds);
      file.hunks.push(hunk);
      index = next;
      continue;
    } else if (file?.git && file.hunks.length === 0) extended(line, file);
    index += 1;
  }
  return files.filter((one) => one.git || one.hunks.length > 0 || one.created || one.deleted);
}

/**
 * A diff without headers of hunks: apart from a fence or two file headers, each line begins with a blank, `-` or `+`.
 * Undefined if there are other lines.
 */
export function parseBareDiff(lines: readonly string[]): DiffFile | undefined {
  const matter = [...lines.keys()].filter((n) => lines[n]!.trim() !== "" && !fenceOf(lines[n]!));
  const file = { created: false, deleted: false, renamed: false, binary: false } as const;
  const named: OpenFile = { ...file, git: false, hunks: [] };
  const [before, after] = matter;
  if (before === undefined || after === undefined) return undefined;
  if (/^--- \S/.test(lines[before]!) && /^\+\+\+ \S/.test(lines[after]!)) {
    setPaths(named, lines[before]!, lines[after]!);
    matter.splice(0, 2);
  }
  const first = matter[0];
  const last = matter.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const body = lines.slice(first, last + 1);
  if (!body.every((line) => line === "" || /^[-+ \\]/.test(line))) return undefined;
  return { ...named, hunks: [hunkOf(body, first, {})] };
}

function extended(line: string, file: OpenFile): void {
  const path = (prefix: RegExp): string | undefined => {
    const named = prefix.exec(line)?.[1];
    return named === undefined ? undefined : unquotedPath(named);
  };
  if (line.startsWith("new file mode")) file.created = true;
  if (line.startsWith("deleted file mode")) file.deleted = true;
  if (line.startsWith("Binary files ") || line.startsWith("GIT binary patch")) file.binary = true;
  const from = path(/^rename from (.+)$/s);
  const to = path(/^rename to (.+)$/s);
  if (from !== undefined) file.oldPath = from;
  if (to !== undefined) {
    file.newPath = to;
    file.renamed = true;
  }
}

/**
 * `---` and `+++` one after the other. A removed line `-- x` before an added `++ y` looks the same, so a header must be
 * followed by a hunk, or by nothing.
 */
export function isFileHeader(lines: readonly string[], index: number): boolean {
  if (!/^--- \S/.test(lines[index]!) || !/^\+\+\+ \S/.test(lines[index + 1] ?? "")) return false;
  let next = index + 2;
  while (next < lines.length && lines[next]!.trim() === "") next++;
  return next >= lines.length || lines[next]!.startsWith("@@");
}

function setPaths(file: OpenFile, oldLine: string, newLine: string): void {
  const before = headerPath(oldLine);
  const after = headerPath(newLine);
  if (before === "/dev/null") file.created = true;
  else if (!file.renamed) file.oldPath = before;
  if (after === "/dev/null") file.deleted = true;
  else if (!file.renamed) file.newPath = after;
  if (before === "/dev/null") delete file.oldPath;
  if (after === "/dev/null") delete file.newPath;
}

interface HunkReading {
  readonly hunk: DiffHunk;
  readonly next: number;
}

type Head = Pick<DiffHunk, "oldStart" | "newStart" | "counts" | "section">;

/** Numbers and section of a hunk header. */
export function headOf(line: string): Head {
  const match = hunkHeader.exec(line);
  const section = (match ? (match[5] ?? "") : line.slice(2).trimEnd().replace(/@@$/, "")).trim();
  const named = section === "" || section === "..." ? {} : { section };
  if (!match) return named;
  const counts = { old: Number(match[2] ?? 1), new: Number(match[4] ?? 1) };
  return { oldStart: Number(match[1]), newStart: Number(match[3]), counts, ...named };
}

/**
 * A hunk ends with its counts where they hold and no further line with a sign or an indentation follows; else before the next header, fence, or
 * text that cannot be of a hunk.
 */
function readHunk(lines: readonly string[], index: number, holds: Holds): HunkReading {
  const head = headOf(lines[index]!);
  const first = index + 1;
  const next = endOfHunk(lines, first, head.counts, holds);
  const raw = lines.slice(first, next);
  const counted = head.counts ? countedLength(raw, head.counts) : undefined;
  if (counted !== undefined && !raw.slice(counted).some((line) => /^(?:[-+]|\s+\S)/.test(line)))
    return { hunk: hunkOf(raw.slice(0, counted), first, head), next };
  return { hunk: hunkOf(withoutProseAfter(raw, holds), first, head), next };
}

function endOfHunk(
  lines: readonly string[],
  first: number,
  counts: HunkCounts | undefined,
  holds: Holds,
): number {
  const isFull = (from: number, to: number): boolean =>
    counts !== undefined && countedLength(lines.slice(from, to), counts) === to - from;
  let next = first;
  for (; next < lines.length; next++) {
    const line = lines[next]!;
    if (line.startsWith("@@") || line.startsWith("diff --git ") || isFileHeader(lines, next)) break;
    if (isMailHead(line) || isSignature(lines, first, next, counts)) break;
    if (closesFence(line) && !(holds(line) && !isFull(first, next) && hasChange(lines, next + 1)))
      break;
  }
  return next;
}

/** A fence with a language opens one: inside a hunk it can only be text. */
const closesFence = (line: string): boolean => /^[`~]/.test(line) && fenceOf(line)?.info === "";

/** The first line of a mail, as `git format-patch` writes several into one text. */
const isMailHead = (line: string): boolean => /^From [0-9a-f]{7,64} \w{3} \w{3} /.test(line);

/** Whether a changed line follows before the next header: a fence above it is text of the file. */
function hasChange(lines: readonly string[], from: number): boolean {
  for (let index = from; index < lines.length; index++) {
    spend(2);
    const line = lines[index]!;
    if (line.startsWith("@@") || line.startsWith("diff --git ") || isFileHeader(lines, index))
      return false;
    if (/^[-+]/.test(line)) return true;
  }
  return false;
}

/**
 * The `-- ` under a mail's patch, and git's version below it. It looks like a removed line: the counts are full without
 * it, or nothing follows but a version.
 */
function isSignature(
  lines: readonly string[],
  first: number,
  index: number,
  counts: HunkCounts | undefined,
): boolean {
  if (!/^-- ?$/.test(lines[index]!)) return false;
  let end = index + 1;
  while (end < lines.length && !/^(?:@@|diff --git |`{3}|~{3})/.test(lines[end]!)) {
    if (isMailHead(lines[end]!)) break;
    end++;
  }
  spend(4 * (end - index));
  const below = lines.slice(index + 1, end).filter((line) => line.trim() !== "");
  if (below.length === 1 && /^\d+\.\d+[\w.-]*(?: \(.*\))?\s*$/.test(below[0]!)) return true;
  const body = lines.slice(first, index);
  return counts !== undefined && countedLength(body, counts) === body.length;
}

/** How many of the lines fill the counts of a header, or undefined if they do not fill them. */
function countedLength(body: readonly string[], counts: HunkCounts): number | undefined {
  let { old: oldLeft, new: newLeft } = counts;
  let length = 0;
  spend(body.length);
  while (length < body.length && (oldLeft > 0 || newLeft > 0)) {
    const line = body[length]!;
    if (line.startsWith("+")) newLeft -= 1;
    else if (line.startsWith("-")) oldLeft -= 1;
    else if (line.startsWith(" ") || line === "") {
      oldLeft -= 1;
      newLeft -= 1;
    } else if (!noFinalNewline.test(line)) return undefined;
    length++;
  }
  if (oldLeft !== 0 || newLeft !== 0) return undefined;
  while (noFinalNewline.test(body[length] ?? "")) length++;
  return length;
}

/** A hunk without the empty lines and the prose behind it. */
function withoutProseAfter(raw: readonly string[], holds: Holds): string[] {
  const body = [...raw];
  const trim = (): void => {
    // Empty lines at the end separate hunks; a blank context line would have its leading space.
    while (body.length > 0 && body.at(-1) === "") body.pop();
  };
  trim();
  const isBare = (line: string): boolean => line !== "" && !/^[-+ \\\t]/.test(line);
  const prose = body.findIndex((line) => isBare(line) && !holds(line));
  if (prose !== -1 && body.slice(prose).every((line) => line === "" || isBare(line))) {
    // Only such lines follow: either prose after the diff, or context whose leading space was lost.
    if (body.slice(prose).some((line) => /^\p{Lu}.*[.:!]$/u.test(line))) body.length = prose;
    trim();
  }
  return body;
}

function hunkOf(body: readonly string[], before: number, head: Head): DiffHunk {
  const lines: HunkLine[] = [];
  let endsOld = false;
  let endsNew = false;
  body.forEach((text, index) => {
    if (noFinalNewline.test(text)) {
      const last = lines.at(-1);
      const role = last && signedLine(last).role;
      endsOld ||= role !== "add";
      endsNew ||= role !== "drop";
      return;
    }
    lines.push({ text, at: before + 1 + index });
  });
  return { ...head, body: lines, endsOld, endsNew };
}
