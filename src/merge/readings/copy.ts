import type { LineRange } from "../../core/merge.ts";
import type { TextLine } from "../../text/lines.ts";
import { hasWords } from "../../text/words.ts";
import { limits } from "../align/costs.ts";
import type { Built } from "../proof/build.ts";
import type { Block, BlockLine } from "../shape.ts";
import type { CostlierReading, Rival } from "./costlier-reading.ts";
import { contains, fateOf } from "./ranges.ts";

export const copy: CostlierReading = {
  name: "copy",
  why: "its lines repeat lines nearby, which it may replace or copy",
  mayHold: ({ now, other, extraCost }) =>
    extraCost <= limits.copyReach &&
    !(now.start >= other.end || other.start >= now.end) &&
    (contains(now, other) || contains(other, now)),
  holds: isCopy,
};

function isCopy({ source, block, k, best, now, other }: Rival, built: Built): boolean {
  const takesMore = contains(other, now);
  if (takesMore && !keepsEdges(block, best, built)) return false;
  // Any blank line or brace would do as the end of more.
  if (other.end > now.end && !hasWords(block.tokens.at(-1)?.text ?? "")) return false;
  if (other.start < now.start && !hasWords(block.tokens[0]?.text ?? "")) return false;
  const [wide, narrow] = takesMore ? [built, best] : [best, built];
  if (removedLines(wide, k) < limits.copies) return false;
  const placed = block.tokens.filter((token) => fateOf(narrow, token.editLine) === "placed");
  if (repeats(source, wide.placement.ranges[k]!, narrow.placement.ranges[k]!, placed)) return true;
  const onlyAdds = narrow === built && removedLines(narrow, k) === 0;
  return onlyAdds && repeats(source, now, other, block.tokens);
}

/** Whether the block's first and last line with words that the best text finds in the source the other finds too. */
function keepsEdges({ tokens }: Block, best: Built, rival: Built): boolean {
  const known = tokens.filter(
    (token) => hasWords(token.text) && fateOf(best, token.editLine) === "matched",
  );
  return [known[0], known.at(-1)].every(
    (token) => token === undefined || fateOf(rival, token.editLine) === "matched",
  );
}

/** Whether enough of the lines that only the wider range has are among these lines of the edit. */
function repeats(
  source: readonly TextLine[],
  wide: LineRange,
  narrow: LineRange,
  tokens: readonly BlockLine[],
): boolean {
  const texts = new Set(tokens.map((token) => token.text.trim()));
  let words = 0;
  let copies = 0;
  for (let line = wide.start; line < wide.end; line++) {
    if (line >= narrow.start && line < narrow.end) continue;
    const text = source[line]!.text.trim();
    if (!hasWords(text)) continue;
    words++;
    if (texts.has(text)) copies++;
  }
  return copies >= limits.copies && copies >= limits.copyShare * words;
}

/** How many lines of the file a text removes in the range of a block. */
function removedLines(built: Built, k: number): number {
  const { start, end } = built.placement.ranges[k]!;
  return built.proof.source.slice(start, end).filter((fate) => fate.fate !== "kept").length;
}
