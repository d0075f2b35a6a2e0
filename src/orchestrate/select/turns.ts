import type { ArmOrder } from "./order-arms.ts";

/** Whether a specialist runs, once its turn has come. */
export type TurnAnswer = { readonly run: true } | { readonly run: false; readonly why: string };

/** Lets specialists start one after the other. */
export interface Turns {
  /** Resolves when the specialist may start, or is not needed. Rejects when the signal is aborted. */
  wait(name: string, signal: AbortSignal): Promise<TurnAnswer>;
  /** A specialist has ended, and what it proposed was looked at: the next one may start. */
  ended(name: string): void;
  /** An edit is found that is accepted whatever else is proposed: those that have not started are not needed. */
  enough(why: string): void;
}

/**
 * Each starts when the one before it has ended or has had its head start. All head starts together take at most half of the time
 * limit, so that the last one has the other half.
 */
export function takeTurns({ turns }: ArmOrder, limitMs: number): Turns {
  const sum = turns.reduce((all, { headStartMs }) => all + headStartMs, 0);
  const scale = Math.min(1, limitMs / 2 / Math.max(1, sum));
  const at = new Map(turns.map(({ name }, index) => [name, index]));
  /** Those up to here may start. */
  let open = -1;
  let reason: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const all = waiting;
    waiting = [];
    for (const one of all) one();
  };
  const advance = (to: number): void => {
    clearTimeout(timer);
    open = Math.max(open, to);
    while (open < turns.length - 1 && turns[open]!.headStartMs === 0) open += 1;
    wake();
    if (open >= turns.length - 1) return;
    timer = setTimeout(() => advance(open + 1), scale * turns[open]!.headStartMs);
  };
  advance(0);
  return {
    async wait(name, signal) {
      const own = at.get(name) ?? 0;
      for (;;) {
        signal.throwIfAborted();
        if (own <= open) return { run: true };
        if (reason !== undefined) return { run: false, why: reason };
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
    },
    ended(name) {
      // Only the newest one holds the others up.
      if (reason === undefined && (at.get(name) ?? -1) >= open) advance(open + 1);
    },
    enough(why) {
      reason ??= why;
      clearTimeout(timer);
      wake();
    },
  };
}
