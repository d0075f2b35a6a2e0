import { hasWords } from "../../text/words.ts";
import { limits } from "../align/costs.ts";
import type { CostlierReading } from "./costlier-reading.ts";
import { size } from "./ranges.ts";

export const removalShown: CostlierReading = {
  name: "removal-shown",
  why: "it changes nothing where it matches, so it may say that the lines between are removed",
  mayHold: ({ block: { tokens }, best, k, now, other, changesNothing }) =>
    changesNothing &&
    best.idle[k]! &&
    // A longer block that the file has line for line is an edit that was applied before.
    tokens.length > 1 &&
    tokens.filter((token) => hasWords(token.text)).length <= limits.idleWords &&
    size(other) > size(now),
  holds: () => true,
};
