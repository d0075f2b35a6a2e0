/** Milliseconds that only ever grow; injected so that tests own the time. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => performance.now() };
