import type { EditDecision, WayOffer } from "./decision.ts";
import type { Draws } from "./draws.ts";
import { floorsOf, usualFloor } from "./floors.ts";
import { orderWays, type WayOrder } from "./order-ways.ts";
import { recordsOf, type WayRecords } from "./records.ts";

/** What decisions of one kind of edit say. */
export interface Learnt {
  readonly records: WayRecords;
  /** Raised thresholds by the name of the way. */
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
  offers: readonly WayOffer[],
  draws?: Draws,
): WayOrder => orderWays(type, offers, records, draws);

/** From which confidence on an unproved edit of a way may be made by itself. */
export const floorFor = ({ floors }: Learnt, name: string): number =>
  Math.max(usualFloor, floors.get(name) ?? usualFloor);
