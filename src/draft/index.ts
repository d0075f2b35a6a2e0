export type { Plan, PlanFeedback, PlanLimits, Planner } from "../core/plan.ts";
export type {
  Draft,
  Drafter,
  DraftFeedback,
  DraftNode,
  DraftRequest,
  DraftState,
  Origin,
} from "../core/target.ts";
export { type ControllerOptions, createController } from "./controller.ts";
export { type CopyDrafter, type CopyDrafterOptions, copyDrafter } from "./copy.ts";
export {
  type DraftModelOptions,
  draftModelDrafter,
  type TokenPredictor,
  targetPredictor,
} from "./draft-model.ts";
export { type FixedPlannerOptions, fixedPlanner } from "./fixed-planner.ts";
export { type LookupOptions, lookupDrafter } from "./lookup.ts";
export { mergeDrafts } from "./merge-drafts.ts";
export { type DrafterName, type DrafterSetting, drafters, type MakeDrafter } from "./registry.ts";
export { type Speller, spellerOf } from "./spelling.ts";
export { type SuffixOptions, suffixDrafter } from "./suffix.ts";
