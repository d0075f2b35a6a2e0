import { type AssetExpectation, lazyAsset, modelAsset } from "../assets/asset.ts";
import type { AcceptanceWeights } from "./acceptance-model.ts";
import { copyFeatureNames } from "./copy-features.ts";
import { riskFeatureNames } from "./risk-features.ts";

/** Inputs of the two networks; the last one of the risk network is `hazardInput`. */
export const acceptanceFeatures: AssetExpectation["features"] = {
  survival: copyFeatureNames,
  risk: [...riskFeatureNames, "logHazard"],
};

/** The shipped acceptance statistics: models/acceptance.json, which training/acceptance.py writes. */
export const acceptanceWeights: () => AcceptanceWeights = lazyAsset(modelAsset("acceptance.json"), {
  name: "acceptance",
  version: 1,
  features: acceptanceFeatures,
});
