import type { Edit } from "../core/edit.ts";
import type { Proof, ResultOrigin } from "../core/merge.ts";
import { splitLines } from "../text/lines.ts";

/**
 * What a line is, on any side. Of the file: kept, removed, replaced, moved. Of the result: kept, new, merged (new words in a line of
 * the file), moved, layout (a blank line that sets new code apart). Of the edit as written: quoted (a line of the file), new,
 * merged, moved, removed, and syntax (markers, fences, the signs of the format).
 */
export const lineKinds = [
  "kept",
  "new",
  "removed",
  "replaced",
  "moved",
  "merged",
  "layout",
  "quoted",
  "syntax",
] as const;
export type LineKind = (typeof lineKinds)[number];

/** The sign of each kind, so that colour is never the only difference. */
export const kindSigns: Readonly<Record<LineKind, string>> = {
  kept: " ",
  new: "+",
  removed: "-",
  replaced: "~",
  moved: "»",
  merged: "±",
  layout: "·",
  quoted: "=",
  syntax: " ",
};

const kindCode = Object.fromEntries(lineKinds.map((kind, code) => [kind, code])) as Record<
  LineKind,
  number
>;

/** The lines of one side: the code of each line's kind (an index of `lineKinds`). */
export type KindCodes = Uint8Array;

/** Lines of one side that belong to lines of the other; 0-based, ends not included. An empty range is a place between lines. */
export interface Band {
  readonly kind: LineKind;
  /** Of the file or of the edit. */
  readonly from: readonly [start: number, end: number];
  /** Of the result. */
  readonly to: readonly [start: number, end: number];
}

/** One change of the result, and where it comes from. */
export interface ChangeStop {
  readonly file: readonly [start: number, end: number];
  readonly result: readonly [start: number, end: number];
  /** First line of the edit as written that it comes from; -1 = none. */
  readonly edit: number;
}

/** A merge as a picture: plain data that crosses a worker boundary, one number a line. */
export interface MergePicture {
  readonly file: KindCodes;
  readonly result: KindCodes;
  /** Of the edit as written. */
  readonly edit: KindCodes;
  /** For every line of the result its line of the file and of the edit as written; -1 = none. */
  readonly resultFile: Int32Array;
  readonly resultEdit: Int32Array;
  /** For every line of the edit as written the line of the file that it quotes or removes; -1 = none. */
  readonly editFile: Int32Array;
  /** For every line of the file: the index in `reasons` of why it is kept, replaced or removed. */
  readonly why: Uint16Array;
  readonly reasons: readonly string[];
  /** File to result, and edit to result, in order of the result. */
  readonly fromFile: readonly Band[];
  readonly fromEdit: readonly Band[];
  readonly changes: readonly ChangeStop[];
  readonly counts: Readonly<Record<LineKind, number>>;
}

/** Draws what the proof says; nothing is compared again. `editText` is the edit as written. */
export function pictureOf(
  source: string,
  edit: Edit,
  editText: string,
  text: string,
  proof: Proof,
): MergePicture {
  const before = splitLines(source);
  const after = splitLines(text);
  const written = splitLines(editText);
  const editAt = linesAsWritten(edit, written.length);
  const file = new Uint8Array(before.length);
  const { why, reasons } = fileFates(proof, file);
  const result = new Uint8Array(after.length);
  const resultFile = new Int32Array(after.length).fill(-1);
  const resultEdit = new Int32Array(after.length).fill(-1);
  for (const [line, origin] of proof.result.entries()) {
    result[line] = kindCode[originKind(origin)];
    if (origin.from === "source") resultFile[line] = origin.source;
    const of = "edit" in origin ? origin.edit : undefined;
    if (of !== undefined) resultEdit[line] = editAt[of] ?? -1;
  }
  const { edit: editKinds, editFile } = editFates(proof, editAt, written.length);
  for (const [index, fate] of proof.edit.entries()) {
    const at = editAt[index]!;
    if (at < 0 || fate.fate !== "matched") continue;
    const kept = proof.source[fate.source];
    if (kept?.fate === "kept" && resultEdit[kept.result] === -1) resultEdit[kept.result] = at;
  }
  const moves = movedLines(before, after, file, result);
  for (const [line, from] of moves) {
    file[from] = kindCode.moved;
    result[line] = kindCode.moved;
    const at = resultEdit[line]!;
    if (at >= 0) editKinds[at] = kindCode.moved;
  }
  const { bands, changes } = fileBands(before.length, resultFile, result, resultEdit);
  const counts = countKinds(file, result);
  return {
    file,
    result,
    edit: editKinds,
    resultFile,
    resultEdit,
    editFile,
    why,
    reasons,
    fromFile: [...bands, ...moves.map(([line, from]) => moveBand(from, line))],
    fromEdit: editBands(result, resultEdit, editKinds, editFile, resultFile),
    changes,
    counts,
  };
}

const moveBand = (from: number, line: number): Band => ({
  kind: "moved",
  from: [from, from + 1],
  to: [line, line + 1],
});

function originKind(origin: ResultOrigin): LineKind {
  if (origin.from === "source") return "kept";
  return origin.from === "edit" ? "new" : origin.from;
}

/** For every line of the proof's edit its 0-based line in the text as written; -1 where the format has no lines. */
function linesAsWritten(edit: Edit, count: number): number[] {
  return edit.segments.flatMap((segment) =>
    segment.kind === "lines"
      ? segment.lines.map(({ at }) => (at >= 1 && at <= count ? at - 1 : -1))
      : [],
  );
}

function fileFates(proof: Proof, file: KindCodes): Pick<MergePicture, "why" | "reasons"> {
  const reasons: string[] = [];
  const known = new Map<string, number>();
  const why = new Uint16Array(proof.source.length);
  for (const [line, { fate, because }] of proof.source.entries()) {
    file[line] = kindCode[fate];
    let index = known.get(because);
    if (index === undefined) {
      index = reasons.length;
      known.set(because, index);
      reasons.push(because);
    }
    why[line] = index;
  }
  return { why, reasons };
}

function editFates(
  proof: Proof,
  editAt: readonly number[],
  count: number,
): Pick<MergePicture, "edit" | "editFile"> {
  const edit = new Uint8Array(count).fill(kindCode.syntax);
  const editFile = new Int32Array(count).fill(-1);
  for (const [index, fate] of proof.edit.entries()) {
    const at = editAt[index]!;
    if (at < 0) continue;
    if (fate.fate === "placed") {
      const origin = proof.result[fate.result];
      edit[at] = kindCode[origin ? originKind(origin) : "new"];
      if (edit[at] === kindCode.kept) edit[at] = kindCode.quoted;
    } else if (fate.fate === "matched") edit[at] = kindCode.quoted;
    else if (fate.fate === "dropped-source") edit[at] = kindCode.removed;
    else edit[at] = kindCode.layout;
    if ("source" in fate) editFile[at] = fate.source;
  }
  return { edit, editFile };
}

/** Letters and digits that a line needs before two of them are called the same line. */
const leastWords = 4;

/**
 * New lines with the text of a line that was removed or replaced, white space at the ends aside: pairs of result line and file line, each
 * line at most once, in order. A proof keeps lines in their order, so a moved line is a removed and a new one there.
 */
function movedLines(
  before: readonly { readonly text: string }[],
  after: readonly { readonly text: string }[],
  file: KindCodes,
  result: KindCodes,
): [line: number, from: number][] {
  const lost = new Map<string, number[]>();
  for (const [line, code] of file.entries()) {
    if (code !== kindCode.removed && code !== kindCode.replaced) continue;
    const text = before[line]!.text.trim();
    if (text.replace(/[^\p{L}\p{N}]/gu, "").length < leastWords) continue;
    const known = lost.get(text);
    if (known) known.push(line);
    else lost.set(text, [line]);
  }
  const moves: [number, number][] = [];
  if (lost.size === 0) return moves;
  for (const [line, code] of result.entries()) {
    if (code !== kindCode.new && code !== kindCode.merged) continue;
    const from = lost.get(after[line]!.text.trim())?.shift();
    if (from !== undefined) moves.push([line, from]);
  }
  return moves;
}

/** Kept runs, and between them the changes. */
function fileBands(
  fileLines: number,
  resultFile: Int32Array,
  result: KindCodes,
  resultEdit: Int32Array,
): { readonly bands: Band[]; readonly changes: ChangeStop[] } {
  const bands: Band[] = [];
  const changes: ChangeStop[] = [];
  let [line, old] = [0, 0];
  const gap = (end: number, oldEnd: number): void => {
    if (line === end && old === oldEnd) return;
    const kind = line === end ? "removed" : old === oldEnd ? "new" : "replaced";
    bands.push({ kind, from: [old, oldEnd], to: [line, end] });
    const isLayout =
      old === oldEnd && result.subarray(line, end).every((one) => one === kindCode.layout);
    const edit = resultEdit.subarray(line, end).find((at) => at >= 0) ?? -1;
    if (!isLayout) changes.push({ file: [old, oldEnd], result: [line, end], edit });
  };
  for (let at = 0; at < result.length; at++) {
    const from = resultFile[at]!;
    if (from < 0) continue;
    gap(at, from);
    const last = bands.at(-1);
    if (last?.kind === "kept" && last.to[1] === at && last.from[1] === from) {
      bands[bands.length - 1] = {
        kind: "kept",
        from: [last.from[0], from + 1],
        to: [last.to[0], at + 1],
      };
    } else bands.push({ kind: "kept", from: [from, from + 1], to: [at, at + 1] });
    [line, old] = [at + 1, from + 1];
  }
  gap(result.length, fileLines);
  return { bands, changes };
}

/** Runs of the result that come from, or are quoted by, consecutive lines of the edit; and what the edit removes. */
function editBands(
  result: KindCodes,
  resultEdit: Int32Array,
  edit: KindCodes,
  editFile: Int32Array,
  resultFile: Int32Array,
): Band[] {
  const bands: Band[] = [];
  const add = (kind: LineKind, at: number, to: readonly [number, number]): void => {
    const last = bands.at(-1);
    if (last?.kind === kind && last.from[1] === at && last.to[1] === to[0]) {
      bands[bands.length - 1] = { kind, from: [last.from[0], at + 1], to: [last.to[0], to[1]] };
    } else bands.push({ kind, from: [at, at + 1], to });
  };
  for (const [line, at] of resultEdit.entries()) {
    if (at < 0) continue;
    const kind = lineKinds[result[line]!]!;
    add(kind === "kept" ? "quoted" : kind, at, [line, line + 1]);
  }
  // A line that the edit removes belongs to the place where it was: behind the last kept line before it.
  const places = new Int32Array(0);
  let behind: Int32Array = places;
  for (const [at, code] of edit.entries()) {
    if (code !== kindCode.removed || editFile[at]! < 0) continue;
    if (behind === places) behind = behindKept(resultFile);
    const to = placeBehind(resultFile, behind, editFile[at]!);
    add("removed", at, [to, to]);
  }
  return bands;
}

/** The lines of the result that are lines of the file, in order. */
function behindKept(resultFile: Int32Array): Int32Array {
  const kept: number[] = [];
  for (const [line, from] of resultFile.entries()) if (from >= 0) kept.push(line);
  return Int32Array.from(kept);
}

/** The result line behind the last kept line that is before line `source` of the file. */
function placeBehind(resultFile: Int32Array, kept: Int32Array, source: number): number {
  let [low, high] = [0, kept.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (resultFile[kept[middle]!]! < source) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : kept[low - 1]! + 1;
}

function countKinds(file: KindCodes, result: KindCodes): MergePicture["counts"] {
  const counts = Object.fromEntries(lineKinds.map((kind) => [kind, 0])) as Record<LineKind, number>;
  for (const code of result) counts[lineKinds[code]!]++;
  for (const code of file) {
    if (code === kindCode.removed) counts.removed++;
    if (code === kindCode.replaced) counts.replaced++;
  }
  return counts;
}
