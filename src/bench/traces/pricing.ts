import type { TraceRun } from "./run.ts";

/** Modelled hardware: a pass over n tokens costs max(1, n / m0) plain steps; `Infinity` = verification is free. */
export const curves = [4, 8, 16, 64] as const;

export const passCost =
  (m0: number) =>
  (n: number): number =>
    Math.max(1, n / m0);

/**
 * Speed-up over plain decoding under a cost curve. Reading the prompt costs the same for every strategy and is
 * left at one step; a pass is priced by the token it starts from and its nodes.
 */
export function speedup(run: TraceRun, cost: (n: number) => number, draftCost: number): number {
  let time = run.draftForwards * draftCost;
  for (const { nodes } of run.passes) time += cost(1 + nodes);
  return run.tokens / time;
}

export function timeOf(run: TraceRun, cost: (n: number) => number, draftCost: number): number {
  return run.tokens / speedup(run, cost, draftCost);
}
