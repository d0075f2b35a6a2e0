import type { Edit, LineRole } from "../../core/edit.ts";
import type { Proof } from "../../core/merge.ts";
import { declares } from "../../text/declares.ts";
import { columnsOf } from "../../text/indent.ts";
import { splitLines, type TextLine } from "../../text/lines.ts";
import { checkMerged, fits } from "./check-words.ts";

/** An edit line as the checker sees it. */
interface Line {
  readonly text: string;
  readonly role: LineRole;
  readonly segment: number;
  /** Between the line before (or the edit's start) and this one something is elided, announced as removed. */
  readonly elidedBefore: boolean;
  readonly removalBefore: boolean;
}

/**
 * Checks a proof without knowing how it was found. Returns what is wrong with it; an empty list means that it is valid.
 * Every result line must be the source line or the edit line that the proof names, every source line must be kept in
 * order or removed for a reason that the edit gives, and every edit line must be where its format requires it.
 */
export function checkProof(source: string, edit: Edit, text: string, proof: Proof): string[] {
  const problems: string[] = [];
  const before = splitLines(source);
  const after = splitLines(text);
  const { lines, elidedAtEnd, removalAtEnd } = flatten(edit);
  const say = (problem: string): void => {
    if (problems.length < 20) problems.push(problem);
  };
  if (proof.result.length !== after.length) say("the result has another number of lines");
  if (proof.source.length !== before.length) say("not every source line is accounted for");
  if (proof.edit.length !== lines.length) say("not every edit line is accounted for");
  if (!(proof.cost >= 0) || !Number.isFinite(proof.cost)) say("the cost is no number");
  if (!(proof.runnerUp > proof.cost)) say("another text costs no more");
  if (problems.length > 0) return problems;
  checkResult(before, after, lines, proof, say);
  checkSource(edit, proof, say);
  checkEdit(before, lines, proof, say);
  checkMerged(before, after, lines, proof, say);
  if (problems.length > 0) return problems;
  checkOrder(edit, lines, proof, say);
  if (edit.extent === "file") {
    checkElisions(edit, lines, elidedAtEnd, proof, say);
    checkRemovals(edit, before, lines, { elidedAtEnd, removalAtEnd }, proof, say);
  }
  checkEnd(before, after, edit, say);
  return problems;
}

type Say = (problem: string) => void;

function flatten(edit: Edit): { lines: Line[]; elidedAtEnd: boolean; removalAtEnd: boolean } {
  const lines: Line[] = [];
  let elided = false;
  let removal = false;
  for (const [segment, part] of edit.segments.entries()) {
    if (part.kind === "elision") elided = true;
    else if (part.kind === "removal") removal = true;
    else {
      for (const { text, role } of part.lines) {
        lines.push({ text, role, segment, elidedBefore: elided, removalBefore: removal });
        elided = false;
        removal = false;
      }
    }
  }
  return { lines, elidedAtEnd: elided, removalAtEnd: removal };
}

function checkResult(
  before: readonly TextLine[],
  after: readonly TextLine[],
  lines: readonly Line[],
  proof: Proof,
  say: Say,
): void {
  let last = -1;
  const ends = new Set(before.map((line) => line.end));
  for (const [r, origin] of proof.result.entries()) {
    const line = after[r]!;
    const isLast = r === after.length - 1;
    if (origin.from === "source") {
      const from = before[origin.source];
      if (!from) {
        say(`result line ${r} comes from no source line`);
        continue;
      }
      if (origin.source <= last)
        say(`source line ${origin.source} is out of order or twice in the result`);
      last = origin.source;
      if (from.text !== line.text) say(`result line ${r} is not source line ${origin.source}`);
      if (from.end !== line.end && from.end !== "" && !isLast && !keepsApart(after, r))
        say(`the end of result line ${r} changed`);
      const fate = proof.source[origin.source]!;
      if (fate.fate !== "kept" || fate.result !== r) {
        say(`source line ${origin.source} is in the result but not kept there`);
      }
      if (origin.edit !== undefined) {
        const placed = proof.edit[origin.edit];
        if (placed?.fate !== "matched" || placed.source !== origin.source) {
          say(`result line ${r} names an edit line that is elsewhere`);
        }
      }
    } else if (origin.from === "layout") {
      if (line.text.trim() !== "") say(`result line ${r} is no layout: it is not blank`);
    } else {
      const from = lines[origin.edit];
      if (!from) {
        say(`result line ${r} comes from no edit line`);
        continue;
      }
      if (origin.from === "edit" && from.text.trimStart() !== line.text.trimStart())
        say(`result line ${r} is not edit line ${origin.edit}`);
      if (line.text !== from.text && line.text.trim() === "")
        say(`blank edit line ${origin.edit} changed`);
      const placed = proof.edit[origin.edit]!;
      if (placed.fate !== "placed" || placed.result !== r) {
        say(`edit line ${origin.edit} is in the result but not placed there`);
      }
      if (!isLast && !ends.has(line.end) && line.end !== "\n" && !keepsApart(after, r))
        say(`result line ${r} has a new kind of end`);
    }
  }
}

/** Whether a line needs both characters at its end: the empty line that follows would else make one end of two. */
const keepsApart = (after: readonly TextLine[], r: number): boolean =>
  after[r]!.end === "\r\n" && after[r + 1]?.text === "" && after[r + 1]?.end === "\n";

function checkSource(edit: Edit, proof: Proof, say: Say): void {
  for (const [s, fate] of proof.source.entries()) {
    if (fate.fate !== "kept") {
      const known = fate.fate === "replaced" ? ["replaced"] : ["adjacent", "announced", "dropped"];
      if (!known.includes(fate.because)) say(`source line ${s} is removed for no reason`);
      if ((fate.because === "dropped") !== (edit.extent === "parts"))
        say(`source line ${s} is removed for a wrong reason`);
      continue;
    }
    const origin = proof.result[fate.result];
    if (origin?.from !== "source" || origin.source !== s)
      say(`source line ${s} is not where it is kept`);
    else if ((origin.edit !== undefined) !== (fate.because === "matched")) {
      say(`source line ${s} is kept for a wrong reason`);
    }
    if (fate.because === "elided" && edit.extent === "parts")
      say(`source line ${s} cannot be elided`);
    if (fate.because === "outside" && edit.extent === "file")
      say(`source line ${s} cannot be outside`);
  }
}

function checkEdit(
  before: readonly TextLine[],
  lines: readonly Line[],
  proof: Proof,
  say: Say,
): void {
  const dropped = new Set<number>();
  for (const [e, line] of lines.entries()) {
    const fate = proof.edit[e];
    if (fate === undefined) {
      say(`edit line ${e} is not accounted for`);
      continue;
    }
    const allowed: Record<LineRole, readonly string[]> = {
      either: ["matched", "placed", "layout"],
      keep: ["matched"],
      add: ["placed"],
      drop: ["dropped-source"],
    };
    if (!allowed[line.role].includes(fate.fate))
      say(`edit line ${e} (${line.role}) is ${fate.fate}`);
    if (fate.fate === "placed") {
      const origin = proof.result[fate.result];
      if (
        origin === undefined ||
        origin.from === "source" ||
        origin.from === "layout" ||
        origin.edit !== e
      )
        say(`edit line ${e} is not where it is placed`);
      continue;
    }
    if (fate.fate === "layout") {
      if (line.text.trim() !== "") say(`edit line ${e} is no layout: it is not blank`);
      continue;
    }
    const source = before[fate.source];
    const kept = proof.source[fate.source];
    if (!source || !kept) {
      say(`edit line ${e} matches no source line`);
      continue;
    }
    if (!fits(line.text, source.text, fate))
      say(`edit line ${e} does not match by tier ${fate.tier}`);
    if (fate.fate === "matched") {
      const origin = kept.fate === "kept" ? proof.result[kept.result] : undefined;
      if (origin?.from !== "source" || origin.edit !== e)
        say(`edit line ${e} matches a line that does not name it`);
    } else {
      if (kept.fate !== "removed" || kept.because !== "dropped")
        say(`edit line ${e} drops a line that stays`);
      if (dropped.has(fate.source)) say(`source line ${fate.source} is dropped twice`);
      dropped.add(fate.source);
    }
  }
  for (const [s, fate] of proof.source.entries()) {
    if (fate.fate === "removed" && fate.because === "dropped" && !dropped.has(s)) {
      say(`no edit line drops source line ${s}`);
    }
  }
}

/** Edit lines keep their order, among the source lines and in the result. */
function checkOrder(edit: Edit, lines: readonly Line[], proof: Proof, say: Say): void {
  let source = -1;
  let result = -1;
  let segment = -1;
  // Per result line: the nearest source line at or above it, and the nearest below it; -1 = there is none.
  const above = new Int32Array(proof.result.length);
  const below = new Int32Array(proof.result.length);
  let nearest = -1;
  for (const [r, origin] of proof.result.entries()) {
    if (origin.from === "source") nearest = origin.source;
    above[r] = nearest;
  }
  nearest = -1;
  for (let r = proof.result.length - 1; r >= 0; r--) {
    const origin = proof.result[r]!;
    below[r] = nearest;
    if (origin.from === "source") nearest = origin.source;
  }
  for (const [e, line] of lines.entries()) {
    if (edit.extent === "parts" && line.segment !== segment) {
      source = -1;
      result = -1;
    }
    segment = line.segment;
    const fate = proof.edit[e]!;
    if (fate.fate === "layout") continue;
    if (fate.fate === "placed") {
      if (fate.result <= result) say(`edit line ${e} is placed before the line above it`);
      result = fate.result;
      if (below[fate.result]! >= 0 && below[fate.result]! <= source)
        say(`edit line ${e} is placed too early`);
      continue;
    }
    if (fate.source <= source) say(`edit line ${e} matches above the line above it`);
    source = fate.source;
    const kept = proof.source[fate.source]!;
    if (kept.fate === "kept") {
      if (kept.result <= result) say(`edit line ${e} is before the line above it`);
      result = kept.result;
    } else if (result >= 0) {
      // A dropped line: what was placed before it must not be after lines that follow it.
      if (above[result]! > source) say(`edit line ${e} drops a line above its place`);
    }
  }
}

/** Edit lines with nothing elided between them are adjacent in the result; elided lines are the source's own. */
function checkElisions(
  edit: Edit,
  lines: readonly Line[],
  elidedAtEnd: boolean,
  proof: Proof,
  say: Say,
): void {
  const mayForget = edit.format !== "whole";
  let last = -1;
  let elided = false;
  for (const [e, line] of lines.entries()) {
    elided ||= line.elidedBefore;
    if (proof.edit[e]!.fate === "layout") {
      const behind = lines[e + 1];
      const besideMarker =
        elided ||
        last === -1 ||
        !behind ||
        behind.elidedBefore ||
        proof.edit[e + 1]!.fate === "layout";
      if (!besideMarker) say(`blank edit line ${e} is beside no marker`);
      continue;
    }
    const at = resultLineOf(proof, e);
    const forgotten = last === -1 && mayForget;
    if (at !== last + 1 && !elided && !forgotten)
      say(`something is between edit lines ${e - 1} and ${e}`);
    for (let r = last + 1; r < at; r++) {
      const origin = proof.result[r]!;
      if (origin.from === "layout") continue;
      if (origin.from !== "source" || origin.edit !== undefined)
        say(`result line ${r} is not elided source`);
    }
    last = at;
    elided = false;
  }
  if (last + 1 < proof.result.length && !elidedAtEnd && !mayForget)
    say("something is behind the last edit line");
}

function resultLineOf(proof: Proof, e: number): number {
  const fate = proof.edit[e]!;
  if (fate.fate === "placed") return fate.result;
  if (fate.fate === "layout") return -1;
  const kept = proof.source[fate.source]!;
  return kept.fate === "kept" ? kept.result : -1;
}

/** Source lines are removed only between two adjacent edit lines, beside new lines, or where a comment says so. */
function checkRemovals(
  edit: Edit,
  source: readonly TextLine[],
  lines: readonly Line[],
  end: { elidedAtEnd: boolean; removalAtEnd: boolean },
  proof: Proof,
  say: Say,
): void {
  const count = proof.source.length;
  const placedTexts = new Set(
    lines.filter((_, e) => proof.edit[e]!.fate === "placed").map(({ text }) => text.trim()),
  );
  for (let s = 0; s < count; s++) {
    if (proof.source[s]!.fate === "kept") continue;
    const first = s;
    while (s + 1 < count && proof.source[s + 1]!.fate !== "kept") s++;
    const above = first === 0 ? undefined : proof.source[first - 1]!;
    const below = s + 1 === count ? undefined : proof.source[s + 1]!;
    const top = above?.fate === "kept" ? above.result : -1;
    const bottom = below?.fate === "kept" ? below.result : proof.result.length;
    const editAt = (r: number): number | undefined => {
      const origin = proof.result[r];
      return origin && "edit" in origin ? origin.edit : undefined;
    };
    const placed = Array.from({ length: Math.max(0, bottom - top - 1) }, (_, n) =>
      editAt(top + 1 + n),
    ).filter((e) => e !== undefined);
    // The file's own edge is an anchor where nothing is elided at it.
    const before = top >= 0 ? editAt(top) : lines[0]?.elidedBefore ? undefined : -1;
    const atEnd = bottom === proof.result.length;
    const after = !atEnd ? editAt(bottom) : end.elidedAtEnd ? undefined : lines.length;
    // Edit lines of this stretch: those placed in it, and the matched ones at its sides.
    const from = before ?? (placed[0] ?? after ?? 0) - 1;
    const to = after ?? (placed.at(-1) ?? from) + 1;
    let elided = false;
    let removal = false;
    // New lines that follow the line above, or lead to the one below, with no elision between.
    let beside = false;
    let firstElided = to + 1;
    let lastElided = from;
    for (let e = from + 1; e <= to; e++) {
      const line = lines[e];
      const isElided = line ? line.elidedBefore : end.elidedAtEnd;
      const isRemoval = line ? line.removalBefore : end.removalAtEnd;
      // An elision beside the stretch's open side does not lie inside it.
      const atOpenSide =
        (e === from + 1 && before === undefined) || (e === to && after === undefined);
      if (isElided && !atOpenSide) {
        elided = true;
        firstElided = Math.min(firstElided, e);
        lastElided = e;
      }
      if (isRemoval) removal = true;
    }
    const addsLines = bottom - top > 1;
    if (before !== undefined && firstElided > from + 1) beside = true;
    if (after !== undefined && lastElided > from && lastElided < to) beside = true;
    const anchored = before !== undefined || after !== undefined;
    // Lines that only get other blanks need no other proof of their place.
    const removed = source.slice(first, s + 1);
    const only =
      removed.length === bottom - top - 1 &&
      removed.every((line, n) => {
        const e = editAt(top + 1 + n);
        return e !== undefined && lines[e]?.text.trim() === line.text.trim();
      });
    // Lines that the edit also adds have been moved.
    const moved = removed.every(({ text }) => text.trim() === "" || placedTexts.has(text.trim()));
    // A line that declares the same name is the new form of the old line, wherever it is put.
    const renewed = placed.map((e) => declares(lines[e]!.text));
    const isRenewed = removed.every(({ text }) => {
      const name = declares(text);
      return text.trim() === "" || (name !== undefined && renewed.includes(name));
    });
    // The line that opens a block, where a marker says that the block stays.
    const [opener] = placed;
    const isReopened =
      removed.length === 1 &&
      placed.length === 1 &&
      (lines[opener! + 1]?.elidedBefore ?? end.elidedAtEnd) &&
      reopens(source, s, lines[opener!]!.text);
    const given =
      removal ||
      moved ||
      isRenewed ||
      isReopened ||
      only ||
      (elided && beside) ||
      (anchored && !elided && (addsLines || (before !== undefined && after !== undefined)));
    if (!given)
      say(`source lines ${first} to ${s} are removed although nothing in the edit meets there`);
    if (edit.format === "whole" && elided) say("a whole file elides nothing");
  }
}

/** Whether a line opens a block in a text, and the other one begins like it. */
function reopens(source: readonly TextLine[], at: number, now: string): boolean {
  const { text } = source[at]!;
  const content = source.slice(at + 1).find((line) => line.text.trim() !== "");
  const begin = (line: string): string => /^\s*[^\p{L}\p{N}_$]*[\p{L}\p{N}_$]*/u.exec(line)![0];
  const isDeeper = content !== undefined && columnsOf(content.text) > columnsOf(text);
  return isDeeper && begin(text) === begin(now);
}

function checkEnd(
  before: readonly TextLine[],
  after: readonly TextLine[],
  edit: Edit,
  say: Say,
): void {
  if (after.length === 0) return;
  const had = before.length === 0 || before.at(-1)!.end !== "";
  const has = after.at(-1)!.end !== "";
  if (after.at(-1)!.text === "") return;
  if (has !== (edit.finalNewline ?? had))
    say("the final newline is not as it was, nor as the edit says");
}
