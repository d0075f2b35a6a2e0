import type { Clock } from "../core/clock.ts";
import type { Plan } from "../core/plan.ts";
import type { Origin, SpeculationStats } from "../core/target.ts";

export interface StatsCounter {
  /** @param fed committed tokens that this pass evaluated besides the nodes */
  count(plan: Plan, path: readonly number[], fed: number): void;
  read(tokens: number): SpeculationStats;
}

export function createStats(clock: Clock): StatsCounter {
  const started = clock.now();
  const acceptedByOrigin: Partial<Record<Origin, number>> = {};
  let forwards = 0;
  let draftForwards = 0;
  let positions = 0;
  let drafts = 0;
  let draftTokens = 0;
  let acceptedTokens = 0;
  return {
    count(plan, path, fed) {
      forwards++;
      draftForwards += plan.draftForwards;
      positions += fed + plan.nodes.length;
      if (plan.nodes.length > 0) drafts++;
      draftTokens += plan.nodes.length;
      acceptedTokens += path.length;
      for (const index of path) {
        const origin = plan.origins[index]!;
        acceptedByOrigin[origin] = (acceptedByOrigin[origin] ?? 0) + 1;
      }
    },
    read: (tokens) => ({
      tokens,
      forwards,
      draftForwards,
      positions,
      drafts,
      draftTokens,
      acceptedTokens,
      acceptedByOrigin: { ...acceptedByOrigin },
      ms: clock.now() - started,
    }),
  };
}
