import type { Planner } from "../core/plan.ts";
import type { Draft, Drafter } from "../core/target.ts";
import { feedbackOn } from "./feedback.ts";
import { mergeDrafts } from "./merge-drafts.ts";

export interface FixedPlannerOptions {
  /** Most nodes in one pass (default 64). */
  readonly budget?: number;
  /** Send all drafts as one tree; default: only the first draft of the first drafter that has one. */
  readonly tree?: boolean;
}

/** Asks the drafters in order; no statistics, no cost curve. For baselines, tests and drafters that decide themselves. */
export function fixedPlanner(
  drafters: readonly Drafter[],
  { budget = 64, tree = false }: FixedPlannerOptions = {},
): Planner {
  let asked: { readonly drafter: Drafter; readonly drafts: readonly Draft[] }[] = [];
  return {
    name: drafters.map(({ name }) => name).join("+"),
    async begin(request) {
      asked = [];
      for (const drafter of drafters) await drafter.begin(request);
    },
    async plan(state, limits, signal) {
      asked = [];
      const size = Math.min(budget, limits.nodes);
      for (const drafter of drafters) {
        const drafts = await drafter.draft(state, size, signal);
        if (drafts.length === 0) continue;
        asked.push({ drafter, drafts });
        if (!tree || !limits.trees) return mergeDrafts(drafts.slice(0, 1), size);
      }
      return mergeDrafts(
        asked.flatMap(({ drafts }) => drafts),
        size,
      );
    },
    observe({ plan, committed }) {
      for (const drafter of drafters) {
        const drafts = asked.find((entry) => entry.drafter === drafter)?.drafts ?? [];
        drafter.accept?.(feedbackOn(drafts, plan, committed));
      }
      asked = [];
    },
  };
}
