import { limits } from "../align/costs.ts";
import type { CostlierReading } from "./costlier-reading.ts";
import { size } from "./ranges.ts";

export const repeatedStretch: CostlierReading = {
  name: "repeated-lines",
  why: "the file has lines twice, and the edit may show that one of the two stretches goes",
  mayHold: ({ now, other, extraCost }) => extraCost <= limits.copyReach && size(other) > size(now),
  holds: ({ now, other, repeated }) => repeated.addsOnlyRepeats(now, other),
};
