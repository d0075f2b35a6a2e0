import type { ArmOffer, EditDecision } from "./decision.ts";
import type { Draws } from "./draws.ts";
import { floorsOf, usualFloor } from "./floors.ts";
import { type ArmOrder, orderArms } from "./order-arms.ts";
import { type ArmRecords, recordsOf } from "./records.ts";

/** What decisions of one kind of edit say. */
export interface Learnt {
  readonly records: ArmRecords;
  /** Raised thresholds by the name of the arm. */
  readonly floors: ReadonlyMap<string, number>;
}

export const nothingLearnt: Learnt = { records: new Map(), floors: new Map() };

/** @param decisions of one kind, oldest first */
export const learnFrom = (decisions: readonly EditDecision[]): Learnt => ({
  records: recordsOf(decisions),
  floors: floorsOf(decisions),
});

export const orderLearnt = (
  { records }: Learnt,
  type: string,
  offers: readonly ArmOffer[],
  draws?: Draws,
): ArmOrder => orderArms(type, offers, records, draws);

/** From which confidence on an unproved edit of an arm may be made by itself. */
export const floorFor = ({ floors }: Learnt, name: string): number =>
  Math.max(usualFloor, floors.get(name) ?? usualFloor);
