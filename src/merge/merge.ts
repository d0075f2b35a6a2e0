import type { Edit } from "../core/edit.ts";
import type { LineRange, MergeOutcome, Proved } from "../core/merge.ts";
import { withinBudget } from "../text/budget.ts";
import { splitLines, type TextLine } from "../text/lines.ts";
import { bounds, infinity, limits } from "./align/costs.ts";
import { pairsToWeigh, prepare } from "./align/matches.ts";
import { type Placement, type Placements, placements } from "./align/placements.ts";
import { isTelling } from "./align/telling.ts";
import { type Displaced, displacedLine } from "./displaced.ts";
import { lookExactly } from "./exact.ts";
import { unquotedRemoval } from "./licence.ts";
import { joinedBySharedText, joinedWhereShared } from "./overlaps.ts";
import { type BuildOptions, type Built, build } from "./proof/build.ts";
import { checkProof } from "./proof/check.ts";
import {
  ambiguous,
  apart,
  checkFailed,
  conflict,
  foreign,
  inPlaceOfCode,
  intoNewScope,
  misread,
  noMatch,
  notFounded,
  nothingShown,
  tooLarge,
  touchedTypography,
  unquotedLoss,
} from "./proof/explain.ts";
import { placeholderOf } from "./proof/placeholder.ts";
import { type BareEdge, bareEdges } from "./readings/edge-inserts.ts";
import { type InPlace, replacedInPlace } from "./readings/in-place.ts";
import { alreadyDone, readingsOf, withLines } from "./readings/marker-or-line.ts";
import { suspects } from "./readings/suspects.ts";
import { repeatedLines } from "./repeated.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { unmentionedNames } from "./unmentioned.ts";
import { misreadContext } from "./words/context.ts";
import { doubtfulOmission } from "./words/omitted.ts";
import { isFarFetched, unfoundedBlock } from "./wrong-file.ts";

export interface MergeOptions {
  /** The lines that the edit is about, `end` not included: it changes nothing outside. */
  readonly within?: LineRange;
  /**
   * How many syntax errors a text has that the source has not; undefined = unknown. Asked only where it
   * decides something: it may veto a candidate, never choose a place by itself.
   */
  readonly newSyntaxErrors?: (text: string) => number | undefined;
}

/**
 * Places an edit in the source without a model. Pure and synchronous. A `proved` text has passed
 * `checkProof`; where two texts are nearly as likely the outcome is `ambiguous`, where lines of the edit
 * cannot be placed it is `refused`.
 */
export function merge(source: string, edit: Edit, options: MergeOptions = {}): MergeOutcome {
  const lines = splitLines(source);
  const outcome = withinBudget(bounds.steps, () => mergeLines(source, lines, edit, options));
  return outcome ?? tooLarge(lines.length, shapeOf(edit).editLines);
}

function mergeLines(
  source: string,
  lines: readonly TextLine[],
  edit: Edit,
  options: MergeOptions,
): MergeOutcome {
  if (edit.extent === "parts") return mergeParts(source, lines, edit, options);
  const readings = readingsOf(edit, new Set(lines.map((line) => line.text.trim())));
  const outcomes = readings.map((reading) => mergeSketch(source, lines, reading, options));
  return outcomes.reduce((best, other) => better(best, other));
}

/** Of two readings the one that can be placed, or is placed at much less cost; else both are offered. */
function better(one: MergeOutcome, other: MergeOutcome): MergeOutcome {
  if (other.kind === "refused") return one;
  if (one.kind === "refused") return other;
  const cost = (outcome: Exclude<MergeOutcome, { kind: "refused" }>): number =>
    outcome.kind === "proved" ? outcome.proof.cost : outcome.candidates[0]!.cost;
  const [best, second] = cost(other) < cost(one) ? [other, one] : [one, other];
  if (best.kind === "proved" && second.kind === "proved" && best.text === second.text) return best;
  return best.kind === "proved" || cost(second) >= cost(best) + limits.margin ? best : second;
}

function mergeSketch(
  source: string,
  lines: readonly TextLine[],
  edit: Edit,
  options: MergeOptions,
): MergeOutcome {
  const shape = shapeOf(edit);
  let outcome = place(source, lines, edit, shape, options, false);
  if (outcome.kind === "ambiguous") {
    // Misquotes are expensive to look for in lines that are elsewhere too, and often settle it.
    const closer = place(source, lines, edit, shape, options, true);
    if (closer.kind !== "refused") outcome = closer;
  }
  return outcome;
}

function mergeParts(
  source: string,
  lines: readonly TextLine[],
  edit: Edit,
  options: MergeOptions,
): MergeOutcome {
  const shape = shapeOf(edit);
  if (options.within) return place(source, lines, edit, shape, options, false);
  const look = lookExactly(lines, shape);
  if (look.kind === "overlap") {
    const joined = joinedWhereShared(edit, look.ranges);
    return joined
      ? mergeParts(source, lines, joined, options)
      : conflict(lines, shape, look.blocks);
  }
  if (look.kind === "applied") {
    const outcome = mergeParts(source, lines, alreadyDone(edit, new Set(look.blocks)), options);
    if (outcome.kind !== "proved") return outcome;
    const note = `${look.blocks.length} of ${shape.blocks.length} parts are already in the file`;
    return { ...outcome, notes: [...outcome.notes, note] };
  }
  if (look.kind === "unclear") {
    const apart = place(source, lines, edit, shape, options, false);
    const joined = apart.kind === "refused" ? joinedBySharedText(edit) : undefined;
    if (joined === undefined) return apart;
    const together = mergeParts(source, lines, joined, options);
    return together.kind === "proved" ? together : apart;
  }
  const { placement, prepared, traces } = look.placed;
  const settings = settingsOf(edit);
  const write = (edge?: BareEdge): Built =>
    build(lines, shape, { ...prepared, traces }, placement, { ...settings, ...(edge && { edge }) });
  const best = write();
  const rivals = bareEdges(lines, shape, placement, edit.format).map(
    (edge): Built => ({ ...write(edge), reading: "file-edge" }),
  );
  const standing = rivals.length > 0 ? standingCandidates([best, ...rivals], options) : [best];
  if (standing.length > 1) return offered(lines, shape, standing, best.proof.cost);
  return proved(source, edit, standing[0]!, Number.POSITIVE_INFINITY);
}

function settingsOf(edit: Edit): BuildOptions {
  return { finalNewline: edit.finalNewline, asWritten: edit.format === "whole" };
}

/** Several texts, each with the account of it. */
function offered(
  lines: readonly TextLine[],
  shape: Shape,
  standing: readonly Built[],
  runnerUp: number,
): MergeOutcome {
  const proofs = standing.map((one) => ({ ...one, proof: { ...one.proof, runnerUp } }));
  return ambiguous(lines, shape, proofs);
}

/** Places by alignment: the best text, the best different one, and what follows from their distance. */
function place(
  source: string,
  lines: readonly TextLine[],
  edit: Edit,
  shape: Shape,
  options: MergeOptions,
  thorough: boolean,
): MergeOutcome {
  const lineCount = shape.blocks.reduce((sum, block) => sum + block.tokens.length, 0);
  if (
    lineCount * lines.length > bounds.cells ||
    (lineCount * lines.length > bounds.pairs && pairsToWeigh(lines, shape) > bounds.pairs)
  ) {
    return tooLarge(lines.length, lineCount);
  }
  const prepared = prepare(lines, shape, thorough, options.within);
  const found = placements(prepared.problem);
  if (found.best === undefined || found.best.cost >= infinity)
    return noMatch(lines, shape, prepared);
  const settings = settingsOf(edit);
  const draw = (placement: Placement, options: BuildOptions = {}): Built =>
    build(lines, shape, prepared, placement, { ...settings, ...options });
  const displaced = (built: Built): Displaced | undefined => displacedLine(lines, shape, built);
  /** A placement with the lines beside its blocks that they replace for certain. */
  const complete = (found: Placement): Built => {
    const placement = withoutEdgeBlanks(lines, shape, found);
    const drawn = draw(placement);
    const changes = replacedInPlace(lines, shape, drawn, prepared.symbol);
    const sure = changes.filter(({ isSure }) => isSure);
    const built = sure.length === 0 ? drawn : draw(withReplaced(placement, sure));
    if (sure.length === changes.length || !displaced(built)) return built;
    // There is no room for the new lines beside those that they may replace.
    return draw(withReplaced(placement, changes));
  };
  const unquoted = (built: Built): LineRange | undefined => unquotedRemoval(lines, shape, built);
  const repeats = shape.extent === "file" ? repeatedLines(lines, shape) : () => 0;
  const first = complete(found.best);
  const isOwn = (built: Built): boolean => !unquoted(built) && !displaced(built);
  let best = isOwn(first) ? first : ownPlacement(found, complete, isOwn);
  if (best === undefined) {
    const loss = unquoted(first);
    return loss
      ? unquotedLoss(lines, shape, first, loss)
      : intoNewScope(lines, shape, displaced(first)!);
  }
  if (repeats(best) > 0) {
    best = ownPlacement(found, complete, (one) => isOwn(one) && repeats(one) === 0) ?? best;
  }
  const mostRepeated = repeats(best);
  const unmentioned = unmentionedNames(lines, shape);
  const mostUnmentioned = unmentioned(best);
  const isInserted = (k: number): boolean => prepared.insertions[k] !== undefined;
  const unfounded =
    shape.extent === "file" ? unfoundedBlock(lines, shape, best, isInserted) : undefined;
  if (unfounded !== undefined) return notFounded(lines, shape, unfounded);
  const addsOnly = shape.blocks.every((_, k) => isInserted(k) || best.idle[k]);
  if (best.text !== source && !addsOnly && isFarFetched(lines, shape, best)) {
    return foreign(lines, shape, best);
  }
  const doubt = misreadContext(lines, shape, prepared.matches, best);
  if (doubt !== undefined) return misread(lines, doubt);
  const omission = doubtfulOmission(lines, shape, best);
  if (omission !== undefined) return apart(lines, omission);
  const { cost } = best.placement;
  const rivals: Built[] = [];
  let runnerUp = Number.POSITIVE_INFINITY;
  /** Keeps a text that may be meant just as well, unless it is known or takes away what the edit does not quote. */
  const offer = (built: Built, at = cost, reading = built.reading): boolean => {
    if (isSame(built, best, shape) || rivals.some((rival) => isSame(rival, built, shape)))
      return false;
    if (!isOwn(built) || repeats(built) > mostRepeated || unmentioned(built) > mostUnmentioned)
      return false;
    runnerUp = Math.min(runnerUp, at);
    rivals.push(reading === undefined ? built : { ...built, reading });
    return true;
  };
  const farSides = (placement: Placement, open: number): Built[] =>
    Array.from({ length: Math.min(open, limits.farSides) }, (_, gap) => draw(placement, { gap }));
  for (const built of farSides(best.placement, best.open)) offer(built, cost, "far-side");
  for (const edge of bareEdges(lines, shape, best.placement, edit.format)) {
    offer(draw(best.placement, { edge }), cost, "file-edge");
  }
  for (const [block, choices] of prepared.insertions.entries()) {
    for (let choice = 1; choice < (choices?.length ?? 0); choice++) {
      const { position } = choices![choice]!;
      const ranges = best.placement.ranges.with(block, { start: position, end: position });
      offer(draw({ cost, ranges }, { insertion: { block, choice } }), cost, "insertion-point");
    }
  }
  const perhaps = replacedInPlace(lines, shape, best, prepared.symbol);
  if (perhaps.length > 0) offer(draw(withReplaced(best.placement, perhaps)), cost, "in-place");
  let looked = 0;
  for (const other of found.others(cost + limits.rivalReach)) {
    if (looked++ >= limits.searched || rivals.length >= limits.rivals) break;
    if (other.cost >= cost + limits.margin && runnerUp < Number.POSITIVE_INFINITY) break;
    if (leavesReplaced(other, best.placement)) continue;
    const built = complete(other);
    const drawn = [built, ...farSides(other, built.open)];
    if (other.cost < cost + limits.margin) for (const one of drawn) offer(one, other.cost);
    else if (
      drawn.some((one) => !isSame(one, best, shape) && isOwn(one) && repeats(one) <= mostRepeated)
    ) {
      runnerUp = Math.min(runnerUp, other.cost);
      break;
    }
  }
  const { problem } = prepared;
  const idle = best.text === source;
  const saysNothing = idle || withoutSpace(best.text) === withoutSpace(source);
  const readings = suspects(lines, problem, found, shape, best, saysNothing, (one) => draw(one));
  for (const suspect of readings) {
    if (rivals.length >= limits.rivals) break;
    offer(suspect);
  }
  if (idle && rivals.length === 0 && showsRemoval(shape)) return nothingShown(lines, shape, best);
  if (idle && best.proof.cost >= limits.idleCost && rivals.length === 0) {
    return noMatch(lines, shape, prepared);
  }
  const comments = rivals.length === 0 ? commentsAmongNew(edit, shape, best) : new Set<number>();
  if (comments.size > 0) {
    const reading = withLines(
      edit,
      (segment) => segment.kind === "removal" && comments.has(segment.at),
    );
    const taken = place(source, lines, reading, shapeOf(reading), options, thorough);
    if (taken.kind !== "proved" || !removesBeside(comments, shape, best)) return taken;
    // Where other lines of the part go, the comment may well speak of them.
    const { text, proof, notes } = taken;
    const asLines: Built = { ...best, text, proof, notes, reading: "removal-comment" };
    const standing = standingCandidates([best, asLines], options);
    return standing.length > 1 ? offered(lines, shape, standing, cost) : taken;
  }
  const standing = rivals.length > 0 ? standingCandidates([best, ...rivals], options) : [best];
  const touched = standing.find((built) => built.touched !== undefined)?.touched;
  if (touched !== undefined) return touchedTypography(lines, touched.token, touched.source);
  if (standing.length > 1) {
    return offered(lines, shape, standing, runnerUp);
  }
  const only = standing[0]!;
  const next = rivals.length > 0 ? only.proof.cost + limits.margin : runnerUp;
  return proved(source, edit, only, Math.max(next, only.proof.cost + 1));
}

/**
 * Whether a sketch that changes nothing was hardly sent for that: a line or two, set off by a blank line. What is to go
 * may be what follows them. A longer one was applied before.
 */
function showsRemoval({ blocks }: Shape): boolean {
  return (
    blocks.some(({ blankBefore, blankBehind }) => blankBefore || blankBehind) &&
    blocks.every(
      ({ tokens }) => tokens.filter(({ text }) => isTelling(text)).length <= limits.idleWords,
    )
  );
}

/** Whether two texts are the same; those of a sketch blank lines aside, for these are no other meaning. */
function isSame(one: Built, other: Built, { extent }: Shape): boolean {
  if (one.text === other.text) return true;
  return extent === "file" && withoutBlanks(one.text) === withoutBlanks(other.text);
}

const withoutSpace = (text: string): string => text.replace(/\s+/g, "");

const withoutBlanks = (text: string): string => text.replace(/^[ \t]*\r?\n/gm, "");

/** Whether a placement only leaves standing what another one has its blocks replace for certain. */
function leavesReplaced({ ranges }: Placement, taken: Placement): boolean {
  return (
    taken.ranges.some(({ boundStart, boundEnd }) => boundStart || boundEnd) &&
    ranges.every(({ start, end }, k) => {
      const wide = taken.ranges[k]!;
      const inside = start >= wide.start && end <= wide.end;
      return wide.boundStart || wide.boundEnd ? inside : start === wide.start && end === wide.end;
    })
  );
}

/** The cheapest placement that fulfils a condition. */
function ownPlacement(
  found: Placements,
  complete: (placement: Placement) => Built,
  isOwn: (built: Built) => boolean,
): Built | undefined {
  let looked = 0;
  for (const other of found.others(found.best!.cost + limits.ownReach)) {
    if (looked++ >= limits.searched) return undefined;
    const built = complete(other);
    if (isOwn(built)) return built;
  }
  return undefined;
}

/**
 * A placement in which no block of a sketch begins or ends with blank lines of the file beside a marker: no line of
 * the block is one, so they stay.
 */
function withoutEdgeBlanks(
  source: readonly TextLine[],
  shape: Shape,
  placement: Placement,
): Placement {
  if (shape.extent !== "file") return placement;
  const isBlank = (line: number): boolean => source[line]!.text.trim() === "";
  const last = shape.blocks.length - 1;
  const ranges = placement.ranges.map((range, k) => {
    const { tokens } = shape.blocks[k]!;
    let { start, end } = range;
    if ((k > 0 || shape.elidedStart) && tokens[0]?.text.trim() !== "")
      while (start < end && isBlank(start)) start++;
    if ((k < last || shape.elidedEnd) && tokens.at(-1)?.text.trim() !== "")
      while (end > start && isBlank(end - 1)) end--;
    return start === range.start && end === range.end ? range : { ...range, start, end };
  });
  return { ...placement, ranges };
}

/** A placement whose blocks reach as far as what they replace. */
function withReplaced(placement: Placement, changes: readonly InPlace[]): Placement {
  const ranges = [...placement.ranges];
  for (const { block, side, position } of changes) {
    const range = ranges[block]!;
    ranges[block] =
      side === "start"
        ? { ...range, start: position, boundStart: true }
        : { ...range, end: position, boundEnd: true };
  }
  return { ...placement, ranges };
}

/** Syntax vetoes: candidates with new errors fall where one has none; where none is known all stand. */
function standingCandidates(candidates: readonly Built[], options: MergeOptions): readonly Built[] {
  const { newSyntaxErrors } = options;
  if (!newSyntaxErrors) return candidates;
  const errors: number[] = [];
  for (const candidate of candidates) {
    const count = newSyntaxErrors(candidate.text);
    if (count === undefined) return candidates;
    errors.push(count);
  }
  if (!errors.includes(0)) return candidates;
  return candidates.filter((_, index) => errors[index] === 0);
}

function proved(source: string, edit: Edit, built: Built, runnerUp: number): MergeOutcome {
  const proof = { ...built.proof, runnerUp };
  const problems = checkProof(source, edit, built.text, proof);
  if (problems.length > 0) return checkFailed(problems);
  const written = edit.segments.flatMap((one) => (one.kind === "lines" ? one.lines : []));
  const isQuoted = edit.extent === "parts" && edit.format !== "whole";
  const placeholder = placeholderOf(splitLines(source), proof, written, isQuoted);
  if (placeholder) return inPlaceOfCode(placeholder);
  const outcome: Proved = { kind: "proved", text: built.text, proof, notes: built.notes };
  return outcome;
}

/** Whether lines go in a block with one of these comments, though not where it stands. */
function removesBeside(comments: ReadonlySet<number>, shape: Shape, built: Built): boolean {
  return shape.blocks.some(({ removals }, k) => {
    const { start, end } = built.placement.ranges[k]!;
    const goes = (): boolean =>
      built.proof.source.slice(start, end).some(({ fate }) => fate !== "kept");
    return removals.some((removal) => removal && comments.has(removal.at)) && goes();
  });
}

/** Removal comments among new lines where nothing goes: comments like any other. By their line in the edit. */
function commentsAmongNew(edit: Edit, shape: Shape, built: Built): Set<number> {
  const comments = new Set<number>();
  if (!edit.segments.some((segment) => segment.kind === "removal")) return comments;
  for (const block of shape.blocks) {
    for (const [i, removal] of block.removals.entries()) {
      if (!removal) continue;
      const fates = block.tokens.map((token) => built.proof.edit[token.editLine]!);
      const beside = [fates[i - 1]?.fate, fates[i]?.fate];
      if (!beside.includes("placed")) continue;
      const above = fates.slice(0, i).findLast((fate) => fate.fate === "matched");
      const below = fates.slice(i).find((fate) => fate.fate === "matched");
      const from = above?.fate === "matched" ? above.source + 1 : 0;
      const to = below?.fate === "matched" ? below.source : built.proof.source.length;
      const gone = built.proof.source.slice(from, to).some((fate) => fate.fate !== "kept");
      if (!gone) comments.add(removal.at);
    }
  }
  return comments;
}
