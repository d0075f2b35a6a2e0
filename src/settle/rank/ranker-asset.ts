import { lazyAsset, modelAsset } from "../../assets/asset.ts";
import { featureNames } from "./candidate-features.ts";
import type { RankerWeights } from "./rank-candidates.ts";

/** The shipped ranker: models/ranker.json, which training/ranker.py writes. */
export const rankerWeights: () => RankerWeights = lazyAsset(modelAsset("ranker.json"), {
  name: "ranker",
  version: 1,
  features: { candidate: featureNames },
});
