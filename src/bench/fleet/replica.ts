import type { DraftPolicy } from "./draft-policy.ts";
import { type StepCost, stepSeconds } from "./step-cost.ts";
import { type EditWork, type OutputProgress, outputStep, startOfOutput } from "./work.ts";

export interface ReplicaOptions {
  readonly cost: StepCost;
  readonly policy: DraftPolicy;
  /** Most requests in a step; the others wait (vLLM's `max_num_seqs`). */
  readonly mostRequests: number;
  /** Most tokens in a step (vLLM's `max_num_batched_tokens`): long prompts are read in chunks. */
  readonly stepTokens: number;
  /** Prefixes that the cache keeps, the least recently used leaves first; 0 = no prefix cache. */
  readonly prefixes: number;
}

interface RunningEdit {
  readonly job: number;
  readonly work: EditWork;
  /** Prompt tokens still to be read. */
  unread: number;
  known: number;
  at: OutputProgress;
}

/** An engine with continuous batching: steps follow each other, a request joins and leaves between two of them. */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #waiting: { readonly job: number; readonly work: EditWork }[] = [];
  #running: RunningEdit[] = [];
  readonly #prefixes = new Map<string, true>();
  #after: (() => number[]) | undefined;
  /** Seconds in which a step ran, steps, and tokens computed. */
  busy = 0;
  steps = 0;
  tokens = 0;

  constructor(options: ReplicaOptions) {
    this.#options = options;
  }

  /** Requests that are here. */
  get load(): number {
    return this.#waiting.length + this.#running.length;
  }

  get isStepping(): boolean {
    return this.#after !== undefined;
  }

  knows(key: string): boolean {
    return this.#prefixes.has(key);
  }

  enter(job: number, work: EditWork): void {
    this.#waiting.push({ job, work });
    // A prefix that is about to be read attracts its like.
    this.#touch(work.key);
  }

  /** Begins a step; returns its seconds, undefined where there is nothing to do. */
  begin(): number | undefined {
    this.#admit();
    if (this.#running.length === 0) return undefined;
    const { policy, stepTokens, cost } = this.#options;
    const reading = this.#running.filter(({ unread }) => unread > 0);
    const writing = this.#running.filter(({ unread }) => unread === 0);
    const limit = policy(this.#running.length);
    let [tokens, context, drafted] = [0, 0, 0];
    const written: {
      readonly request: RunningEdit;
      readonly count: number;
      readonly next: OutputProgress;
    }[] = [];
    for (const request of writing) {
      const step = outputStep(request.work.passes, request.at, limit);
      written.push({ request, count: step.written, next: step.next });
      tokens += 1 + step.drafted;
      context += request.known;
      if (limit > 0) drafted++;
    }
    const read: { readonly request: RunningEdit; readonly count: number }[] = [];
    for (const request of reading) {
      const count = Math.min(request.unread, stepTokens - tokens);
      if (count <= 0) break;
      read.push({ request, count });
      tokens += count;
      context += request.known;
    }
    const requests = written.length + read.length;
    const seconds = stepSeconds(cost, { tokens, requests, context, drafted });
    this.busy += seconds;
    this.steps++;
    this.tokens += tokens;
    this.#after = () => {
      for (const { request, count, next } of written) {
        request.known += count;
        request.at = next;
      }
      for (const { request, count } of read) {
        request.unread -= count;
        request.known += count;
        // The step that reads the last token of a prompt writes the first one of the output.
        if (request.unread === 0) request.at = outputStep(request.work.passes, request.at, 0).next;
      }
      return this.#finish();
    };
    return seconds;
  }

  /** Ends the step that was begun; returns the jobs whose output is written. */
  end(): number[] {
    const after = this.#after;
    this.#after = undefined;
    return after?.() ?? [];
  }

  #finish(): number[] {
    const isDone = ({ unread, at, work }: RunningEdit): boolean =>
      unread === 0 && at.pass >= work.passes.length;
    const done = this.#running.filter(isDone).map(({ job }) => job);
    if (done.length > 0) this.#running = this.#running.filter((request) => !isDone(request));
    return done;
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#running.length < this.#options.mostRequests) {
      const { job, work } = this.#waiting.shift()!;
      const isRead = this.#read.has(work.key) && this.knows(work.key);
      this.#read.add(work.key);
      const known = isRead ? Math.min(work.shared, work.prompt - 1) : 0;
      this.#running.push({ job, work, unread: work.prompt - known, known, at: startOfOutput });
    }
  }

  /** Keys whose tokens were read here once. */
  readonly #read = new Set<string>();

  #touch(key: string): void {
    const { prefixes } = this.#options;
    if (prefixes === 0) return;
    this.#prefixes.delete(key);
    this.#prefixes.set(key, true);
    if (this.#prefixes.size <= prefixes) return;
    const oldest = this.#prefixes.keys().next().value!;
    this.#prefixes.delete(oldest);
    this.#read.delete(oldest);
  }
}
