import type { Edit, EditLine, LinesSegment } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { refuseCutDiff } from "./cut-diff.ts";
import {
  type DiffFile,
  type DiffHunk,
  isFileHeader,
  isHunkHeader,
  parseBareDiff,
  parseDiff,
} from "./diff-files.ts";
import { namesNoFile, stripped } from "./diff-paths.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { hunkLines, leavesBlanksOut, signedLine } from "./hunk-lines.ts";
import { firstOldLine, numbersHold, unplaced } from "./hunk-numbers.ts";
import { inTurn, type PatchPart, toText } from "./in-turn.ts";
import { inFileOrder } from "./order.ts";
import { forAnotherFile, otherPaths, sameDiffPath } from "./paths.ts";
import { unreadable } from "./unreadable.ts";
import { fenceOf } from "./wrapping.ts";

/** Unified diffs, git's headers or none; line numbers and counts are hints, since models get them wrong. */
export const unifiedDiffFormat: EditFormat = {
  name: "unified-diff",

  recognise(input) {
    const { lines } = input;
    const first = lines.findIndex((line) => line.trim() !== "" && !fenceOf(line));
    const begins = (index: number): boolean =>
      /^(?:diff --git |--- \S|@@ -\d|@@ ?@@|@@ \.\.\. @@|@@$)/.test(lines[index] ?? "");
    const hunk = lines.findIndex(
      (line, index) =>
        isHunkHeader(line) ||
        (line.startsWith("@@") && index > 1 && isFileHeader(lines, index - 2)),
    );
    if (hunk === -1 && combinedAt(input) !== -1) return "it has the header of a combined diff";
    if (hunk === -1) return headersOnly(input) ?? onlyLines(input);
    const changes = lines.findIndex((line, index) => index > hunk && /^[-+]/.test(line));
    if (changes === -1) return headersOnly(input);
    if (begins(first)) {
      const own = input.sourceLines.find((line) => line.trim() !== "");
      const isText = own !== undefined && own.trim() === lines[first]!.trim();
      if (isText && !changesHeld(input)) return undefined;
      return `it begins with a diff header (line ${first + 1}: ${lines[first]!.trim()})`;
    }
    if (input.inSource(lines[hunk]!)) return undefined;
    return `line ${hunk + 1} is a hunk header: ${lines[hunk]!.trim()}`;
  },

  read(input, why) {
    const combined = combinedAt(input) + 1;
    if (combined > 0) {
      throw unreadable(
        "unified-diff",
        `line ${combined} is of a combined diff, which shows a merge. Send a diff against one version.`,
      );
    }
    const held = new Set(input.sourceLines);
    const files = parseDiff(input.lines, (line) => held.has(line));
    const bare = files.length === 0 ? parseBareDiff(input.lines) : undefined;
    if (bare) files.push(bare);
    if (files.length === 0)
      throw unreadable(
        "unified-diff",
        "the diff holds no hunk. Begin each with a line like @@ -1,3 +1,4 @@.",
      );
    refuseCutDiff(files, input);
    const mine = hunksOfThisFile(files, input);
    const file = mine.at(-1)!;
    const named = file.newPath ?? file.oldPath;
    const path = named === undefined ? {} : { path: stripped(named) };
    const others = otherPaths(passedOver(files, mine));
    const base = { format: "unified-diff", why, extent: "parts", ...path, ...others } as const;
    if (mine.some((one) => one.binary)) {
      throw new RedraftError("unreadable-edit", "the diff is binary; Redraft edits text.");
    }
    const composed = mine.length > 1 ? hunksInTurn(mine, input) : undefined;
    if (composed) return { ...base, ...composed };
    if (mine.length > 1 && mine.some((one) => one.created || one.deleted)) {
      throw new RedraftError(
        "no-match",
        `the diff changes ${input.path} more than once, and one change does not fit the result of the one before. ` +
          "Send one diff against the file as it is now.",
      );
    }
    if (file.deleted) return { ...base, action: "delete", segments: deletion(file, input) };
    if (file.created) return { ...base, ...creation(file, input) };
    const hunks = mine.flatMap((one) => one.hunks);
    const leaves = leavesBlanksOut(hunks);
    const read = hunks.map((hunk) => linesOfHunk(hunk, input.sourceLines, leaves));
    const trusted = mine.length === 1 && numbersHold(hunks, read, input.sourceLines);
    const placed = hunks.flatMap((hunk, k) => hunkSegment(hunk, read[k]!, trusted, input));
    const segments = inFileOrder(placed, input.sourceLines);
    const ends = lastLineEnd(hunks);
    const common = { ...base, segments, ...(ends === undefined ? {} : { finalNewline: ends }) };
    if (file.renamed && file.newPath !== undefined && file.oldPath !== file.newPath) {
      return { ...common, action: "move", moveTo: stripped(file.newPath) };
    }
    return { ...common, action: "update" };
  },
};

/** Reads one of the hunks against a text. */
const linesOfHunk = (hunk: DiffHunk, source: readonly string[], bare: boolean): EditLine[] =>
  hunkLines(hunk.body, source, { counts: hunk.counts, bare });

/** A merge shown against both sides: two columns of signs. -1 = it is none. */
const combinedAt = ({ lines, inSource }: EditInput): number =>
  lines.findIndex((line) => /^@@@+ -\d/.test(line) && !inSource(line));

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
  const lines = (parseBareDiff(input.lines)?.hunks[0]?.body ?? []).map(signedLine);
  const old = lines.filter(({ role, text }) => role !== "add" && text.trim() !== "");
  if (old.length === 0 || lines.every(({ role }) => role === "keep")) return undefined;
  if (!old.every(({ text }) => input.inSource(text))) return undefined;
  const asWritten = lines.filter(
    ({ role, at }) => role !== "keep" && input.inSource(input.lines[at - 1]!),
  );
  if (asWritten.length > 0) return undefined;
  return "its lines begin with spaces, `-` and `+`, and the file has the old ones: a diff without headers";
}

/** The parts of the diff for this file, in their order: one, or several that follow each other. */
function hunksOfThisFile(files: readonly DiffFile[], input: EditInput): DiffFile[] {
  const paths = (file: DiffFile): string[] =>
    [file.oldPath, file.newPath].filter((path) => path !== undefined);
  const mine = files.filter((file) => {
    const named = paths(file);
    return named.length === 0 || named.some((path) => sameDiffPath(path, input.path));
  });
  if (mine.length === 0) {
    const only = files.length === 1 ? files[0]! : undefined;
    if (only && namesNoFile(paths(only), input.path, () => hasOldLines(only, input)))
      return [{ ...only, renamed: false }];
    throw forAnotherFile("diff", files.flatMap(paths).map(stripped), input.path);
  }
  if (mine.length === 1) return mine;
  const named = (file: DiffFile): string => stripped(file.newPath ?? file.oldPath ?? input.path);
  if (new Set(mine.map(named)).size === 1) return withoutRepeats(mine);
  // The longest path that fits is the most exact one.
  const exact = mine.filter((file) => paths(file).some((path) => stripped(path) === input.path));
  if (exact.length > 0 && new Set(exact.map(named)).size === 1) return withoutRepeats(exact);
  const others = [...new Set(mine.flatMap(paths).map(stripped))].join(", ");
  throw new RedraftError(
    "ambiguous",
    `several files of the diff may be ${input.path}: ${others}. Send the part for that file alone.`,
    {
      details: { path: input.path, named: others },
    },
  );
}

/** The files of the diff that are not this one. */
function passedOver(files: readonly DiffFile[], mine: readonly DiffFile[]): (string | undefined)[] {
  const nameOf = ({ newPath, oldPath }: DiffFile): string | undefined => {
    const path = newPath ?? oldPath;
    return path === undefined ? undefined : stripped(path);
  };
  const own = mine.map(nameOf);
  return files.map(nameOf).filter((name) => !own.includes(name));
}

/** Writers send the same diff again when they repeat themselves. */
function withoutRepeats(files: readonly DiffFile[]): DiffFile[] {
  const text = (file: DiffFile): string =>
    JSON.stringify(file.hunks.map((hunk) => hunk.body.map((line) => line.text)));
  const seen = new Set<string>();
  return files.filter((file) => {
    const key = text(file);
    return !seen.has(key) && seen.add(key);
  });
}

/** Whether a diff changes a file that begins as it does: its old lines, without their signs, are the file's. */
function changesHeld(input: EditInput): boolean {
  const files = parseDiff(input.lines, () => false);
  return files.some((file) => hasOldLines(file, input));
}

function hasOldLines(file: DiffFile, input: EditInput): boolean {
  const old = file.hunks
    .flatMap((hunk) => linesOfHunk(hunk, input.sourceLines, leavesBlanksOut(file.hunks)))
    .filter((line) => line.role !== "add" && line.text.trim() !== "");
  return old.length > 0 && old.every((line) => input.inSource(line.text));
}

/** Several diffs of one file, each against the text that the one before leaves, or undefined if they are not that. */
function hunksInTurn(
  files: readonly DiffFile[],
  input: EditInput,
): Pick<Edit, "action" | "segments" | "finalNewline"> | undefined {
  if (files.at(-1)!.deleted || files.some((file) => file.renamed)) return undefined;
  const parts = files.map(
    (file): PatchPart => ({
      kind: file.created ? "create" : file.deleted ? "delete" : "update",
      hunks: file.hunks.map((hunk) => ({
        lines: (text) => linesOfHunk(hunk, text, leavesBlanksOut(file.hunks)),
        ...(hunk.oldStart !== undefined && { start: hunk.oldStart }),
        ...(hunk.counts !== undefined && { counts: hunk.counts }),
      })),
    }),
  );
  const text = inTurn(parts, input);
  if (text === undefined) return undefined;
  const ends = lastLineEnd(files.flatMap((file) => file.hunks));
  const created = files[0]!.created && input.source === "";
  const finalNewline = ends ?? (created ? true : undefined);
  return { ...toText(text, input), ...(finalNewline !== undefined && { finalNewline }) };
}

function hunkSegment(
  hunk: DiffHunk,
  lines: readonly EditLine[],
  trusted: boolean,
  input: EditInput,
): LinesSegment[] {
  if (lines.length === 0) return [];
  const base = { kind: "lines", lines } as const;
  if (lines.every((line) => line.role === "add")) {
    if (input.source === "") return [{ ...base, anchor: "end" }];
    if (hunk.oldStart === 0) return [{ ...base, anchor: "start" }];
    if (trusted && hunk.oldStart !== undefined) return [{ ...base, atLine: hunk.oldStart + 1 }];
    if (hunk.oldStart !== undefined) throw unplaced(lines);
  }
  const first = firstOldLine(hunk);
  const near = first === undefined ? {} : { nearLine: first };
  const under = hunk.section === undefined ? {} : { under: [hunk.section] };
  const anchor = hunk.endsOld || hunk.endsNew ? ({ anchor: "end" } as const) : {};
  return [{ ...base, ...near, ...under, ...anchor }];
}

/** What `\ No newline at end of file` says: it is after the last old line, the last new line, or both. */
function lastLineEnd(hunks: readonly DiffHunk[]): boolean | undefined {
  const last = hunks.find((hunk) => hunk.endsOld || hunk.endsNew);
  if (!last || last.endsOld === last.endsNew) return undefined;
  return !last.endsNew;
}

function creation(
  file: DiffFile,
  input: EditInput,
): Pick<Edit, "action" | "segments" | "finalNewline"> {
  const lines = file.hunks.flatMap((hunk) => hunk.body.map(signedLine));
  const added: EditLine[] = lines.filter((line) => line.role === "add");
  const finalNewline = !file.hunks.some((hunk) => hunk.endsNew);
  if (input.source === "") {
    return {
      action: "create",
      segments: [{ kind: "lines", lines: added, anchor: "end" }],
      finalNewline,
    };
  }
  if (showsWholeFile(added, input.sourceLines)) return { action: "update", segments: [] };
  throw new RedraftError(
    "no-match",
    `the diff creates ${input.path} (its old side is /dev/null), but the file has text already. ` +
      "Send a diff against the file as it is now.",
  );
}

/** Old lines of a deletion have to be the file: else it is another version that was meant. */
function deletion(file: DiffFile, input: EditInput): [] {
  const old = file.hunks
    .flatMap((hunk) => hunk.body.map(signedLine))
    .filter((line) => line.role !== "add");
  if (old.length === 0 || showsWholeFile(old, input.sourceLines)) return [];
  throw new RedraftError(
    "no-match",
    `the diff deletes ${input.path}, but the lines it removes are not the file's: the file has changed. ` +
      "Read it again before you delete it.",
  );
}

function showsWholeFile(lines: readonly EditLine[], source: readonly string[]): boolean {
  return (
    lines.length === source.length &&
    lines.every((line, index) => line.text.trimEnd() === source[index]!.trimEnd())
  );
}
