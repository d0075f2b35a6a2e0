import type { Likelihood } from "./score-candidates.ts";

/** What is known about an answer when it must be decided whether to take it. */
export interface Evidence {
  /** Nats between this answer and the best other one; negative = another is likelier. */
  readonly margin: number;
  /** Log-probability of its least likely token. */
  readonly worst: number;
  /** Mean log-probability of its tokens. */
  readonly mean: number;
  /** Whether the merge, which does not know the language, put it first too. */
  readonly first: boolean;
  /** Answers to choose from. */
  readonly candidates: number;
}

/** The best answer, and the evidence for it. The merge's own order is that of `scores`. */
export function weigh(scores: readonly Likelihood[]): Evidence & { readonly best: number } {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]!.total > scores[best]!.total) best = i;
  return { best, ...evidenceFor(best, scores) };
}

/** The evidence for one answer against the others. */
export function evidenceFor(index: number, scores: readonly Likelihood[]): Evidence {
  const others = scores.filter((_, i) => i !== index).map(({ total }) => total);
  const { total, tokens, worst } = scores[index]!;
  return {
    margin: total - Math.max(Number.NEGATIVE_INFINITY, ...others),
    worst,
    mean: total / Math.max(1, tokens),
    first: index === 0,
    candidates: scores.length,
  };
}

/** Numbers that a logistic model sees; bounded, so that nothing far outside what was measured counts for more. */
export function featuresOf({ margin, worst, mean, first, candidates }: Evidence): number[] {
  return [
    1,
    Math.log1p(Math.min(60, Math.max(0, margin))),
    Math.log1p(Math.min(20, -worst)),
    Math.min(1, -mean) * 4,
    first ? 1 : 0,
    candidates > 2 ? 1 : 0,
  ];
}

/** A logistic model of "the answer is right", and where to draw the line; made by training/confidence.py. */
export interface Calibration {
  /** Per feature of `featuresOf`. */
  readonly weights: readonly number[];
  /** Answers below this are not taken. */
  readonly threshold: number;
  readonly measured: MeasuredPrecision;
}

/** How a calibration was measured, on repositories that it was not fitted to. */
export interface MeasuredPrecision {
  readonly model: string;
  readonly repositories: readonly string[];
  readonly questions: number;
  readonly taken: number;
  readonly wrong: number;
  /** Lower bound of the precision at 95 % (Clopper and Pearson). */
  readonly bound: number;
}

export function confidenceOf(evidence: Evidence, calibration: Calibration): number {
  const features = featuresOf(evidence);
  const z = features.reduce((sum, value, i) => sum + value * (calibration.weights[i] ?? 0), 0);
  return 1 / (1 + Math.exp(-z));
}
