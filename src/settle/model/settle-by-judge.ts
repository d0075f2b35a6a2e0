import type { Edit } from "../../core/edit.ts";
import { type Logger, silentLogger } from "../../core/logger.ts";
import type { ModelAnswer, ModelTask } from "../../core/route.ts";
import type { MeasuredPrecision } from "./confidence.ts";
import { type JudgeForm, type JudgeOptions, judge } from "./judge.ts";
import type { Likelihood } from "./score-candidates.ts";

/** What is known about the candidate that a model of code finds likeliest. */
export interface Judgement {
  /** The likeliest candidate, by the sum of its tokens. */
  readonly best: number;
  /** Nats between it and the next. */
  readonly margin: number;
  /** Whether the place is known, and open is only on which side of the lines that the edit leaves out its new lines belong. */
  readonly onlySide: boolean;
}

/**
 * Weighs the likelihoods of two candidates or more.
 *
 * @param reading what the merge calls the kind of ambiguity, `details.reading` of its outcome
 */
export function judgementOf(scores: readonly Likelihood[], reading: unknown): Judgement {
  const order = [...scores.keys()].sort((a, b) => scores[b]!.total - scores[a]!.total);
  const [best, next] = [order[0]!, order[1]!];
  const margin = scores[best]!.total - scores[next]!.total;
  return { best, margin, onlySide: reading === "far-side" };
}

/** Names of the numbers that a calibration weighs, in their order. */
export const judgementNames = ["constant", "margin", "onlySide"] as const;

/** Numbers for the logistic model; bounded, so that nothing far outside what was measured counts for more. */
export function judgementFeatures({ margin, onlySide }: Judgement): number[] {
  return [1, Math.log1p(Math.min(60, margin)), onlySide ? 1 : 0];
}

/** From which confidence on the judgement of one model is taken; made by training/confidence.py. */
export interface JudgeCalibration {
  readonly form: JudgeForm;
  /** Per number of `judgementFeatures`. */
  readonly weights: readonly number[];
  /** Verdicts below this are not taken; above 1 = none is. */
  readonly threshold: number;
  readonly measured: MeasuredPrecision;
}

/** `sketch`: leaves out the rest of the file, and often no candidate is right; `patch`: any other edit. */
export type EditKind = "patch" | "sketch";

export const editKind = (edit: Edit): EditKind => (edit.extent === "file" ? "sketch" : "patch");

/** Of one model; for a kind of edit that is absent no threshold holds the precision, and the model is not asked. */
export type JudgeCalibrations = Readonly<Partial<Record<EditKind, JudgeCalibration>>>;

/** Probability that the likeliest candidate is the right one. */
export function judgementConfidence(judgement: Judgement, { weights }: JudgeCalibration): number {
  const z = judgementFeatures(judgement).reduce((sum, value, i) => sum + value * weights[i]!, 0);
  return 1 / (1 + Math.exp(-z));
}

export interface JudgeRouteOptions extends JudgeOptions {
  /** Absent = the model was never measured: it is asked, and its judgement is logged and not taken. */
  readonly calibrations?: JudgeCalibrations;
  readonly logger?: Logger;
}

/**
 * Asks a model of code which candidate of an ambiguous merge is likeliest in its place. Returns that candidate where the
 * calibration says that it is right often enough, else undefined.
 */
export async function settleByJudge(
  task: ModelTask,
  options: JudgeRouteOptions,
): Promise<ModelAnswer | undefined> {
  const { outcome, edit, request, signal } = task;
  if (outcome?.kind !== "ambiguous" || edit === undefined || outcome.candidates.length < 2) {
    return undefined;
  }
  const { target, calibrations, logger = silentLogger } = options;
  const calibration = calibrations?.[editKind(edit)];
  if (calibrations !== undefined && calibration === undefined) return undefined;
  const { candidates } = outcome;
  const { path, source, instruction } = request;
  const question = { path, source, edit, ...(instruction !== undefined && { instruction }) };
  const form = calibration?.form ?? "place";
  const scores = await judge(form, question, candidates, { ...options, ...(signal && { signal }) });
  if (scores === undefined) {
    logger.debug("the open region is longer than the model can read", { path });
    return undefined;
  }
  const judgement = judgementOf(scores, outcome.details.reading);
  const { best, margin } = judgement;
  const found = `${target.name} finds candidate ${best + 1} of ${candidates.length} likelier by ${margin.toFixed(1)} nats`;
  if (calibration === undefined) {
    logger.warn(`${path}: ${found}; this model has no calibration, so its answer is not taken`);
    return undefined;
  }
  const confidence = judgementConfidence(judgement, calibration);
  logger.debug("candidates judged", { ...judgement, confidence });
  if (confidence < calibration.threshold) return undefined;
  return { text: candidates[best]!.text, why: `the merge was ambiguous; ${found}`, confidence };
}
