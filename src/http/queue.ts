import { ApiError } from "./errors.ts";

export interface FairQueueOptions {
  /** Places: how many requests run at once, the sequences of the model. */
  readonly places: number;
  /** How many may wait, all clients together; the next is answered 429. */
  readonly maxWaiting: number;
  /** How long one may wait before it is answered 503, in ms. */
  readonly maxWaitMs: number;
}

export interface FairQueue {
  /** Resolves to the function that gives the place back. A second call does nothing. */
  enter(client: string, signal?: AbortSignal): Promise<() => void>;
  readonly running: number;
  readonly waiting: number;
  /** Refuses waiting and new requests. */
  close(): void;
}

interface Waiter {
  readonly admit: () => void;
  readonly refuse: (error: Error) => void;
}

/**
 * Assigns places to clients in turn: a client with a hundred requests waits for its own, and one request of
 * another client waits for one place, not for a hundred.
 */
export function createFairQueue(options: FairQueueOptions): FairQueue {
  /** Waiting requests per client; the Map's order is the order of turns. */
  const lines = new Map<string, Waiter[]>();
  let running = 0;
  let waiting = 0;
  let closed = false;

  function takePlace(): () => void {
    running += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      running -= 1;
      admitNext();
    };
  }

  function admitNext(): void {
    while (running < options.places) {
      const turn = lines.entries().next();
      if (turn.done === true) return;
      const [client, line] = turn.value;
      // The client moves to the end of the turns, with its remaining requests.
      lines.delete(client);
      const waiter = line.shift()!;
      if (line.length > 0) lines.set(client, line);
      waiter.admit();
    }
  }

  function closing(): ApiError {
    return new ApiError(503, "The server is shutting down.", {
      code: "unavailable",
      retryAfter: 5,
    });
  }

  return {
    get running() {
      return running;
    },
    get waiting() {
      return waiting;
    },
    enter(client, signal) {
      if (closed) return Promise.reject(closing());
      if (signal?.aborted === true) return Promise.reject(signal.reason);
      if (running < options.places) return Promise.resolve(takePlace());
      if (waiting >= options.maxWaiting) {
        const message = `The queue is full (${waiting} requests wait for ${options.places} places). Try again shortly.`;
        return Promise.reject(new ApiError(429, message, { code: "queue_full", retryAfter: 1 }));
      }
      return new Promise((resolve, reject) => {
        const done = (): void => {
          waiting -= 1;
          clearTimeout(timer);
          signal?.removeEventListener("abort", leave);
        };
        const waiter: Waiter = {
          admit: () => {
            done();
            resolve(takePlace());
          },
          refuse: (error) => {
            done();
            remove();
            reject(error);
          },
        };
        const remove = (): void => {
          const line = lines.get(client);
          const index = line?.indexOf(waiter) ?? -1;
          if (index >= 0) line!.splice(index, 1);
          if (line?.length === 0) lines.delete(client);
        };
        const leave = (): void => waiter.refuse(signal!.reason as Error);
        const timer = setTimeout(() => {
          const seconds = Math.round(options.maxWaitMs / 1000);
          const message = `The request waited ${seconds} s in the queue and was not started. Try again later.`;
          waiter.refuse(
            new ApiError(503, message, { code: "queue_timeout", retryAfter: seconds || 1 }),
          );
        }, options.maxWaitMs);
        signal?.addEventListener("abort", leave, { once: true });
        waiting += 1;
        const line = lines.get(client);
        if (line === undefined) lines.set(client, [waiter]);
        else line.push(waiter);
      });
    },
    close() {
      closed = true;
      for (const line of [...lines.values()]) {
        for (const waiter of [...line]) waiter.refuse(closing());
      }
    },
  };
}
