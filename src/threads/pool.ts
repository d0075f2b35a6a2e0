import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { RedraftError } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import { throwIfStopped } from "../core/signal.ts";
import { type FromWorker, fromPlain, type ToWorker, toPlain } from "./protocol.ts";

export interface PoolOptions {
  /** Starts a worker that speaks `protocol.ts`. */
  readonly start: () => Worker;
  /** How many workers there are at most; default: one less than the processors, 2 to 4. */
  readonly size?: number;
  /** How many tasks may wait for a worker; the next is refused. Default 256. */
  readonly maxWaiting?: number;
  /** How long a task may occupy a worker, in ms; what it waits for, a model's answer, does not count. Default 60,000. */
  readonly limitMs?: number;
  readonly logger?: Logger;
}

export interface TaskCall {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (event: unknown) => void;
  /** Answers a question of the task; `notify` sends parts of the answer before it is complete. The worker does other work meanwhile. */
  readonly onAsk?: (question: unknown, notify: (value: unknown) => void) => Promise<unknown>;
}

export interface Pool {
  /**
   * Runs a task on a worker. Rejects with the task's own error; with `timeout` or `cancelled` if it was stopped, which ends
   * its worker; with `engine-failed` if it crashed its worker.
   */
  run(task: string, input: unknown, call?: TaskCall): Promise<unknown>;
  /** Starts a worker ahead of the first task. */
  warm(): void;
  readonly workers: number;
  readonly waiting: number;
  close(): Promise<void>;
}

interface PoolJob {
  readonly id: number;
  readonly task: string;
  readonly input: unknown;
  readonly call: TaskCall;
  settled: boolean;
  settle(outcome: { readonly value: unknown } | { readonly error: unknown }): void;
  /** Events that the caller has seen: a task that starts over repeats them. */
  seen: number;
  skip: number;
  /** Answers to its questions, in order: a task that starts over asks the same ones. */
  readonly answers: Promise<unknown>[];
  asked: number;
  /** ms on a worker so far. */
  spent: number;
}

interface WorkerSlot {
  readonly worker: Worker;
  /** The one task that computes; the others on this worker wait for answers. */
  active: PoolJob | undefined;
  ready: boolean;
  since: number;
  timer: NodeJS.Timeout | undefined;
  readonly parked: Set<PoolJob>;
  /** Answers that came while another task computed. */
  readonly resumes: { readonly job: PoolJob; readonly message: ToWorker }[];
  dead: boolean;
}

/** How long a cancelled task may take to end by itself before its worker is ended. */
const politeMs = 100;

/** How long a worker may take to load. */
const startMs = 60_000;

export function defaultWorkers(): number {
  return Math.max(2, Math.min(4, availableParallelism() - 1));
}

/**
 * Runs tasks on worker threads, one at a time on each. A task that passes its limit or is cancelled ends its worker. Other
 * tasks on that worker, which only wait for an answer, start over on another one without their callers noticing, so a task
 * must do the same every time it runs.
 */
export function createPool(options: PoolOptions): Pool {
  const { size = defaultWorkers(), maxWaiting = 256, limitMs = 60_000 } = options;
  const logger = options.logger ?? silentLogger;
  const slots = new Set<WorkerSlot>();
  const waiting: PoolJob[] = [];
  let nextId = 1;
  let closed = false;

  function spawn(): WorkerSlot {
    const worker = options.start();
    const slot: WorkerSlot = {
      worker,
      active: undefined,
      ready: false,
      since: 0,
      timer: undefined,
      parked: new Set(),
      resumes: [],
      dead: false,
    };
    worker.unref();
    worker.on("message", (message: FromWorker) => receive(slot, message));
    worker.on("messageerror", (error) => lose(slot, error));
    worker.on("error", (error) => lose(slot, error));
    worker.on("exit", () => lose(slot, undefined));
    slots.add(slot);
    return slot;
  }

  function dispatch(): void {
    while (waiting.length > 0) {
      let slot = [...slots].find(({ active }) => active === undefined);
      if (slot === undefined && slots.size >= size) return;
      try {
        slot ??= spawn();
      } catch (error) {
        waiting.shift()?.settle({ error: crashed(error as Error) });
        continue;
      }
      const job = waiting.shift()!;
      if (job.settled) continue;
      const { id, task, input } = job;
      job.skip = job.seen;
      job.asked = 0;
      activate(slot, job, { kind: "run", id, task, input });
    }
  }

  function activate(slot: WorkerSlot, job: PoolJob, message: ToWorker): void {
    slot.parked.delete(job);
    slot.active = job;
    slot.since = performance.now();
    slot.worker.ref();
    watch(slot, job);
    try {
      slot.worker.postMessage(message);
    } catch (error) {
      job.settle({ error });
      release(slot);
    }
  }

  /** Ends the worker if its task takes too long, or if the worker itself takes too long to start. */
  function watch(slot: WorkerSlot, job: PoolJob): void {
    clearTimeout(slot.timer);
    slot.timer = setTimeout(
      () => {
        job.settle({ error: slot.ready ? editTimedOut(limitMs) : crashed(undefined) });
        end(slot);
      },
      slot.ready ? Math.max(1, limitMs - job.spent) : startMs,
    );
  }

  /** The slot's task no longer computes: the next one may. */
  function release(slot: WorkerSlot): void {
    clearTimeout(slot.timer);
    if (slot.active !== undefined) slot.active.spent += performance.now() - slot.since;
    slot.active = undefined;
    if (slot.dead) return;
    const resume = slot.resumes.shift();
    if (resume !== undefined) activate(slot, resume.job, resume.message);
    else {
      if (slot.parked.size === 0) slot.worker.unref();
      dispatch();
    }
  }

  function receive(slot: WorkerSlot, message: FromWorker): void {
    if (slot.dead) return;
    if (message.kind === "ready") {
      slot.ready = true;
      slot.since = performance.now();
      if (slot.active !== undefined) watch(slot, slot.active);
      return;
    }
    if (message.kind === "log") {
      logger[message.level](message.message, message.fields);
      return;
    }
    const parked = [...slot.parked].find(({ id }) => id === message.id);
    const job = slot.active?.id === message.id ? slot.active : parked;
    if (job === undefined) return;
    if (message.kind === "event") {
      if (job.skip > 0) job.skip -= 1;
      else if (!job.settled) {
        job.seen += 1;
        job.call.onEvent?.(message.event);
      }
      return;
    }
    if (message.kind === "ask") {
      park(slot, job, message.question);
      return;
    }
    if (message.kind === "done") job.settle({ value: message.output });
    else job.settle({ error: fromPlain(message.error) });
    slot.parked.delete(job);
    if (slot.active === job) release(slot);
  }

  function park(slot: WorkerSlot, job: PoolJob, question: unknown): void {
    const { id, answers } = job;
    const notify = (value: unknown): void => {
      if (!slot.dead && !job.settled) slot.worker.postMessage({ kind: "notice", id, value });
    };
    const asked = job.asked++;
    const answer = answers[asked] ?? Promise.resolve(job.call.onAsk?.(question, notify));
    answers[asked] = answer;
    slot.parked.add(job);
    if (slot.active === job) release(slot);
    const resume = (message: ToWorker): void => {
      if (slot.dead || job.settled) return;
      if (slot.active === undefined) activate(slot, job, message);
      else slot.resumes.push({ job, message });
    };
    answer.then(
      (value) => resume({ kind: "answer", id, answer: value }),
      (error: unknown) => resume({ kind: "refusal", id, error: toPlain(error) }),
    );
  }

  /** A worker exited by itself: its active task fails, the waiting tasks start over. */
  function lose(slot: WorkerSlot, cause: Error | undefined): void {
    if (slot.dead) return;
    slot.active?.settle({ error: crashed(cause) });
    if (cause !== undefined) logger.error("a worker thread failed", { cause: cause.message });
    end(slot);
  }

  function end(slot: WorkerSlot): void {
    if (slot.dead) return;
    slot.dead = true;
    clearTimeout(slot.timer);
    slots.delete(slot);
    const others = [...slot.parked, ...(slot.active === undefined ? [] : [slot.active])];
    waiting.unshift(...others.filter(({ settled }) => !settled));
    void slot.worker.terminate();
    if (!closed) dispatch();
  }

  function give(job: PoolJob): void {
    for (const slot of slots) {
      if (slot.active !== job && !slot.parked.has(job)) continue;
      const error = toPlain(stopReason(job.call.signal));
      slot.worker.postMessage({ kind: "cancel", id: job.id, error } satisfies ToWorker);
      if (slot.active !== job) {
        slot.parked.delete(job);
        if (slot.active === undefined && slot.parked.size === 0) slot.worker.unref();
        return;
      }
      setTimeout(() => {
        if (slot.active === job) end(slot);
      }, politeMs).unref();
      return;
    }
    const at = waiting.indexOf(job);
    if (at >= 0) waiting.splice(at, 1);
  }

  return {
    get workers() {
      return slots.size;
    },
    get waiting() {
      return waiting.length;
    },
    warm() {
      if (slots.size === 0 && !closed) spawn();
    },
    run(task, input, call = {}) {
      return new Promise((resolve, reject) => {
        throwIfStopped(call.signal);
        if (closed) throw new RedraftError("cancelled", "The program is ending.");
        if (waiting.length >= maxWaiting) throw full(waiting.length);
        const onAbort = (): void => {
          job.settle({ error: stopReason(call.signal) });
          give(job);
        };
        const job: PoolJob = {
          id: nextId++,
          task,
          input,
          call,
          settled: false,
          settle(outcome) {
            if (job.settled) return;
            job.settled = true;
            call.signal?.removeEventListener("abort", onAbort);
            if ("error" in outcome) reject(outcome.error);
            else resolve(outcome.value);
          },
          seen: 0,
          skip: 0,
          answers: [],
          asked: 0,
          spent: 0,
        };
        call.signal?.addEventListener("abort", onAbort, { once: true });
        waiting.push(job);
        dispatch();
      });
    },
    async close() {
      closed = true;
      const error = new RedraftError("cancelled", "The program is ending.");
      for (const job of waiting.splice(0)) job.settle({ error });
      const all = [...slots];
      for (const slot of all) {
        for (const job of [slot.active, ...slot.parked]) job?.settle({ error });
        end(slot);
      }
      await Promise.all(all.map(({ worker }) => worker.terminate()));
    },
  };
}

/** What a signal's reason means to the caller; anything but our own errors is wrapped. */
function stopReason(signal: AbortSignal | undefined): unknown {
  try {
    throwIfStopped(signal);
  } catch (error) {
    return error;
  }
  return new RedraftError("cancelled", "the edit was cancelled.");
}

function editTimedOut(limitMs: number): RedraftError {
  return new RedraftError(
    "timeout",
    `The edit exceeded its time limit of ${limitMs / 1000} s. Nothing was written. Send it in smaller parts, with fewer lines that occur several times in the file.`,
  );
}

function crashed(cause: Error | undefined): RedraftError {
  const memory = (cause as { code?: unknown } | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY";
  const why = memory ? "exceeded its memory limit" : "crashed its worker thread";
  return new RedraftError(
    "engine-failed",
    `The edit ${why}. Nothing was written. Send it in smaller parts.`,
    { cause },
  );
}

function full(count: number): RedraftError {
  return new RedraftError(
    "timeout",
    `${count} edits are already waiting. Nothing was written; try again shortly.`,
    { retryable: true },
  );
}
