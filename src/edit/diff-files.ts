import type { EditLine } from "../core/edit.ts";
import { fenceOf } from "./wrapping.ts";

export interface Hunk {
  /** 1-based, as the header says; absent where it names none. */
  readonly oldStart?: number;
  /** What stands after the second `@@`: a source line above. */
  readonly section?: string;
  readonly lines: readonly EditLine[];
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
  readonly hunks: readonly Hunk[];
}

const numbered = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;
const bare = /^@@(?: \.\.\.)?(?: ?@@)?\s*$/;

type Draft = { -readonly [Key in keyof DiffFile]: DiffFile[Key] } & { hunks: Hunk[]; git: boolean };

/** Reads all files of a diff; what stands outside headers and hunks (prose, fences) is passed over. */
export function parseDiff(lines: readonly string[]): DiffFile[] {
  const files: Draft[] = [];
  let file: Draft | undefined;
  const open = (git: boolean): Draft => {
    const fresh: Draft = {
      git,
      created: false,
      deleted: false,
      renamed: false,
      binary: false,
      hunks: [],
    };
    files.push(fresh);
    return fresh;
  };
  for (let index = 0; index < lines.length; ) {
    const line = lines[index]!;
    if (line.startsWith("diff --git ")) {
      file = open(true);
      gitPaths(line, file);
    } else if (isFileHeader(lines, index)) {
      if (!file?.git || file.hunks.length > 0) file = open(false);
      setPaths(file, line, lines[index + 1]!);
      index += 1;
    } else if (numbered.test(line) || (bare.test(line) && file !== undefined) || bare.test(line)) {
      file ??= open(false);
      const { hunk, next } = readHunk(lines, index);
      file.hunks.push(hunk);
      index = next;
      continue;
    } else if (file?.git && file.hunks.length === 0) extended(line, file);
    index += 1;
  }
  return files.filter((one) => one.git || one.hunks.length > 0 || one.created || one.deleted);
}

/**
 * A diff of which only the lines are there: each begins with a blank, `-` or `+`, a fence or two file headers around
 * them aside. Undefined = there are other lines.
 */
export function parseBareDiff(lines: readonly string[]): DiffFile | undefined {
  const matter = [...lines.keys()].filter((n) => lines[n]!.trim() !== "" && !fenceOf(lines[n]!));
  const file = { created: false, deleted: false, renamed: false, binary: false } as const;
  const named: Draft = { ...file, git: false, hunks: [] };
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

function gitPaths(line: string, file: Draft): void {
  const match = /^diff --git "?(a\/.*?)"? "?(b\/.*?)"?$/.exec(line);
  if (!match) return;
  file.oldPath = match[1]!;
  file.newPath = match[2]!;
}

function extended(line: string, file: Draft): void {
  const path = (prefix: RegExp): string | undefined =>
    prefix.exec(line)?.[1]?.replace(/^"(.*)"$/, "$1");
  if (line.startsWith("new file mode")) file.created = true;
  if (line.startsWith("deleted file mode")) file.deleted = true;
  if (line.startsWith("Binary files ") || line.startsWith("GIT binary patch")) file.binary = true;
  const from = path(/^rename from (.+)$/);
  const to = path(/^rename to (.+)$/);
  if (from !== undefined) file.oldPath = from;
  if (to !== undefined) {
    file.newPath = to;
    file.renamed = true;
  }
}

/** `---` and `+++` one after the other; a removed line `-- x` before an added `++ y` is told apart by what follows. */
function isFileHeader(lines: readonly string[], index: number): boolean {
  if (!/^--- \S/.test(lines[index]!) || !/^\+\+\+ \S/.test(lines[index + 1] ?? "")) return false;
  const next = lines[index + 2] ?? "";
  return next.trim() === "" || next.startsWith("@@") || index + 2 >= lines.length;
}

function headerPath(line: string): string {
  const path = line.slice(4).split("\t")[0]!.trim();
  return path.replace(/^"(.*)"$/, "$1").replace(/(?<!\s)\s+\d{4}-\d\d-\d\d .*$/, "");
}

function setPaths(file: Draft, oldLine: string, newLine: string): void {
  const before = headerPath(oldLine);
  const after = headerPath(newLine);
  if (before === "/dev/null") file.created = true;
  else if (!file.renamed) file.oldPath = before;
  if (after === "/dev/null") file.deleted = true;
  else if (!file.renamed) file.newPath = after;
  if (before === "/dev/null") delete file.oldPath;
  if (after === "/dev/null") delete file.newPath;
}

interface Reading {
  readonly hunk: Hunk;
  readonly next: number;
}

function readHunk(lines: readonly string[], index: number): Reading {
  const match = numbered.exec(lines[index]!);
  if (!match) return scanHunk(lines, index, {});
  const oldStart = Number(match[1]);
  const section = match[5]!.trim();
  const head = section === "" ? { oldStart } : { oldStart, section };
  const oldCount = Number(match[2] ?? 1);
  const newCount = Number(match[4] ?? 1);
  return countHunk(lines, index, head, oldCount, newCount) ?? scanHunk(lines, index, head);
}

type Head = Pick<Hunk, "oldStart" | "section">;

/** By the header's counts, where they end exactly before the next header or the end; undefined = they do not. */
function countHunk(
  lines: readonly string[],
  index: number,
  head: Head,
  oldCount: number,
  newCount: number,
): Reading | undefined {
  const body: string[] = [];
  let old = oldCount;
  let fresh = newCount;
  let next = index + 1;
  for (; next < lines.length && (old > 0 || fresh > 0); next++) {
    const line = lines[next]!;
    if (line.startsWith("+")) fresh -= 1;
    else if (line.startsWith("-")) old -= 1;
    else if (line.startsWith(" ") || line === "") {
      old -= 1;
      fresh -= 1;
    } else if (!line.startsWith("\\")) return undefined;
    body.push(line);
  }
  if (old !== 0 || fresh !== 0) return undefined;
  while (lines[next]?.startsWith("\\")) body.push(lines[next++]!);
  const after = lines[next];
  if (after !== undefined && /^[-+ ]/.test(after) && !isFileHeader(lines, next)) return undefined;
  return { hunk: hunkOf(body, index + 1, head), next };
}

/** Up to the next header, fence or text that cannot be of a hunk. */
function scanHunk(lines: readonly string[], index: number, head: Head): Reading {
  const body: string[] = [];
  let next = index + 1;
  for (; next < lines.length; next++) {
    const line = lines[next]!;
    if (line.startsWith("@@") || line.startsWith("diff --git ") || isFileHeader(lines, next)) break;
    if (fenceOf(line) && !/^[-+ ]/.test(line)) break;
    body.push(line);
  }
  const taken = body.length;
  // Empty lines at the end stand between hunks; a blank context line would carry its space.
  while (body.length > 0 && body.at(-1) === "") body.pop();
  const prose = body.findIndex((line) => line !== "" && !/^[-+ \\\t]/.test(line));
  const hasBare = prose !== -1;
  if (hasBare && body.slice(prose).every((line) => line === "" || !/^[-+ \\\t]/.test(line))) {
    // Only such lines follow: either prose after the diff, or context whose leading space was lost.
    const rest = body.slice(prose);
    if (rest.some((line) => /^\p{Lu}.*[.:!]$/u.test(line))) body.length = prose;
    while (body.length > 0 && body.at(-1) === "") body.pop();
  }
  return { hunk: hunkOf(body, index + 1, head), next: index + 1 + taken };
}

function hunkOf(body: readonly string[], before: number, head: Head): Hunk {
  const lines: EditLine[] = [];
  let endsOld = false;
  let endsNew = false;
  body.forEach((line, index) => {
    if (line.startsWith("\\")) {
      const role = lines.at(-1)?.role;
      endsOld ||= role !== "add";
      endsNew ||= role !== "drop";
      return;
    }
    const role = line.startsWith("+") ? "add" : line.startsWith("-") ? "drop" : "keep";
    // A context line whose leading space was lost is taken as it stands.
    const text = /^[-+ ]/.test(line) ? line.slice(1) : line;
    lines.push({ text, role, at: before + 1 + index });
  });
  return { ...head, lines, endsOld, endsNew };
}
