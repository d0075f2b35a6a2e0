import { hasWords } from "../../text/words.ts";
import { limits } from "../align/costs.ts";
import type { CostlierReading } from "./costlier-reading.ts";
import { fateOf } from "./ranges.ts";

export const otherPlace: CostlierReading = {
  name: "other-place",
  why: "every line that it quotes is found in another place too",
  mayHold: ({ now, other, extraCost }) =>
    extraCost <= limits.copyReach && (now.start >= other.end || other.start >= now.end),
  holds({ block: { tokens }, best }, built) {
    const known = tokens.filter((token) => fateOf(best, token.editLine) === "matched");
    return (
      known.filter((token) => hasWords(token.text)).length > 1 &&
      known.every((token) => fateOf(built, token.editLine) === "matched")
    );
  },
};
