import type { Plan, PlanFeedback, Planner } from "../core/plan.ts";
import type { Draft, Drafter, DraftRequest, DraftState } from "../core/target.ts";
import { costFollower } from "./cost-follower.ts";
import { bestLine, bestTree } from "./draft-length.ts";
import { createRecord, type DrafterRecord } from "./drafter-record.ts";
import { feedbackOn } from "./feedback.ts";
import { mergeDrafts } from "./merge-drafts.ts";

export interface ControllerOptions {
  /** Asked in this order; drafts carry their own survival estimates, or get one from the drafter's record. */
  readonly drafters: readonly Drafter[];
  /** Cost of a pass over n tokens relative to a plain step: the target's measured curve. */
  readonly cost: (n: number) => number;
  /** Send alternatives as a token tree where they are worth their cost (default true). */
  readonly tree?: boolean;
  /** Most nodes in one pass (default 1024). */
  readonly maxNodes?: number;
  /** Correct the curve by what passes really take (default false: a replay takes no time worth following). */
  readonly followCost?: boolean;
  /** Called once when passes have come to cost something else than the curve says: measure again. */
  readonly onDrift?: (factor: number) => void;
}

/**
 * Chooses what to verify by expected tokens per time on this machine: draft, length and alternatives with the most
 * expected accepted tokens per cost of the pass. Where no draft beats a plain step the plan is empty, which is plain
 * decoding.
 */
export function createController(options: ControllerOptions): Planner {
  const { drafters, tree = true, maxNodes = 1024, followCost = false, onDrift } = options;
  const follower = costFollower(options.cost, onDrift && { onDrift });
  const cost = followCost ? follower.cost : options.cost;
  const records = new Map<string, DrafterRecord>();
  const recordOf = (name: string): DrafterRecord => {
    const record = records.get(name) ?? createRecord();
    records.set(name, record);
    return record;
  };
  let useful = usefulLength(cost, maxNodes);
  let passes = 0;
  let asked: readonly { readonly drafter: Drafter; readonly drafts: readonly Draft[] }[] = [];

  return {
    name: `controller(${drafters.map(({ name }) => name).join(", ")})`,
    async begin(request: DraftRequest) {
      asked = [];
      passes = 0;
      useful = usefulLength(cost, maxNodes);
      for (const drafter of drafters) await drafter.begin(request);
    },
    async plan(state: DraftState, limits, signal): Promise<Plan> {
      const room = Math.min(useful, limits.nodes);
      const answers: { drafter: Drafter; drafts: readonly Draft[] }[] = [];
      for (const drafter of drafters) {
        const drafts = await drafter.draft(state, room, signal);
        answers.push({
          drafter,
          drafts: drafts.map((draft) => recordOf(drafter.name).judge(draft)),
        });
      }
      asked = answers;
      const drafts = answers.flatMap((answer) => answer.drafts);
      const choose = tree && limits.trees ? bestTree : bestLine;
      return mergeDrafts(choose(drafts, { room, cost }), room);
    },
    observe({ plan, committed, ms }: PlanFeedback) {
      // The first pass reads the prompt as well: its time says nothing of the curve.
      if (passes++ > 0 && followCost) follower.observe(1 + plan.nodes.length, ms);
      for (const { drafter, drafts } of asked) {
        for (const draft of drafts) recordOf(drafter.name).observe(draft, committed);
        drafter.accept?.(feedbackOn(drafts, plan, committed));
      }
      asked = [];
    },
  };
}

/**
 * Nodes past which no pass is worth more per cost, even if all of them were right: more need not be drafted.
 * (Each further node would have to be surer than all before it.)
 */
function usefulLength(cost: (n: number) => number, most: number): number {
  let best = 0;
  let bestRate = 1 / cost(1);
  for (let n = 1; n <= most; n++) {
    const rate = (1 + n) / cost(1 + n);
    if (rate <= bestRate * 1.001) continue;
    bestRate = rate;
    best = n;
  }
  return best;
}
