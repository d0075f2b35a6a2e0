import { describe, expect, it } from "vitest";
import type { Planner } from "../core/plan.ts";
import type { Draft, Drafter, DraftFeedback } from "../core/target.ts";
import { createController } from "./controller.ts";
import { fixedPlanner } from "./fixed-planner.ts";

const planners: Readonly<Record<string, (drafter: Drafter) => Planner>> = {
  createController: (drafter) => createController({ drafters: [drafter], cost: () => 1 }),
  fixedPlanner: (drafter) => fixedPlanner([drafter], { tree: true }),
};

async function feedbackAfter(
  plannerOf: (drafter: Drafter) => Planner,
  drafts: readonly Draft[],
  nodes: number,
  step: { readonly path: readonly number[]; readonly committed: readonly number[] },
): Promise<DraftFeedback> {
  const seen: DraftFeedback[] = [];
  const planner = plannerOf({
    name: "fixed",
    begin: () => {},
    draft: () => drafts,
    accept: (feedback) => seen.push(feedback),
  });
  await planner.begin({ prompt: [] });
  const plan = await planner.plan({ output: [] }, { nodes, trees: true });
  planner.observe?.({ plan, ...step, ms: 1 });
  expect(seen).toHaveLength(1);
  return seen[0]!;
}

const draftOf = (tokens: readonly number[]): Draft => ({
  tokens,
  drafter: "fixed",
  origin: "source",
  survival: tokens.map((_, i) => 0.99 - i / 100),
});

describe.each(Object.entries(planners))("the feedback of %s", (_name, plannerOf) => {
  it("does not count the target's own token, even where the draft goes on with it", async () => {
    const step = { path: [0, 1], committed: [1, 2, 3] };
    const feedback = await feedbackAfter(plannerOf, [draftOf([1, 2, 3, 4])], 2, step);
    expect(feedback).toMatchObject({ committed: [1, 2, 3], used: { tokens: [1, 2, 3, 4] } });
    expect(feedback.accepted).toBe(2);
  });

  it("counts nothing where the first token is rejected", async () => {
    const feedback = await feedbackAfter(plannerOf, [draftOf([1, 2])], 2, {
      path: [],
      committed: [7],
    });
    expect(feedback).toMatchObject({ used: { tokens: [1, 2] }, accepted: 0 });
  });

  it("names no draft where none was sent", async () => {
    const feedback = await feedbackAfter(plannerOf, [], 2, { path: [], committed: [7] });
    expect(feedback).toEqual({ committed: [7], accepted: 0 });
  });

  it("names of several drafts the one with the most accepted tokens", async () => {
    const drafts = [draftOf([1, 5]), draftOf([1, 2, 3])];
    const step = { path: [0], committed: [1, 2] };
    const one = await feedbackAfter(plannerOf, drafts, 8, step);
    expect(one.accepted).toBe(1);
    const two = await feedbackAfter(plannerOf, drafts, 8, { path: [0, 2], committed: [1, 2, 9] });
    expect(two).toMatchObject({ used: { tokens: [1, 2, 3] }, accepted: 2 });
  });
});
