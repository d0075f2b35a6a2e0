import type { Edit } from "../../core/edit.ts";
import type { Candidate } from "../../core/merge.ts";
import { type BoostedTrees, scoreOf } from "./boosted-trees.ts";
import { candidateFeatures, type FeatureName, featureNames } from "./candidate-features.ts";

/** When a ranking is taken, and how that was measured. */
export interface RankingCalibration {
  /** Log-odds from the score of the best candidate: slope and intercept. */
  readonly slope: number;
  readonly intercept: number;
  /** Confidences below this are not taken; above 1 = none is. */
  readonly threshold: number;
  /** On the held-out repositories, which the trees have not seen. */
  readonly measured: {
    readonly questions: number;
    readonly taken: number;
    /** How many different edits those taken are: each is asked about in several formats. */
    readonly edits: number;
    readonly wrong: number;
    /** Lower end of the 95 % interval of the precision (Clopper and Pearson). */
    readonly bound: number;
  };
}

export interface RankerWeights extends BoostedTrees {
  readonly calibration: RankingCalibration;
}

export interface Ranking {
  /** Per candidate, in the order of the merge: the higher the likelier. */
  readonly scores: readonly number[];
  readonly best: number;
  /** Probability that `best` is what the edit means. */
  readonly confidence: number;
  readonly taken: boolean;
}

/**
 * Which candidate of an ambiguous merge an edit that names its lines means, by what each does to the file. Learnt from real edits (training/ranker.py); takes
 * about a millisecond and no model file.
 */
export function rankCandidates(
  source: string,
  edit: Edit,
  candidates: readonly Candidate[],
  weights: RankerWeights,
): Ranking {
  const rows = candidateFeatures(source, edit, candidates);
  const scores = rows.map((_, i) => scoreOf(weights, comparedFeatures(rows, i)));
  const best = scores.indexOf(Math.max(...scores));
  const { slope, intercept, threshold } = weights.calibration;
  const confidence = 1 / (1 + Math.exp(-(slope * scores[best]! + intercept)));
  const taken = confidence >= threshold && !hasTwin(rows, best);
  return { scores, best, confidence, taken };
}

/** Features of the place of a change, as opposed to its content. */
const placing: readonly FeatureName[] = ["order", "place", "hintDistance"];

/** Whether another candidate does the same at a place that looks the same: then no statistic can decide between them. */
function hasTwin(rows: readonly (readonly number[])[], index: number): boolean {
  const telling = featureNames.flatMap((name, f) => (placing.includes(name) ? [] : [f]));
  return rows.some((row, i) => i !== index && telling.every((f) => row[f] === rows[index]![f]));
}

/**
 * What the trees see of one candidate: its own numbers, each less the others' mean, least and largest, how many candidates there
 * are.
 */
export function comparedFeatures(rows: readonly (readonly number[])[], index: number): number[] {
  const own = rows[index]!;
  const others = rows.filter((_, i) => i !== index);
  const column = (f: number): number[] => others.map((row) => row[f]!);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return [
    ...own,
    ...own.map((value, f) => value - mean(column(f))),
    ...own.map((value, f) => value - Math.min(...column(f))),
    ...own.map((value, f) => value - Math.max(...column(f))),
    rows.length,
  ];
}
