import type { ModelAnswer, ModelTask } from "../../core/route.ts";
import { rankCandidates } from "./rank-candidates.ts";
import { rankerWeights } from "./ranker-asset.ts";

/**
 * Returns the candidate that the learned ranker is confident in, or undefined. Needs no model file. Sketches are not its business:
 * of those that the merge leaves open, four in ten mean a text that is not among the candidates, and no threshold held 99 %.
 */
export function settleByRanking({ outcome, edit, request }: ModelTask): ModelAnswer | undefined {
  if (outcome?.kind !== "ambiguous" || edit === undefined || edit.extent === "file") {
    return undefined;
  }
  const { candidates } = outcome;
  const { best, confidence, taken } = rankCandidates(
    request.source,
    edit,
    candidates,
    rankerWeights(),
  );
  if (!taken) return undefined;
  const why = `the merge was ambiguous; of its ${candidates.length} candidates the ranker finds one clearly likelier`;
  return { text: candidates[best]!.text, why, confidence };
}
