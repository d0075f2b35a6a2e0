import { limits } from "../align/costs.ts";
import type { Placing } from "../placing.ts";
import type { Built } from "../proof/build.ts";
import { blankEdge } from "./blank-edge.ts";
import { copy } from "./copy.ts";
import type { CostlierReading, Rival } from "./costlier-reading.ts";
import { heldSide, heldSides } from "./held-side.ts";
import type { Meaning } from "./meaning.ts";
import { otherPlace } from "./other-place.ts";
import { onlyDifference } from "./ranges.ts";
import { removalShown } from "./removal-shown.ts";
import { repeatedStretch } from "./repeated-lines.ts";
import { RepeatedStretches } from "./repeated-stretches.ts";

/** The readings of placements that move one block, each with its own limit on the extra cost. */
export const readingsOfOthers: readonly CostlierReading[] = [
  removalShown,
  repeatedStretch,
  blankEdge,
  otherPlace,
  copy,
];

/** Texts of placements that cost more than the best one but may be meant, the cheapest first. */
export function* costlierReadings(placing: Placing, best: Built): Generator<[Built, Meaning]> {
  const { lines, shape, found, draw } = placing;
  if (shape.extent !== "file") return;
  const { ranges, cost } = best.placement;
  const repeated = new RepeatedStretches(lines);
  const changesNothing = withoutSpace(best.text) === withoutSpace(placing.source);
  let looked = 0;
  for (const placement of found.others(cost + limits.idleReach)) {
    if (looked++ >= limits.suspected) break;
    const k = onlyDifference(ranges, placement.ranges);
    if (k === undefined) continue;
    const rival: Rival = {
      source: lines,
      block: shape.blocks[k]!,
      k,
      best,
      now: ranges[k]!,
      other: placement.ranges[k]!,
      extraCost: placement.cost - cost,
      changesNothing,
      repeated,
    };
    const likely = readingsOfOthers.filter((reading) => reading.mayHold(rival));
    if (likely.length === 0) continue;
    const built = draw(placement);
    if (built.idle[k]) continue;
    const reading = likely.find((one) => one.holds(rival, built));
    if (reading !== undefined) yield [built, reading];
  }
  for (const built of heldSides(placing, best, repeated)) yield [built, heldSide];
}

const withoutSpace = (text: string): string => text.replace(/\s+/g, "");
