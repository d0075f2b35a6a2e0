import type { Plan, PlanLimits } from "../core/plan.ts";

/**
 * Cuts a plan to what one pass may verify, so that a faulty drafter costs time and nothing else: nodes past the
 * limit, with an unknown parent or with a token outside the vocabulary go, their descendants with them; without
 * trees only the line of first children stays.
 */
export function fitPlan(plan: Plan, limits: PlanLimits, vocabSize: number): Plan {
  if (isFit(plan, limits, vocabSize)) return plan;
  const nodes: Plan["nodes"][number][] = [];
  const origins: Plan["origins"][number][] = [];
  const drawnFrom: NonNullable<Plan["drawnFrom"]>[number][] = [];
  const moved = new Map([[-1, -1]]);
  plan.nodes.forEach(({ token, parent }, index) => {
    const at = moved.get(parent);
    const fits =
      at !== undefined && nodes.length < limits.nodes && (limits.trees || at === nodes.length - 1);
    if (!fits || !isToken(token, vocabSize)) return;
    moved.set(index, nodes.length);
    nodes.push({ token, parent: at });
    origins.push(plan.origins[index] ?? "target");
    drawnFrom.push(plan.drawnFrom?.[index]);
  });
  const { draftForwards } = plan;
  return { nodes, origins, draftForwards, ...(plan.drawnFrom && { drawnFrom }) };
}

function isFit(plan: Plan, limits: PlanLimits, vocabSize: number): boolean {
  return (
    plan.nodes.length <= limits.nodes &&
    plan.origins.length === plan.nodes.length &&
    plan.nodes.every(
      ({ token, parent }, index) =>
        isToken(token, vocabSize) &&
        (limits.trees
          ? Number.isInteger(parent) && parent >= -1 && parent < index
          : parent === index - 1),
    )
  );
}

function isToken(token: number, vocabSize: number): boolean {
  return Number.isInteger(token) && token >= 0 && token < vocabSize;
}
