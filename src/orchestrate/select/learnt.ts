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

/**
 * A threshold is raised only as far as both say: the newer decisions alone can be flooded, for as long as it takes, by whoever makes and undoes edits, and
 * the gate would compare each update with flooded ones.
 *
 * @param decisions of one kind, oldest first
 * @param fixed the first ones of the kind, which are never replaced
 */
export function learnFrom(
  decisions: readonly EditDecision[],
  fixed: readonly EditDecision[] = decisions,
): Learnt {
  const first = floorsOf(fixed);
  const floors = [...floorsOf(decisions)].flatMap(([name, floor]): [string, number][] => {
    const most = first.get(name);
    return most === undefined ? [] : [[name, Math.min(most, floor)]];
  });
  return { records: recordsOf(decisions), floors: new Map(floors) };
}

export const orderLearnt = (
  { records }: Learnt,
  type: string,
  offers: readonly ArmOffer[],
  draws?: Draws,
): ArmOrder => orderArms(type, offers, records, draws);

/** From which confidence on an unproved edit of an arm may be made by itself. */
export const floorFor = ({ floors }: Learnt, name: string): number =>
  Math.max(usualFloor, floors.get(name) ?? usualFloor);
