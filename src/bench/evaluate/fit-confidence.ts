import { type Evidence, featuresOf } from "../../settle/model/confidence.ts";

/** One answer whose outcome is known. */
export interface Judged extends Evidence {
  readonly repository: string;
  readonly right: boolean;
}

/** Weights of a logistic model by Newton's method, with a ridge that keeps them finite. */
export function fitLogistic(rows: readonly Judged[], ridge = 0.5): number[] {
  const data = rows.map((row) => ({ x: featuresOf(row), y: row.right ? 1 : 0 }));
  const size = data[0]?.x.length ?? 0;
  let weights = new Array<number>(size).fill(0);
  for (let step = 0; step < 30; step++) {
    const gradient = weights.map((w, i) => (i === 0 ? 0 : ridge * w));
    const hessian = weights.map((_, i) =>
      weights.map((__, j) => (i === j ? (i === 0 ? 1e-6 : ridge) : 0)),
    );
    for (const { x, y } of data) {
      const p = sigmoid(dot(x, weights));
      for (let i = 0; i < size; i++) {
        gradient[i]! += (p - y) * x[i]!;
        for (let j = 0; j < size; j++) hessian[i]![j]! += p * (1 - p) * x[i]! * x[j]!;
      }
    }
    const move = solve(hessian, gradient);
    weights = weights.map((w, i) => w - move[i]!);
    if (Math.max(...move.map(Math.abs)) < 1e-8) break;
  }
  return weights;
}

/** Confidence of each row by a model fitted on the other repositories only. */
export function crossValidated(rows: readonly Judged[]): number[] {
  const models = new Map<string, number[]>();
  for (const { repository } of rows) {
    if (models.has(repository)) continue;
    models.set(repository, fitLogistic(rows.filter((row) => row.repository !== repository)));
  }
  return rows.map((row) => sigmoid(dot(featuresOf(row), models.get(row.repository)!)));
}

export interface Threshold {
  readonly threshold: number;
  readonly taken: number;
  readonly wrong: number;
  readonly bound: number;
}

/** Returns the lowest threshold above which at least `precision` of the answers are right, or undefined. */
export function thresholdFor(
  rows: readonly Judged[],
  confidences: readonly number[],
  precision: number,
): Threshold | undefined {
  const order = rows
    .map((row, i) => ({ right: row.right, confidence: confidences[i]! }))
    .sort((a, b) => b.confidence - a.confidence);
  let wrong = 0;
  let best: Threshold | undefined;
  order.forEach(({ right, confidence }, i) => {
    if (!right) wrong++;
    const taken = i + 1;
    // Equal confidences are taken or left together.
    if (order[taken]?.confidence === confidence || 1 - wrong / taken < precision) return;
    best = { threshold: confidence, taken, wrong, bound: lowerBound(taken - wrong, taken) };
  });
  return best;
}

/** Lower end of the two-sided 95 % interval of Clopper and Pearson (1934) for `right` of `count`. */
export function lowerBound(right: number, count: number): number {
  if (right === 0) return 0;
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const p = (low + high) / 2;
    if (atLeast(right, count, p) < 0.025) low = p;
    else high = p;
  }
  return low;
}

/** P(X >= k) for X ~ Binomial(n, p). */
function atLeast(k: number, n: number, p: number): number {
  let sum = 0;
  let logChoose = 0;
  for (let i = n; i >= k; i--) {
    sum += Math.exp(logChoose + i * Math.log(p) + (n - i) * Math.log1p(-p));
    logChoose += Math.log(i) - Math.log(n - i + 1);
  }
  return Math.min(1, sum);
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** Gaussian elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const size = rows.length;
  for (let i = 0; i < size; i++) {
    let pivot = i;
    for (let r = i + 1; r < size; r++) {
      if (Math.abs(rows[r]![i]!) > Math.abs(rows[pivot]![i]!)) pivot = r;
    }
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    for (let r = 0; r < size; r++) {
      if (r === i) continue;
      const factor = rows[r]![i]! / rows[i]![i]!;
      for (let c = i; c <= size; c++) rows[r]![c]! -= factor * rows[i]![c]!;
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
}
