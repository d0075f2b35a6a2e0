import type { Plan, PlanFeedback, Planner } from "../core/plan.ts";
import type { Draft, Drafter, DraftRequest, DraftState, Token } from "../core/target.ts";
import { createRecord, type DrafterRecord } from "./drafter-record.ts";
import { mergeDrafts } from "./plan.ts";
import { bestLine, bestTree } from "./size.ts";

export interface ControllerOptions {
  /** Asked in this order; drafts carry their own survival estimates, or get one from the drafter's record. */
  readonly drafters: readonly Drafter[];
  /** Cost of a pass over n tokens relative to a plain step: the target's measured curve. */
  readonly cost: (n: number) => number;
  /** Send alternatives as a token tree where they are worth their cost (default true). */
  readonly tree?: boolean;
  /** Most nodes in one pass (default 1024). */
  readonly maxNodes?: number;
  /** Called with what a pass took, so that the cost curve can follow the machine. */
  readonly onPass?: (tokens: number, ms: number) => void;
}

/**
 * Chooses what to verify by expected tokens per time on this machine: the drafts whose expected accepted tokens
 * are worth more than the time their nodes add, at the rate at which this generation has gone so far. Nothing is
 * worth it = an empty plan, which is plain decoding.
 */
export function createController(options: ControllerOptions): Planner {
  const { drafters, cost, tree = true, maxNodes = 1024, onPass } = options;
  const records = new Map<string, DrafterRecord>();
  const recordOf = (name: string): DrafterRecord => {
    const record = records.get(name) ?? createRecord();
    records.set(name, record);
    return record;
  };
  let asked: readonly { readonly drafter: Drafter; readonly drafts: readonly Draft[] }[] = [];
  let rate = createRate(cost);

  return {
    name: `controller(${drafters.map(({ name }) => name).join(", ")})`,
    async begin(request: DraftRequest) {
      asked = [];
      rate = createRate(cost);
      for (const drafter of drafters) await drafter.begin(request);
    },
    async plan(state: DraftState, limits, signal): Promise<Plan> {
      const room = Math.min(maxNodes, limits.nodes);
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
      return mergeDrafts(choose(drafts, { room, cost, rate: rate.value }), room);
    },
    observe({ plan, committed, ms }: PlanFeedback) {
      rate.observe(committed.length, 1 + plan.nodes.length);
      onPass?.(1 + plan.nodes.length, ms);
      for (const { drafter, drafts } of asked) {
        const sent = drafts.filter((draft) => isSent(plan, draft));
        const used = longestAgreed(sent, committed);
        for (const draft of drafts) recordOf(drafter.name).observe(draft, committed);
        drafter.accept?.({
          committed,
          ...(used && { used }),
          accepted: used ? agreed(used, committed) : 0,
        });
      }
      asked = [];
    },
  };
}

/** Tokens per time so far, begun with what the curve lets one expect: what a unit of time is worth. */
function createRate(cost: (n: number) => number) {
  // A typical draft: the first token right with 0.8, each further one with 0.92.
  let expected = 1;
  let sum = 1;
  for (let n = 1, p = 0.8; n <= 128; n++, p *= 0.92) {
    sum += p;
    expected = Math.max(expected, sum / cost(1 + n));
  }
  const weight = 4;
  let tokens = weight * expected;
  let time = weight;
  return {
    get value() {
      return tokens / time;
    },
    observe(written: number, fed: number) {
      tokens = tokens * 0.98 + written;
      time = time * 0.98 + cost(fed);
    },
  };
}

/** Whether the beginning of the draft was among the nodes. */
function isSent(plan: Plan, draft: Draft): boolean {
  return plan.nodes.some(({ token, parent }) => parent === -1 && token === draft.tokens[0]);
}

export function agreed(draft: Draft, committed: readonly Token[]): number {
  let count = 0;
  while (count < draft.tokens.length && draft.tokens[count] === committed[count]) count++;
  return count;
}

function longestAgreed(drafts: readonly Draft[], committed: readonly Token[]): Draft | undefined {
  let best: Draft | undefined;
  for (const draft of drafts) {
    if (best === undefined || agreed(draft, committed) > agreed(best, committed)) best = draft;
  }
  return best;
}
