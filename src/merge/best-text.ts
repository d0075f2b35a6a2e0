import type { MergeOutcome } from "../core/merge.ts";
import { limits } from "./align/costs.ts";
import { isDistinctive } from "./align/distinctive.ts";
import { isOwn, type Placing } from "./placing.ts";
import type { Built } from "./proof/build.ts";
import {
  foreign,
  intoNewScope,
  misread,
  notFounded,
  separatedLines,
  unquotedLoss,
} from "./proof/explain.ts";
import type { BlockLine } from "./shape.ts";
import { misreadContext } from "./words/context.ts";
import { doubtfulOmission } from "./words/omitted.ts";
import { isForOtherFile, unfoundedBlock } from "./wrong-file.ts";

export type BestText =
  | { readonly kind: "best"; readonly built: Built }
  | { readonly kind: "none"; readonly outcome: MergeOutcome };

/**
 * The cheapest text that removes and moves only what the edit shows, and quotes as much of the file as the cheapest of
 * all: a line that the edit quotes there does not become a new line elsewhere.
 */
function ownQuotingAsMuch(placing: Placing, first: Built): Built | undefined {
  const quoted = quotedCount(placing, first);
  return cheapest(placing, (one) => isOwn(placing, one) && quotedCount(placing, one) >= quoted);
}

/** How many distinctive lines of an edit are matched with lines of the file. */
function quotedCount({ shape }: Placing, built: Built): number {
  const isQuoted = ({ text, editLine }: BlockLine): boolean =>
    isDistinctive(text) && built.proof.edit[editLine]!.fate === "matched";
  return shape.blocks.reduce((sum, { tokens }) => sum + tokens.filter(isQuoted).length, 0);
}

/**
 * The text of the cheapest placement that removes and moves only what the edit shows, and adds nothing that the file
 * has in the same scope where another text is possible; or why there is none.
 */
export function bestText(placing: Placing): BestText {
  const { lines, shape, found, complete, repeats } = placing;
  const first = complete(found.best!);
  const own = isOwn(placing, first) ? first : ownQuotingAsMuch(placing, first);
  if (own === undefined) {
    const loss = placing.unquoted(first);
    const outcome = loss
      ? unquotedLoss(lines, shape, first, loss)
      : intoNewScope(lines, shape, placing.displaced(first)!);
    return { kind: "none", outcome };
  }
  if (repeats(own) === 0) return { kind: "best", built: own };
  const another = cheapest(placing, (one) => isOwn(placing, one) && repeats(one) === 0);
  return { kind: "best", built: another ?? own };
}

/** The text of the cheapest placement, of those near the best one, that fulfils a condition. */
function cheapest(
  { found, complete }: Placing,
  fulfils: (built: Built) => boolean,
): Built | undefined {
  let looked = 0;
  for (const other of found.others(found.best!.cost + limits.ownReach)) {
    if (looked++ >= limits.searched) return undefined;
    const built = complete(other);
    if (fulfils(built)) return built;
  }
  return undefined;
}

/** Returns why the best text is refused although its lines were placed, or undefined. */
export function refusedThough(placing: Placing, best: Built): MergeOutcome | undefined {
  const { source, lines, shape, prepared } = placing;
  const isInserted = (k: number): boolean => prepared.insertions[k] !== undefined;
  const unfounded =
    shape.extent === "file" ? unfoundedBlock(lines, shape, best, isInserted) : undefined;
  if (unfounded !== undefined) {
    return unfounded.quotes
      ? foreign(lines, shape, best)
      : notFounded(lines, shape, unfounded.block);
  }
  const addsOnly = shape.blocks.every((_, k) => isInserted(k) || best.idle[k]);
  if (best.text !== source && !addsOnly && isForOtherFile(lines, shape, best)) {
    return foreign(lines, shape, best);
  }
  const doubt = misreadContext(lines, shape, prepared.matches, best);
  if (doubt !== undefined) return misread(lines, doubt);
  const omission = doubtfulOmission(lines, shape, best);
  return omission === undefined ? undefined : separatedLines(lines, omission);
}
