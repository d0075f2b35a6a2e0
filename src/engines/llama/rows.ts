import type { Rows } from "../../core/target.ts";

/** What to compute per row of logits. */
export interface RowRequest {
  readonly k: number;
  readonly logsumexp: boolean;
  readonly entropy: boolean;
  /** Also the logit of each node's own token, in the row it continues. */
  readonly nodeLogits?: boolean;
}

/**
 * exp(-x) for x in [0, 32) by table and first-order correction: e^(-i/n) (1 - d + d^2/2) with d < 1/n has a
 * relative error below 4e-8 at n = 128, which is below the rounding of the logits, at a quarter of `Math.exp`'s time.
 */
const perUnit = 128;
const reach = 32;
const expTable = new Float64Array(perUnit * reach + 1).map((_, i) => Math.exp(-i / perUnit));

/**
 * The k largest (token, logit) pairs, largest first; equal logits in the order of token ids. Looks at eight
 * logits at once: that none of them is among the best so far is nearly always true, so the one branch is
 * predicted well and the sweep runs at the speed of the memory.
 */
function largest(row: Float32Array, ids: Int32Array, values: Float32Array): void {
  const k = ids.length;
  const size = row.length;
  values.fill(Number.NEGATIVE_INFINITY);
  let floor = Number.NEGATIVE_INFINITY;
  let filled = 0;

  function insert(token: number): void {
    const logit = row[token]!;
    if (filled === k && !(logit > floor)) return;
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

  let token = 0;
  while (token < size && filled < k) insert(token++);
  for (const end = size - 7; token < end; token += 8) {
    if (
      row[token]! > floor ||
      row[token + 1]! > floor ||
      row[token + 2]! > floor ||
      row[token + 3]! > floor ||
      row[token + 4]! > floor ||
      row[token + 5]! > floor ||
      row[token + 6]! > floor ||
      row[token + 7]! > floor
    ) {
      for (let i = token; i < token + 8; i++) insert(i);
    }
  }
  while (token < size) insert(token++);
}

/** log sum exp of a row, and its entropy in nats, in one sweep. */
function normalizer(
  row: Float32Array,
  max: number,
  withEntropy: boolean,
): { readonly logsumexp: number; readonly entropy: number } {
  let sum = 0;
  let weighted = 0;
  if (withEntropy) {
    for (let i = 0; i < row.length; i++) {
      const x = max - row[i]!;
      if (!(x < reach)) continue;
      const at = (x * perUnit) | 0;
      const d = x - at / perUnit;
      const p = expTable[at]! * (1 - d + 0.5 * d * d);
      sum += p;
      weighted += p * x;
    }
  } else {
    for (let i = 0; i < row.length; i++) {
      const x = max - row[i]!;
      if (!(x < reach)) continue;
      const at = (x * perUnit) | 0;
      const d = x - at / perUnit;
      sum += expTable[at]! * (1 - d + 0.5 * d * d);
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
  let row = 0;
  return {
    add(source, added) {
      for (let i = 0; i < added; i++, row++) {
        const from = row * k;
        const values = source.subarray(i * vocabSize, (i + 1) * vocabSize);
        largest(values, ids.subarray(from, from + k), logits.subarray(from, from + k));
        if (logsumexp === undefined && entropy === undefined) continue;
        const sums = normalizer(values, logits[from]!, entropy !== undefined);
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
