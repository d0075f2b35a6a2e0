import { isBlank } from "../../text/words.ts";
import { limits } from "../align/costs.ts";
import type { Built } from "../proof/build.ts";
import type { Block, BlockLine } from "../shape.ts";
import type { CostlierReading } from "./costlier-reading.ts";
import { contains } from "./ranges.ts";

export const blankEdge: CostlierReading = {
  name: "blank-edge",
  why: "the blank line at its edge also matches further out",
  mayHold: ({ block: { tokens }, extraCost }) =>
    (isBlankToken(tokens[0]) || isBlankToken(tokens.at(-1))) && extraCost <= limits.edgeReach,
  holds: ({ block, best, now, other }, built) =>
    contains(other, now) && holdsBlankEdge(block, best, built),
};

const isBlankToken = (token: BlockLine | undefined): boolean =>
  token !== undefined && isBlank(token.text);

function holdsBlankEdge(block: Block, best: Built, rival: Built): boolean {
  const [first, last] = [1, -1].map((step) => ({
    blank: isBlankToken(block.tokens.at(step === 1 ? 0 : -1)),
    best: edgeRun(block, best, step),
    rival: edgeRun(block, rival, step),
  }));
  if (first!.rival < first!.best || last!.rival < last!.best) return false;
  return [first!, last!].some((edge) => edge.blank && edge.best < 2 && edge.rival > 1);
}

/** How many lines, from the block's first one on (step 1) or up from its last one (-1), match consecutive source lines. */
function edgeRun({ tokens }: Block, built: Built, step: number): number {
  let length = 0;
  let before: number | undefined;
  for (let i = step === 1 ? 0 : tokens.length - 1; i in tokens; i += step) {
    const fate = built.proof.edit[tokens[i]!.editLine]!;
    if (fate.fate !== "matched") break;
    if (before !== undefined && fate.source !== before + step) break;
    before = fate.source;
    length++;
  }
  return length;
}
