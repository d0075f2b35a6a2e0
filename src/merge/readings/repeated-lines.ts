import { limits } from "../align/costs.ts";
import type { CostlierReading } from "./costlier-reading.ts";
import { size } from "./ranges.ts";

export const repeatedStretch: CostlierReading = {
  name: "repeated-lines",
  why: "the lines that it may also replace are repeated elsewhere in the file",
  mayHold: ({ now, other, extraCost }) => extraCost <= limits.copyReach && size(other) > size(now),
  holds: ({ now, other, repeated }) => repeated.addsOnlyRepeats(now, other),
};
