import { lowerBound, upperBound } from "./binomial.ts";
import { type EditDecision, wasRight } from "./decision.ts";

/** An edit that was judged: how sure its arm was, and whether it was right. */
export interface JudgedEdit {
  readonly confidence: number;
  readonly right: boolean;
}

/** From this confidence on an unproved edit may be made by itself, where nothing is learnt: `redraft fix --likely`. */
export const usualFloor = 0.8;
/** The precision that edits which are made by themselves must have. */
const wantedPrecision = 0.9;

/**
 * The confidence from which on the edits of an arm are taken. It is never below `usual`, and only raised: where the edits above it are
 * shown to be wrong too often (the upper Clopper-Pearson bound of their precision is below the wanted one). Then it is the least
 * confidence at which the isotonic fit and the lower bound of what is above it both have the wanted precision; 1 where there is none,
 * so that only what is proved is taken.
 */
export function floorOf(
  edits: readonly JudgedEdit[],
  usual: number = usualFloor,
  wanted: number = wantedPrecision,
): number {
  const own = edits
    .filter(({ confidence }) => confidence >= usual && confidence < 1)
    .sort((a, b) => a.confidence - b.confidence);
  const count = (list: readonly JudgedEdit[]): number => list.filter(({ right }) => right).length;
  if (upperBound(count(own), own.length) >= wanted) return usual;
  const fitted = isotonic(own.map(({ right }) => Number(right)));
  for (const [at, { confidence }] of own.entries()) {
    if (at > 0 && own[at - 1]!.confidence === confidence) continue;
    const above = own.slice(at);
    if (fitted[at]! >= wanted && lowerBound(count(above), above.length) >= wanted)
      return confidence;
  }
  return 1;
}

/** The non-decreasing sequence that is nearest in squares: pool adjacent violators (Ayer et al. 1955). */
export function isotonic(values: readonly number[]): number[] {
  const blocks: { sum: number; size: number }[] = [];
  for (const value of values) {
    let block = { sum: value, size: 1 };
    for (;;) {
      const last = blocks.at(-1);
      if (last === undefined || last.sum / last.size < block.sum / block.size) break;
      blocks.pop();
      block = { sum: last.sum + block.sum, size: last.size + block.size };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ sum, size }) => new Array<number>(size).fill(sum / size));
}

/** The floors that are raised, by the name of the arm. */
export function floorsOf(decisions: readonly EditDecision[]): ReadonlyMap<string, number> {
  const edits = new Map<string, JudgedEdit[]>();
  for (const decision of decisions) {
    for (const one of decision.tried) {
      const { name, confidence } = one;
      if (confidence === undefined) continue;
      const edit = { confidence, right: wasRight(decision, one) };
      edits.set(name, [...(edits.get(name) ?? []), edit]);
    }
  }
  const floors = new Map<string, number>();
  for (const [name, own] of edits) {
    const floor = floorOf(own);
    if (floor > usualFloor) floors.set(name, floor);
  }
  return floors;
}
