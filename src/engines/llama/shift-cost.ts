import type { ModelShape } from "../memory.ts";

/** What it costs to rotate the keys of a cache to other positions, in decoding steps. */
export interface ShiftCost {
  readonly steps: number;
  /** Records a pass of so many steps' time, beside what it takes without a rotation. */
  observe(took: number, without: number): void;
}

/** To rotate one number of a key costs about as much as to read so many bytes of weights (measured on 0.5 B weights, docs/internals/engine.md). */
const bytesPerNumber = 78;

/** How much a new observation weighs. */
const newestShift = 0.3;

/**
 * llama.cpp rotates all cells of the context at once, those that are not used too, so the cost depends on the size of the context and not on
 * the change. It is estimated from the model's shape until a pass shows it.
 *
 * @param cells of the context
 */
export function createShiftCost(shape: ModelShape | undefined, cells: number): ShiftCost {
  const numbers = (shape?.cachePerToken ?? 0) / 4;
  let steps = shape === undefined ? 1 : (cells * numbers * bytesPerNumber) / shape.fileSize;
  let seen = 0;
  return {
    get steps() {
      return steps;
    },
    observe(took, without) {
      const extra = Math.max(0, took - without);
      steps = seen === 0 ? extra : steps + newestShift * (extra - steps);
      seen++;
    },
  };
}
