import { RedraftError } from "../core/errors.ts";
import type { Drafter } from "../core/target.ts";
import { type CopyDrafter, type CopyDrafterOptions, copyDrafter } from "./copy.ts";
import { type DraftModelOptions, draftModelDrafter, type TokenPredictor } from "./draft-model.ts";
import { type LookupOptions, lookupDrafter } from "./lookup.ts";
import { type SuffixOptions, suffixDrafter } from "./suffix.ts";

/** What a generation offers its drafters; each takes what it needs. */
export interface DrafterSetting
  extends CopyDrafterOptions,
    Pick<DraftModelOptions, "cost" | "passCost"> {
  /** The small model that `draft-model` asks. */
  readonly predictor?: TokenPredictor;
}

/** Makes a drafter for one generation at a time. */
export type MakeDrafter = (setting: DrafterSetting) => Drafter;

/** Every drafter, by name; each is a `MakeDrafter`. */
export const drafters = {
  copy: (setting: DrafterSetting): CopyDrafter => copyDrafter(setting),
  "draft-model": (setting: DrafterSetting): Drafter => {
    const { predictor, cost, passCost } = setting;
    if (predictor === undefined) {
      throw new RedraftError("usage", "the drafter draft-model needs a predictor: a small model.");
    }
    const costs = { ...(cost && { cost }), ...(passCost !== undefined && { passCost }) };
    return draftModelDrafter({ predictor, copy: copyDrafter(setting), ...costs });
  },
  lookup: (setting: DrafterSetting & LookupOptions): Drafter => lookupDrafter(setting),
  suffix: (setting: DrafterSetting & SuffixOptions): Drafter => suffixDrafter(setting),
} as const;

export type DrafterName = keyof typeof drafters;
