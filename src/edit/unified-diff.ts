import type { Edit, EditLine, LinesSegment } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { type DiffFile, type Hunk, parseBareDiff, parseDiff } from "./diff-files.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { inFileOrder } from "./order.ts";
import { sameDiffPath } from "./paths.ts";
import { fenceOf } from "./wrapping.ts";

/** Unified diffs, git's headers or none; line numbers and counts are hints, since models get them wrong. */
export const unifiedDiff: EditFormat = {
  name: "unified-diff",

  recognise(input) {
    const { lines } = input;
    const first = lines.findIndex((line) => line.trim() !== "" && !fenceOf(line));
    const begins = (index: number): boolean =>
      /^(?:diff --git |--- \S|@@ -\d|@@ ?@@|@@ \.\.\. @@|@@$)/.test(lines[index] ?? "");
    const hunk = lines.findIndex((line) => isHunkHeader(line));
    if (hunk === -1) return headersOnly(input) ?? onlyLines(input);
    const changes = lines.findIndex((line, index) => index > hunk && /^[-+]/.test(line));
    if (changes === -1) return headersOnly(input);
    if (begins(first)) {
      const own = input.sourceLines.find((line) => line.trim() !== "");
      if (own !== undefined && own.trim() === lines[first]!.trim()) return undefined;
      return `it begins with a diff header (line ${first + 1}: ${lines[first]!.trim()})`;
    }
    if (input.inSource(lines[hunk]!)) return undefined;
    return `line ${hunk + 1} is a hunk header: ${lines[hunk]!.trim()}`;
  },

  read(input, why) {
    const files = parseDiff(input.lines);
    const bare = files.length === 0 ? parseBareDiff(input.lines) : undefined;
    if (bare) files.push(bare);
    if (files.length === 0) {
      throw new RedraftError(
        "unreadable-edit",
        "the diff holds no hunk: expected a line like @@ -1,3 +1,4 @@.",
        {
          details: { format: "unified-diff" },
        },
      );
    }
    const file = ofThisFile(files, input);
    const named = file.newPath ?? file.oldPath;
    const path = named === undefined ? {} : { path: stripped(named) };
    const base = { format: "unified-diff", why, extent: "parts", ...path } as const;
    if (file.binary) {
      throw new RedraftError("unreadable-edit", "the diff is binary; Redraft edits text.");
    }
    if (file.deleted) return { ...base, action: "delete", segments: deletion(file, input) };
    if (file.created) return { ...base, ...creation(file, input) };
    const trusted = numbersHold(file.hunks, input.sourceLines);
    const hunks = file.hunks.flatMap((hunk) => segmentOf(hunk, trusted));
    const segments = inFileOrder(hunks, input.sourceLines);
    const ends = endOf(file.hunks);
    const common = { ...base, segments, ...(ends === undefined ? {} : { finalNewline: ends }) };
    if (file.renamed && file.newPath !== undefined && file.oldPath !== file.newPath) {
      return { ...common, action: "move", moveTo: stripped(file.newPath) };
    }
    return { ...common, action: "update" };
  },
};

export function isHunkHeader(line: string): boolean {
  return (
    /^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/.test(line) || /^@@(?: \.\.\.)?(?: ?@@)?\s*$/.test(line)
  );
}

/** A diff without hunks: a pure rename, a deletion of an empty file, a binary patch. */
function headersOnly(input: EditInput): string | undefined {
  const index = input.lines.findIndex((line) => /^diff --git \S/.test(line));
  if (index === -1 || input.inSource(input.lines[index]!)) return undefined;
  return `line ${index + 1} is a git diff header`;
}

/** A diff without any header: its old lines are the file's, and none of them as they are written. */
function onlyLines(input: EditInput): string | undefined {
  const context = input.lines.findIndex((line) => /^\*\*\* \d+(?:,\d+)? \*{4}$/.test(line));
  if (context !== -1 && !input.inSource(input.lines[context]!)) {
    throw new RedraftError(
      "unreadable-edit",
      "this is a context diff (`diff -c`). Send a unified one (`diff -u`).",
      { details: { line: context + 1, format: "unified-diff" } },
    );
  }
  const lines = parseBareDiff(input.lines)?.hunks[0]?.lines ?? [];
  const old = lines.filter(({ role, text }) => role !== "add" && text.trim() !== "");
  if (old.length === 0 || lines.every(({ role }) => role === "keep")) return undefined;
  if (!old.every(({ text }) => input.inSource(text))) return undefined;
  const asWritten = lines.filter(
    ({ role, at }) => role !== "keep" && input.inSource(input.lines[at - 1]!),
  );
  if (asWritten.length > 0) return undefined;
  return "its lines begin with blanks, `-` and `+`, and the old ones stand in the file: a diff without headers";
}

const stripped = (path: string): string => path.replace(/^[abciow]\//, "");

function ofThisFile(files: readonly DiffFile[], input: EditInput): DiffFile {
  const paths = (file: DiffFile): string[] =>
    [file.oldPath, file.newPath].filter((path) => path !== undefined);
  const mine = files.filter((file) => {
    const named = paths(file);
    return named.length === 0 || named.some((path) => sameDiffPath(path, input.path));
  });
  if (mine.length === 0) {
    const others = [...new Set(files.flatMap(paths).map(stripped))].join(", ");
    throw new RedraftError(
      "no-match",
      `the diff is for ${others}, not for ${input.path}. Apply it to that file, or correct its header.`,
      { details: { path: input.path, named: others } },
    );
  }
  if (mine.length === 1) return mine[0]!;
  // The longest path that fits is the most exact one; the same file twice is one file with all hunks.
  const [first] = mine;
  const same = mine.filter((file) => file.newPath === first!.newPath);
  if (same.length === mine.length) return { ...first!, hunks: mine.flatMap((file) => file.hunks) };
  const exact = mine.filter((file) => paths(file).some((path) => stripped(path) === input.path));
  if (exact.length === 1) return exact[0]!;
  const others = mine.flatMap(paths).map(stripped).join(", ");
  throw new RedraftError(
    "ambiguous",
    `several files of the diff may be ${input.path}: ${others}.`,
    {
      details: { path: input.path, named: others },
    },
  );
}

/**
 * Whether every hunk with old lines stands exactly where its header says. Only then may a hunk without
 * any old line (`diff -U0`) be placed by its number alone.
 */
function numbersHold(hunks: readonly Hunk[], source: readonly string[]): boolean {
  const withOld = hunks.filter((hunk) => hunk.lines.some((line) => line.role !== "add"));
  return (
    withOld.length > 0 &&
    withOld.every((hunk) => {
      const old = hunk.lines.filter((line) => line.role !== "add");
      const start = (hunk.oldStart ?? 0) - 1;
      return old.every((line, index) => source[start + index] === line.text);
    })
  );
}

function segmentOf(hunk: Hunk, trusted: boolean): LinesSegment[] {
  if (hunk.lines.length === 0) return [];
  const base = { kind: "lines", lines: hunk.lines } as const;
  const under = hunk.section === undefined ? {} : { under: [hunk.section] };
  if (hunk.lines.every((line) => line.role === "add")) {
    if (hunk.oldStart === 0) return [{ ...base, anchor: "start" }];
    if (trusted && hunk.oldStart !== undefined) return [{ ...base, atLine: hunk.oldStart + 1 }];
  }
  const near = hunk.oldStart === undefined ? {} : { nearLine: hunk.oldStart };
  const anchor = hunk.endsOld || hunk.endsNew ? ({ anchor: "end" } as const) : {};
  return [{ ...base, ...near, ...under, ...anchor }];
}

/** What `\ No newline at end of file` says: it stands after the last old line, the last new line, or both. */
function endOf(hunks: readonly Hunk[]): boolean | undefined {
  const last = hunks.find((hunk) => hunk.endsOld || hunk.endsNew);
  if (!last || last.endsOld === last.endsNew) return undefined;
  return !last.endsNew;
}

function creation(
  file: DiffFile,
  input: EditInput,
): Pick<Edit, "action" | "segments" | "finalNewline"> {
  const lines = file.hunks.flatMap((hunk) => hunk.lines);
  const added: EditLine[] = lines.filter((line) => line.role === "add");
  const finalNewline = !file.hunks.some((hunk) => hunk.endsNew);
  if (input.source === "") {
    return {
      action: "create",
      segments: [{ kind: "lines", lines: added, anchor: "end" }],
      finalNewline,
    };
  }
  if (sameLines(added, input.sourceLines)) return { action: "update", segments: [] };
  throw new RedraftError(
    "no-match",
    `the diff creates ${input.path} (its old side is /dev/null), but the file has text already. ` +
      "Send a diff against the file as it is now.",
  );
}

/** Old lines of a deletion have to be the file: else it is another version that was meant. */
function deletion(file: DiffFile, input: EditInput): [] {
  const old = file.hunks.flatMap((hunk) => hunk.lines).filter((line) => line.role !== "add");
  if (old.length === 0 || sameLines(old, input.sourceLines)) return [];
  throw new RedraftError(
    "no-match",
    `the diff deletes ${input.path}, but the lines it removes are not the file's: the file has changed. ` +
      "Read it again before you delete it.",
  );
}

function sameLines(lines: readonly EditLine[], source: readonly string[]): boolean {
  return (
    lines.length === source.length &&
    lines.every((line, index) => line.text.trimEnd() === source[index]!.trimEnd())
  );
}
