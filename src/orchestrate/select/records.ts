import { type EditDecision, wasRight } from "./decision.ts";

/** How an arm has done for one kind of edit. Counts are discounted, so that what is newer counts more. */
export interface ArmRecord {
  readonly right: number;
  readonly tried: number;
  /** Of all tries together. */
  readonly seconds: number;
}

/** By the kind of edit, then by the name of the arm. */
export type ArmRecords = ReadonlyMap<string, ReadonlyMap<string, ArmRecord>>;

/**
 * What a decision's weight is multiplied by with each newer one of the same kind. At 0.98 the last 34 count as much as all before
 * them: `scripts/bench-select.ts` shows 0.95 to 1.
 */
export const usualDiscount = 0.98;

/** The records with one more decision, which is the newest. */
export function withDecision(
  records: ArmRecords,
  decision: EditDecision,
  discount: number = usualDiscount,
): ArmRecords {
  const { type, tried } = decision;
  const own = new Map<string, ArmRecord>();
  for (const [name, record] of records.get(type) ?? []) {
    own.set(name, {
      right: discount * record.right,
      tried: discount * record.tried,
      seconds: discount * record.seconds,
    });
  }
  for (const one of tried) {
    const { name, seconds } = one;
    const known = own.get(name) ?? { right: 0, tried: 0, seconds: 0 };
    own.set(name, {
      right: known.right + Number(wasRight(decision, one)),
      tried: known.tried + 1,
      seconds: known.seconds + seconds,
    });
  }
  return new Map([...records, [type, own]]);
}

/** The records of decisions, oldest first. */
export function recordsOf(
  decisions: readonly EditDecision[],
  discount: number = usualDiscount,
): ArmRecords {
  let records: ArmRecords = new Map();
  for (const decision of decisions) records = withDecision(records, decision, discount);
  return records;
}
