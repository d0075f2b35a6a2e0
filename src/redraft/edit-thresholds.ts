import { type AssetExpectation, lazyAsset, modelAsset } from "../assets/asset.ts";

/** From which score on a model's edits of one type are taken, and how that was measured on edits that took no part in choosing it. */
export interface EditThreshold {
  /** Nats a token against no change; null: no score holds the wanted precision, and none is taken. */
  readonly threshold: number | null;
  readonly measured: {
    /** Edits whose right answer is known. */
    readonly edits: number;
    readonly taken: number;
    readonly wrong: number;
    /** Lower bound of the precision at 95 % (Clopper and Pearson). */
    readonly bound: number;
  };
}

export interface EditThresholds {
  /** The precision that thresholds were chosen for, 0 to 1. */
  readonly wanted: number;
  /** Per model, by `modelIdentity`, and type of edit. */
  readonly models: Readonly<Record<string, Readonly<Record<string, EditThreshold>>>>;
}

export const editThresholdsExpectation: AssetExpectation = {
  name: "edit-verifier",
  version: 1,
  features: { score: ["nats a token against no change"] },
};

/** The shipped table: models/edit-verifier.json, which `scripts/calibrate-edits.ts` writes. */
export const editThresholds: () => EditThresholds = lazyAsset(
  modelAsset("edit-verifier.json"),
  editThresholdsExpectation,
);

/** The thresholds of a model; none where it was never measured. */
export function thresholdsFor(
  identity: string,
  { models }: EditThresholds = editThresholds(),
): Readonly<Record<string, number>> {
  const own = Object.hasOwn(models, identity) ? models[identity]! : {};
  const known = Object.entries(own).flatMap(([type, { threshold }]) =>
    threshold === null ? [] : [[type, threshold] as const],
  );
  return Object.fromEntries(known);
}
