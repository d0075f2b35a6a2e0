import type { Rows } from "../../core/target.ts";

/** What to compute per row of logits. */
export interface RowRequest {
  readonly k: number;
  readonly logsumexp: boolean;
  readonly entropy: boolean;
}

/**
 * Number of tokens per block. Most blocks of a row hold nothing of interest: their maxima are found in one
 * branch-free sweep, and only blocks that can hold one of the k best are looked into.
 */
const block = 64;

/**
 * exp(-x) for x in [0, 32) by table and first-order correction: e^(-i/n) (1 - d + d^2/2) with d < 1/n has a
 * relative error below 4e-8 at n = 128, which is below the rounding of the logits, at a quarter of `Math.exp`'s time.
 */
const perUnit = 128;
const reach = 32;
const table = new Float64Array(perUnit * reach + 1).map((_, i) => Math.exp(-i / perUnit));

/** The maximum of each block of `logits[start, start + size)`, written into `maxima`. */
function blockMaxima(
  logits: Float32Array,
  start: number,
  size: number,
  maxima: Float32Array,
): void {
  const whole = Math.floor(size / block);
  for (let b = 0; b < whole; b++) {
    const from = start + b * block;
    // Four running maxima, so that comparisons do not wait for each other.
    let m0 = logits[from]!;
    let m1 = logits[from + 1]!;
    let m2 = logits[from + 2]!;
    let m3 = logits[from + 3]!;
    for (let i = from + 4, end = from + block; i < end; i += 4) {
      const x0 = logits[i]!;
      const x1 = logits[i + 1]!;
      const x2 = logits[i + 2]!;
      const x3 = logits[i + 3]!;
      m0 = x0 > m0 ? x0 : m0;
      m1 = x1 > m1 ? x1 : m1;
      m2 = x2 > m2 ? x2 : m2;
      m3 = x3 > m3 ? x3 : m3;
    }
    const left = m0 > m1 ? m0 : m1;
    const right = m2 > m3 ? m2 : m3;
    maxima[b] = left > right ? left : right;
  }
  if (whole * block < size) {
    let m = Number.NEGATIVE_INFINITY;
    for (let i = start + whole * block; i < start + size; i++) m = logits[i]! > m ? logits[i]! : m;
    maxima[whole] = m;
  }
}

/** The k largest (token, logit) pairs, largest first; equal logits in the order of token ids. */
function largest(
  logits: Float32Array,
  start: number,
  size: number,
  maxima: Float32Array,
  ids: Int32Array,
  values: Float32Array,
): void {
  const k = ids.length;
  values.fill(Number.NEGATIVE_INFINITY);
  ids.fill(0);
  let floor = Number.NEGATIVE_INFINITY;
  let filled = 0;
  const blocks = Math.ceil(size / block);
  for (let b = 0; b < blocks; b++) {
    if (filled === k && !(maxima[b]! > floor)) continue;
    const end = Math.min((b + 1) * block, size);
    for (let token = b * block; token < end; token++) {
      const logit = logits[start + token]!;
      if (filled === k && !(logit > floor)) continue;
      let at = filled < k ? filled++ : k - 1;
      while (at > 0 && values[at - 1]! < logit) {
        values[at] = values[at - 1]!;
        ids[at] = ids[at - 1]!;
        at--;
      }
      values[at] = logit;
      ids[at] = token;
      floor = values[k - 1]!;
    }
  }
}

/** log sum exp of a row, and its entropy in nats, in one sweep. */
function normalizer(
  logits: Float32Array,
  start: number,
  size: number,
  max: number,
  withEntropy: boolean,
): { readonly logsumexp: number; readonly entropy: number } {
  let sum = 0;
  let weighted = 0;
  if (withEntropy) {
    for (let i = start, end = start + size; i < end; i++) {
      const x = max - logits[i]!;
      if (!(x < reach)) continue;
      const at = (x * perUnit) | 0;
      const d = x - at / perUnit;
      const p = table[at]! * (1 - d + 0.5 * d * d);
      sum += p;
      weighted += p * x;
    }
  } else {
    for (let i = start, end = start + size; i < end; i++) {
      const x = max - logits[i]!;
      if (!(x < reach)) continue;
      const at = (x * perUnit) | 0;
      const d = x - at / perUnit;
      sum += table[at]! * (1 - d + 0.5 * d * d);
    }
  }
  return { logsumexp: max + Math.log(sum), entropy: Math.log(sum) + weighted / sum };
}

/** Collects rows as they are computed, over as many chunks as one verification takes. */
export interface RowsBuilder {
  /** Adds the next `count` rows, which lie one after another from the start of `logits`. */
  add(logits: Float32Array, count: number): void;
  finish(): Rows;
}

/** @param count rows in all, @param vocabSize tokens per row */
export function createRows(count: number, vocabSize: number, request: RowRequest): RowsBuilder {
  const k = Math.max(1, Math.min(request.k, vocabSize));
  const ids = new Int32Array(count * k);
  const logits = new Float32Array(count * k);
  const logsumexp = request.logsumexp ? new Float32Array(count) : undefined;
  const entropy = request.entropy ? new Float32Array(count) : undefined;
  const maxima = new Float32Array(Math.ceil(vocabSize / block));
  let row = 0;
  return {
    add(source, added) {
      for (let i = 0; i < added; i++, row++) {
        const start = i * vocabSize;
        const from = row * k;
        blockMaxima(source, start, vocabSize, maxima);
        largest(
          source,
          start,
          vocabSize,
          maxima,
          ids.subarray(from, from + k),
          logits.subarray(from, from + k),
        );
        if (logsumexp === undefined && entropy === undefined) continue;
        const sums = normalizer(source, start, vocabSize, logits[from]!, entropy !== undefined);
        if (logsumexp !== undefined) logsumexp[row] = sums.logsumexp;
        if (entropy !== undefined) entropy[row] = sums.entropy;
      }
    },
    finish: () => ({
      count,
      k,
      ids,
      logits,
      ...(logsumexp && { logsumexp }),
      ...(entropy && { entropy }),
    }),
  };
}
