import type { Edit } from "../core/edit.ts";
import type { LineRange, MergeOutcome, Proved } from "../core/merge.ts";
import { withinBudget } from "../text/budget.ts";
import { splitLines, type TextLine } from "../text/lines.ts";
import { bounds, infinity, limits } from "./align/costs.ts";
import { isDistinctive } from "./align/distinctive.ts";
import { rememberingNames } from "./align/names.ts";
import { placements } from "./align/placements.ts";
import { pairsToWeigh, prepare } from "./align/prepare.ts";
import { bestText, refusedThough } from "./best-text.ts";
import { withOpenersChanged } from "./changed-opener.ts";
import { lookExactly } from "./exact.ts";
import { joinedBySharedText, joinedWhereShared } from "./overlaps.ts";
import { type Placing, placingOf, settingsOf } from "./placing.ts";
import { type Built, build } from "./proof/build.ts";
import { checkProof } from "./proof/check.ts";
import {
  checkFailed,
  conflict,
  inPlaceOfCode,
  noMatch,
  nothingShown,
  tooLarge,
  touchedTypography,
} from "./proof/explain.ts";
import { ambiguous } from "./proof/explain-ambiguous.ts";
import { placeholderOf } from "./proof/placeholder.ts";
import { fileEdge } from "./readings/at-file-edge.ts";
import { type EdgeInsert, edgeInserts } from "./readings/edge-inserts.ts";
import { alreadyDone, readingsOf } from "./readings/marker-or-line.ts";
import { removalComment, withCommentsPlaced } from "./readings/removal-comment.ts";
import { type Rivals, rivalsOf } from "./rivals.ts";
import { type Shape, shapeOf } from "./shape.ts";

export interface MergeOptions {
  /** The lines that the edit is about, `end` not included: it changes nothing outside. */
  readonly within?: LineRange;
  /**
   * How many syntax errors a text has that the source does not have, or undefined if unknown. Called only where it can
   * decide: it may veto a candidate, and never chooses a place by itself.
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
  const outcome = rememberingNames(() =>
    withinBudget(bounds.steps, () => mergeLines(source, lines, edit, options)),
  );
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
  const outcomes = readings.map((reading) =>
    placeAligned(source, lines, reading, shapeOf(reading), options),
  );
  const best = outcomes.reduce((one, other) => better(one, other));
  const isUnplaced = best.kind === "refused" && best.code === "no-match";
  return (isUnplaced && openersChanged(source, edit, options)) || best;
}

/** The outcome of an edit that changes nothing but lines that open blocks, as far as its form and the file's syntax allow. */
function openersChanged(
  source: string,
  edit: Edit,
  { within, newSyntaxErrors }: MergeOptions,
): Proved | undefined {
  const changed = within ? undefined : withOpenersChanged(source, edit, shapeOf(edit));
  if (!changed || checkProof(source, edit, changed.text, changed.proof).length > 0)
    return undefined;
  return (newSyntaxErrors?.(changed.text) ?? 0) > 0 ? undefined : { kind: "proved", ...changed };
}

/** Of two readings, the one that can be placed, or that costs much less; otherwise the outcome is ambiguous. */
function better(one: MergeOutcome, other: MergeOutcome): MergeOutcome {
  if (other.kind === "refused") return one;
  if (one.kind === "refused") return other;
  const cost = (outcome: Exclude<MergeOutcome, { kind: "refused" }>): number =>
    outcome.kind === "proved" ? outcome.proof.cost : outcome.candidates[0]!.cost;
  const [best, second] = cost(other) < cost(one) ? [other, one] : [one, other];
  if (best.kind === "proved" && second.kind === "proved" && best.text === second.text) return best;
  return best.kind === "proved" || cost(second) >= cost(best) + limits.margin ? best : second;
}

function mergeParts(
  source: string,
  lines: readonly TextLine[],
  edit: Edit,
  options: MergeOptions,
): MergeOutcome {
  const shape = shapeOf(edit);
  if (options.within) return placeAligned(source, lines, edit, shape, options);
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
    const apart = placeAligned(source, lines, edit, shape, options);
    const joined = apart.kind === "refused" ? joinedBySharedText(edit) : undefined;
    if (joined === undefined) return apart;
    const together = mergeParts(source, lines, joined, options);
    return together.kind === "proved" ? together : apart;
  }
  const { placement, prepared, traces } = look.placed;
  const settings = settingsOf(edit);
  const write = (edge?: EdgeInsert): Built =>
    build(lines, shape, { ...prepared, traces }, placement, { ...settings, ...(edge && { edge }) });
  const best = write();
  const rivals = edgeInserts(lines, shape, placement, edit.format).map(
    (edge): Built => ({ ...write(edge), reading: fileEdge }),
  );
  const remaining = rivals.length > 0 ? withoutNewErrors([best, ...rivals], options) : [best];
  // Syntax may rule out the file's edge, but not the place that the edit shows: it may be what the edit means to break.
  const isShown = remaining.includes(best);
  if (!isShown) return offered(lines, shape, [best, ...rivals], best.proof.cost);
  if (remaining.length > 1) return offered(lines, shape, remaining, best.proof.cost);
  return proved(source, edit, best, Number.POSITIVE_INFINITY);
}

/** The ambiguous outcome: several texts, each with its proof. */
function offered(
  lines: readonly TextLine[],
  shape: Shape,
  remaining: readonly Built[],
  runnerUp: number,
): MergeOutcome {
  const proofs = remaining.map((one) => ({ ...one, proof: { ...one.proof, runnerUp } }));
  return ambiguous(lines, shape, proofs);
}

/** Places by alignment: the best text, the others that may be meant, and what follows from their distance. */
function placeAligned(
  source: string,
  lines: readonly TextLine[],
  edit: Edit,
  shape: Shape,
  options: MergeOptions,
): MergeOutcome {
  const lineCount = shape.blocks.reduce((sum, block) => sum + block.tokens.length, 0);
  if (
    lineCount * lines.length > bounds.cells ||
    (lineCount * lines.length > bounds.pairs && pairsToWeigh(lines, shape) > bounds.pairs)
  ) {
    return tooLarge(lines.length, lineCount);
  }
  const prepared = prepare(lines, shape, options.within);
  const found = placements(prepared.problem);
  if (found.best === undefined || found.best.cost >= infinity)
    return noMatch(lines, shape, prepared);
  const placing = placingOf({ source, lines, edit, shape, prepared, found });
  const first = bestText(placing);
  if (first.kind === "none") return first.outcome;
  const best = first.built;
  const refused = refusedThough(placing, best);
  if (refused !== undefined) return refused;
  const rivals = rivalsOf(placing, best);
  if (rivals.texts.length === 0) {
    const isIdle = best.text === source;
    if (isIdle && showsRemoval(shape)) return nothingShown(lines, shape, best);
    if (isIdle && best.proof.cost >= limits.idleCost) return noMatch(lines, shape, prepared);
    const comments = withCommentsPlaced(edit, shape, best);
    if (comments !== undefined) {
      const reading = comments.edit;
      const taken = placeAligned(source, lines, reading, shapeOf(reading), options);
      if (taken.kind !== "proved" || !comments.removesBeside) return taken;
      // If the part removes other lines, the comment may be about those.
      const { text, proof, notes } = taken;
      const asLines: Built = { ...best, text, proof, notes, reading: removalComment };
      const remaining = withoutNewErrors([best, asLines], options);
      return remaining.length > 1 ? offered(lines, shape, remaining, best.placement.cost) : taken;
    }
  }
  return decided(placing, best, rivals, options);
}

/** The outcome where one text or several are possible. */
function decided(
  { source, lines, edit, shape }: Placing,
  best: Built,
  { texts, runnerUp }: Rivals,
  options: MergeOptions,
): MergeOutcome {
  const remaining = texts.length > 0 ? withoutNewErrors([best, ...texts], options) : [best];
  const touched = remaining.find((built) => built.touched !== undefined)?.touched;
  if (touched !== undefined) return touchedTypography(lines, touched.token, touched.source);
  if (remaining.length > 1) return offered(lines, shape, remaining, runnerUp);
  const only = remaining[0]!;
  const next = texts.length > 0 ? only.proof.cost + limits.margin : runnerUp;
  return proved(source, edit, only, Math.max(next, only.proof.cost + 1));
}

/**
 * Whether a sketch that changes nothing probably means to remove something: it is a line or two, set off by a blank
 * line, and the lines to remove may follow them. A longer sketch was probably applied before.
 */
function showsRemoval({ blocks }: Shape): boolean {
  return (
    blocks.some(({ blankBefore, blankBehind }) => blankBefore || blankBehind) &&
    blocks.every(
      ({ tokens }) => tokens.filter(({ text }) => isDistinctive(text)).length <= limits.idleWords,
    )
  );
}

/** The candidates without new syntax errors; all of them if none is free of errors, or if errors are unknown. */
function withoutNewErrors(candidates: readonly Built[], options: MergeOptions): readonly Built[] {
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
  const isQuoted = edit.extent === "parts";
  const placeholder = placeholderOf(splitLines(source), proof, written, isQuoted);
  if (placeholder) return inPlaceOfCode(placeholder);
  const outcome: Proved = { kind: "proved", text: built.text, proof, notes: built.notes };
  return outcome;
}
