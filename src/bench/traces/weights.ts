import { lazyAsset } from "../../assets/asset.ts";
import { acceptanceFeatures, acceptanceWeights } from "../../draft/acceptance-asset.ts";
import type { AcceptanceWeights } from "../../draft/acceptance-model.ts";
import { foldOf, isKnownTask } from "./folds.ts";

/** Per fold what was learned from the tasks of the others; in the repository alone, the npm package does not hold it. */
export const acceptanceFolds: () => readonly AcceptanceWeights[] = lazyAsset(
  new URL("../../../bench-data/acceptance-folds.json", import.meta.url),
  { name: "acceptance-folds", version: 1, features: acceptanceFeatures },
);

/** What was learnt from other tasks only; all that is known for tasks that nothing was learnt from. */
export function weightsFor(task: string): AcceptanceWeights {
  return isKnownTask(task) ? acceptanceFolds()[foldOf(task)]! : acceptanceWeights();
}
