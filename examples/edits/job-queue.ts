import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";

export interface Job<Payload> {
  readonly id: string;
  readonly payload: Payload;
  readonly addedAt: number;
  attempts: number;
}

export interface QueueOptions {
  /** Jobs that run at the same time. */
  readonly concurrency?: number;
  readonly now?: () => number;
}

export type Handler<Payload> = (payload: Payload, signal: AbortSignal) => Promise<void>;

interface QueueEvents<Payload> {
  added: [job: Job<Payload>];
  done: [job: Job<Payload>];
  failed: [job: Job<Payload>, error: unknown];
  idle: [];
}

/** Runs jobs in the order in which they were added, a few at a time. */
export class JobQueue<Payload> extends EventEmitter<QueueEvents<Payload>> {
  readonly #handler: Handler<Payload>;
  readonly #concurrency: number;
  readonly #now: () => number;
  readonly #waiting: Job<Payload>[] = [];
  readonly #running = new Map<string, AbortController>();
  #paused = false;

  constructor(handler: Handler<Payload>, options: QueueOptions = {}) {
    super();
    this.#handler = handler;
    this.#concurrency = options.concurrency ?? 1;
    this.#now = options.now ?? Date.now;
  }

  get size(): number {
    return this.#waiting.length + this.#running.size;
  }

  add(payload: Payload): Job<Payload> {
    const job: Job<Payload> = {
      id: randomUUID(),
      payload,
      addedAt: this.#now(),
      attempts: 0,
    };
    this.#waiting.push(job);
    this.emit("added", job);
    this.#next();
    return job;
  }

  remove(id: string): boolean {
    const index = this.#waiting.findIndex((job) => job.id === id);
    if (index === -1) return false;
    this.#waiting.splice(index, 1);
    return true;
  }

  cancel(id: string): boolean {
    const controller = this.#running.get(id);
    if (!controller) return this.remove(id);
    controller.abort();
    return true;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#next();
  }

  /** Resolves once nothing waits and nothing runs. */
  async drained(): Promise<void> {
    if (this.size === 0) return;
    await new Promise<void>((resolve) => {
      this.once("idle", resolve);
    });
  }

  #next(): void {
    if (this.#paused) return;
    while (this.#running.size < this.#concurrency) {
      const job = this.#waiting.shift();
      if (!job) break;
      void this.#run(job);
    }
    if (this.size === 0) this.emit("idle");
  }

  async #run(job: Job<Payload>): Promise<void> {
    const controller = new AbortController();
    this.#running.set(job.id, controller);
    job.attempts += 1;
    try {
      await this.#handler(job.payload, controller.signal);
      this.#running.delete(job.id);
      this.emit("done", job);
    } catch (error) {
      this.#running.delete(job.id);
      this.emit("failed", job, error);
    }
    this.#next();
  }
}

/** Jobs that have waited longer than `age` milliseconds, oldest first. */
export function overdue<Payload>(
  jobs: readonly Job<Payload>[],
  age: number,
  now: number,
): Job<Payload>[] {
  return jobs
    .filter((job) => now - job.addedAt > age)
    .sort((one, other) => one.addedAt - other.addedAt);
}
