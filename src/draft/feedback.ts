import type { Plan } from "../core/plan.ts";
import type { Draft, DraftFeedback, Token } from "../core/target.ts";
import { sharedLength } from "../text/prefix.ts";

/**
 * What a drafter learns after a step. `used` is the draft of the drafter's own that was verified, of several the one
 * with the most accepted tokens. The target's own token at the end of `committed` does not count as accepted, even
 * where the draft would have continued with the same one.
 */
export function feedbackOn(
  drafts: readonly Draft[],
  plan: Plan,
  committed: readonly Token[],
): DraftFeedback {
  const path = committed.slice(0, -1);
  let used: Draft | undefined;
  let accepted = 0;
  for (const draft of drafts) {
    if (!isSent(plan, draft)) continue;
    const length = sharedLength(draft.tokens, path);
    if (used !== undefined && length <= accepted) continue;
    used = draft;
    accepted = length;
  }
  return { committed, ...(used && { used }), accepted };
}

/** Whether the draft's first token is among the nodes at the root. */
function isSent(plan: Plan, draft: Draft): boolean {
  return plan.nodes.some(({ token, parent }) => parent === -1 && token === draft.tokens[0]);
}
