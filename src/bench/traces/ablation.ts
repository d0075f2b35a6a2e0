import { createController } from "../../draft/controller.ts";
import { fixedPlanner } from "../../draft/fixed-planner.ts";
import { drafters } from "../../draft/registry.ts";
import { type ReuseStep, reuseStepDrafter } from "../baselines/reuse-steps.ts";
import { isNewlineOf, type Strategy } from "./strategies.ts";

function step(name: string, summary: string, options: ReuseStep): Strategy {
  return {
    name,
    summary,
    planner: ({ speller }) =>
      fixedPlanner([reuseStepDrafter(options, isNewlineOf(speller))], {
        budget: Number.MAX_SAFE_INTEGER,
      }),
  };
}

/** From EfficientEdit's Reuse as coded to ours, one repair after the other; none uses a draft model. */
export const ablationSteps: readonly Strategy[] = [
  { name: "0-as-coded", summary: "EfficientEdit's Reuse as coded", loop: "efficient-edit-reuse" },
  step("1-nearest-7-gram-ahead", "bonus token kept, nearest 7-gram ahead, nothing dropped", {
    match: 7,
    where: "ahead",
  }),
  step("2-7-gram-anywhere", "7-gram anywhere in the source", { match: 7, where: "anywhere" }),
  step("3-suffix-3", "longest suffix of at least 3", { match: 3, where: "anywhere" }),
  step("4-suffix-1", "longest suffix of at least 1", { match: 1, where: "anywhere" }),
  step("5-line-starts", "line-start hypotheses", { match: 1, where: "anywhere", lines: true }),
  step("6-own-output", "prompt, context and own output", {
    match: 1,
    where: "anywhere",
    lines: true,
    own: true,
  }),
  {
    name: "7-learned-line",
    summary: "candidates ranked by learned acceptance",
    adaptive: true,
    planner: ({ speller, weights, cost }) =>
      createController({
        drafters: [drafters.copy({ speller, weights, online: false })],
        cost,
        tree: false,
      }),
  },
  {
    name: "8-online",
    summary: "learning continues while writing",
    adaptive: true,
    planner: ({ speller, weights, cost }) =>
      createController({ drafters: [drafters.copy({ speller, weights })], cost, tree: false }),
  },
  {
    name: "9-tree",
    summary: "alternatives as token trees",
    adaptive: true,
    planner: ({ speller, weights, cost }) =>
      createController({ drafters: [drafters.copy({ speller, weights })], cost }),
  },
];
