import type { Edit } from "../core/edit.ts";
import { splitLines, type TextLine } from "../core/lines.ts";
import type { MergeOutcome, Proved } from "../core/merge.ts";
import { infinity, margin } from "./align/costs.ts";
import { pairsToWeigh, prepare } from "./align/matches.ts";
import { type Placement, placements } from "./align/placements.ts";
import { lookExactly } from "./exact.ts";
import { type Built, build } from "./proof/build.ts";
import { checkProof } from "./proof/check.ts";
import {
  ambiguous,
  checkFailed,
  conflict,
  foreign,
  inPlaceOfCode,
  noMatch,
  notFounded,
  tooLarge,
} from "./proof/explain.ts";
import { placeholderOf } from "./proof/placeholder.ts";
import { type BareEdge, bareEdges } from "./readings/edge-inserts.ts";
import { edgeReadings } from "./readings/file-edges.ts";
import { alreadyDone, readingsOf, withLines } from "./readings/marker-or-line.ts";
import { suspects } from "./readings/suspects.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { isFarFetched, unfoundedBlock } from "./wrong-file.ts";

export interface MergeOptions {
  /**
   * How many syntax errors a text has that the source has not; undefined = unknown. Asked only where it
   * decides something: it may veto a candidate, never choose a place by itself.
   */
  readonly newSyntaxErrors?: (text: string) => number | undefined;
}

/** Placements that are looked at before the search for another text is given up. */
const searchLimit = 48;

/** Other texts that are kept to be ranked. */
const rivalLimit = 5;

/** Edit lines times source lines, and equal pairs of them, beyond which placing would take too long. */
const cellLimit = 60_000_000;
const pairLimit = 1_000_000;

/** Cost beyond which "nothing changes" is no sign of an edit that was applied before. */
const idleLimit = 60;

/**
 * Places an edit in the source without a model. Pure and synchronous. A `proved` text has passed
 * `checkProof`; where two texts are nearly as likely the outcome is `ambiguous`, where lines of the edit
 * cannot be placed it is `refused`.
 */
export function merge(source: string, edit: Edit, options: MergeOptions = {}): MergeOutcome {
  const lines = splitLines(source);
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
  return best.kind === "proved" || cost(second) >= cost(best) + margin ? best : second;
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
    // Likeness of changed lines is dear to compute for all of them, and often settles it.
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
  const look = lookExactly(lines, shape);
  if (look.kind === "conflict") return conflict(lines, shape, look.blocks);
  if (look.kind === "applied") {
    const outcome = mergeParts(source, lines, alreadyDone(edit, new Set(look.blocks)), options);
    if (outcome.kind !== "proved") return outcome;
    const note = `${look.blocks.length} of ${shape.blocks.length} parts are in the file already`;
    return { ...outcome, notes: [...outcome.notes, note] };
  }
  if (look.kind === "unclear") return place(source, lines, edit, shape, options, false);
  const { placement, prepared, traces } = look.placed;
  const settings = { finalNewline: edit.finalNewline };
  const write = (edge?: BareEdge): Built =>
    build(lines, shape, { ...prepared, traces }, placement, { ...settings, ...(edge && { edge }) });
  const best = write();
  const rivals = bareEdges(lines, shape, placement, edit.format).map(write);
  const standing = rivals.length > 0 ? standingCandidates([best, ...rivals], options) : [best];
  if (standing.length > 1) return offered(lines, shape, standing, best.proof.cost);
  return proved(source, edit, standing[0]!, Number.POSITIVE_INFINITY);
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
    lineCount * lines.length > cellLimit ||
    (lineCount * lines.length > pairLimit && pairsToWeigh(lines, shape) > pairLimit)
  ) {
    return tooLarge(lines.length, lineCount);
  }
  const prepared = prepare(lines, shape, thorough);
  const found = placements(prepared.problem);
  if (found.best === undefined || found.best.cost >= infinity)
    return noMatch(lines, shape, prepared);
  const settings = { finalNewline: edit.finalNewline };
  const best = build(lines, shape, prepared, found.best, settings);
  const unfounded = shape.extent === "file" ? unfoundedBlock(shape, best) : undefined;
  if (unfounded !== undefined) return notFounded(lines, shape, unfounded);
  if (best.text !== source && isFarFetched(lines, shape, best)) return foreign(lines, shape, best);
  const rivals: Built[] = [];
  const isKnown = (text: string): boolean =>
    text === best.text || rivals.some((rival) => rival.text === text);
  let runnerUp = Number.POSITIVE_INFINITY;
  const farSides = (placement: Placement, open: number): Built[] =>
    Array.from({ length: Math.min(open, 3) }, (_, gap) =>
      build(lines, shape, prepared, placement, { ...settings, gap }),
    );
  for (const built of farSides(found.best, best.open)) {
    if (isKnown(built.text)) continue;
    runnerUp = found.best.cost;
    rivals.push(built);
  }
  for (const edge of bareEdges(lines, shape, found.best, edit.format)) {
    const built = build(lines, shape, prepared, found.best, { ...settings, edge });
    if (isKnown(built.text)) continue;
    runnerUp = found.best.cost;
    rivals.push(built);
  }
  for (const ranges of edgeReadings(lines, shape, best)) {
    const built = build(lines, shape, prepared, { cost: found.best.cost, ranges }, settings);
    if (isKnown(built.text)) continue;
    runnerUp = found.best.cost;
    rivals.push(built);
  }
  let looked = 0;
  for (const other of found.others(found.best.cost + margin * 4)) {
    if (looked++ >= searchLimit || rivals.length >= rivalLimit) break;
    if (other.cost >= found.best.cost + margin && runnerUp < Number.POSITIVE_INFINITY) break;
    const built = build(lines, shape, prepared, other, settings);
    const fresh = [built, ...farSides(other, built.open)].filter(({ text }) => !isKnown(text));
    if (fresh.length === 0) continue;
    runnerUp = Math.min(runnerUp, other.cost);
    if (other.cost >= found.best.cost + margin) break;
    rivals.push(...fresh);
  }
  const rebuilt = (placement: Placement): Built =>
    build(lines, shape, prepared, placement, settings);
  const { problem } = prepared;
  const idle = best.text === source;
  for (const suspect of suspects(lines, problem, found, shape, best, idle, rebuilt)) {
    if (rivals.length >= rivalLimit) break;
    if (isKnown(suspect.text)) continue;
    runnerUp = Math.min(runnerUp, found.best.cost);
    rivals.push(suspect);
  }
  if (best.text === source && best.proof.cost >= idleLimit && rivals.length === 0) {
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
    const asLines = { ...best, text, proof, notes };
    const standing = standingCandidates([best, asLines], options);
    return standing.length > 1 ? offered(lines, shape, standing, found.best.cost) : taken;
  }
  const standing = rivals.length > 0 ? standingCandidates([best, ...rivals], options) : [best];
  if (standing.length > 1) {
    return offered(lines, shape, standing, runnerUp);
  }
  const only = standing[0]!;
  const next = rivals.length > 0 ? only.proof.cost + margin : runnerUp;
  return proved(source, edit, only, Math.max(next, only.proof.cost + 1));
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
  const placeholder = placeholderOf(splitLines(source), proof, written);
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
