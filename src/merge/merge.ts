import type { Edit } from "../core/edit.ts";
import { splitLines } from "../core/lines.ts";
import type { Candidate, MergeOutcome } from "../core/merge.ts";
import { type Built, build } from "./build.ts";
import { checkProof } from "./check.ts";
import { infinity, margin } from "./costs.ts";
import { ambiguous, checkFailed, noMatch } from "./explain.ts";
import { prepare } from "./matches.ts";
import { placements } from "./place.ts";
import { shapeOf } from "./shape.ts";

export interface MergeOptions {
  /**
   * How many syntax errors a text has that the source has not; undefined = unknown. Asked only where it
   * decides something: it may veto a candidate, never choose a place by itself.
   */
  readonly newSyntaxErrors?: (text: string) => number | undefined;
}

/** Placements with the same text that are looked at before the search for another text is given up. */
const searchLimit = 32;

/**
 * Places an edit in the source without a model. Pure and synchronous. A `proved` text has passed
 * `checkProof`; where two texts are nearly as likely the outcome is `ambiguous`, where lines of the edit
 * cannot be placed it is `refused`.
 */
export function merge(source: string, edit: Edit, options: MergeOptions = {}): MergeOutcome {
  const lines = splitLines(source);
  const shape = shapeOf(edit);
  const prepared = prepare(lines, shape);
  const found = placements(prepared.problem);
  if (found.best === undefined || found.best.cost >= infinity)
    return noMatch(lines, shape, prepared);
  const settings = { finalNewline: edit.finalNewline };
  const best = build(lines, shape, prepared, found.best, settings);
  const rivals: Built[] = [];
  let runnerUp = Number.POSITIVE_INFINITY;
  let looked = 0;
  for (let gap = 0; gap < Math.min(best.open, 2); gap++) {
    const built = build(lines, shape, prepared, found.best, { ...settings, gap });
    if (built.text === best.text) continue;
    runnerUp = found.best.cost;
    rivals.push(built);
  }
  for (const other of found.others(found.best.cost + margin * 4)) {
    if (looked++ >= searchLimit) break;
    const built = build(lines, shape, prepared, other, settings);
    if (built.text === best.text || rivals.some((rival) => rival.text === built.text)) continue;
    runnerUp = Math.min(runnerUp, other.cost);
    if (other.cost >= found.best.cost + margin) break;
    rivals.push(built);
    if (rivals.length >= 2) break;
  }
  const proof = { ...best.proof, runnerUp };
  if (rivals.length > 0) {
    return ambiguous(
      lines,
      shape,
      [{ ...best, proof }, ...rivals].map((one) => asCandidate(lines, one)),
    );
  }
  const problems = checkProof(source, edit, best.text, proof);
  if (problems.length > 0) return checkFailed(problems);
  void options;
  return { kind: "proved", text: best.text, proof, notes: best.notes };
}

function asCandidate(_lines: readonly unknown[], built: Built): Candidate {
  const whole = { start: 0, end: 0 };
  return {
    text: built.text,
    cost: built.proof.cost,
    sourceRange: whole,
    textRange: whole,
    proof: built.proof,
  };
}
