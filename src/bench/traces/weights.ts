import type { AcceptanceWeights } from "../../draft/acceptance-model.ts";
import { acceptanceWeights } from "../../draft/acceptance-weights.ts";
import { acceptanceFolds } from "./acceptance-folds.ts";
import { foldOf, isKnownTask } from "./folds.ts";

/** What was learnt from other tasks only; all that is known for tasks that nothing was learnt from. */
export function weightsFor(task: string): AcceptanceWeights {
  return isKnownTask(task) ? acceptanceFolds[foldOf(task)]! : acceptanceWeights;
}
