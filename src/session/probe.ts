import type { Divergence } from "./divergence.ts";

/** Decides when splices are compared with full evaluation, and whether they are still trusted. */
export interface Probe {
  /** One more splice was made. */
  count(): void;
  readonly isDue: boolean;
  /** What a comparison found: further apart = compared more often; much further = no splices for a while. */
  learn(found: Divergence): void;
  /** Asked before each change: whether it may be a splice. */
  trusts(): boolean;
  readonly last: Divergence | undefined;
}

/** Divergence in nats below which splices are good, and above which they are not used. */
const smallDivergence = 0.05;
const largeDivergence = 0.5;
const longestInterval = 256;

/** @param every splices before the first comparison; 0 = none is made */
export function createProbe(every: number): Probe {
  let interval = every;
  let since = 0;
  let distrusted = 0;
  let last: Divergence | undefined;
  return {
    count() {
      since += 1;
    },
    get isDue() {
      return every > 0 && since >= interval;
    },
    learn(found) {
      last = found;
      since = 0;
      const good = found.kl <= smallDivergence && found.top1;
      interval = good ? Math.min(longestInterval, 2 * interval) : Math.max(1, interval >> 1);
      distrusted = found.kl > largeDivergence ? every : 0;
    },
    trusts() {
      if (distrusted === 0) return true;
      distrusted -= 1;
      return false;
    },
    get last() {
      return last;
    },
  };
}
