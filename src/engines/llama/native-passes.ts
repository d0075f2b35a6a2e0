import { cancelledPass, type Entry, type NativeBatch, type NativePass } from "./native-batch.ts";

/** What a sequence wants evaluated. */
export interface Work {
  /** Whose it is. A sequence has one work at a time. */
  readonly owner: number;
  readonly entries: readonly Entry[];
  /**
   * Called after each pass that held some of the entries, with the index behind the last of them and their `count`
   * rows of logits, which are valid until the next pass.
   */
  readonly done: (end: number, rows: Float32Array, count: number) => void;
}

/** Times of one work, in ms. A shared pass counts for each by its share of the tokens. */
export interface PassesSpent {
  /** The clock, and the processor on all threads: passes, and reading their rows. */
  readonly ms: number;
  readonly cpuMs: number;
  /** Of that in llama.cpp itself. */
  readonly passMs: number;
  readonly passCpuMs: number;
  /** Passes it took. */
  readonly passes: number;
  /** What the last of them held: all its tokens, and how many works they belong to. */
  readonly passTokens: number;
  readonly passWorks: number;
}

/**
 * Forward passes over what several sequences want at the same moment: one pass over all of them costs less than one
 * for each. Cells are written and memory is changed only between passes.
 */
export interface NativePasses {
  readonly batch: NativeBatch;
  /** Whether anything waits for a pass. */
  readonly waiting: boolean;
  /** Resolves when all entries are evaluated; rejects with what went wrong with them, and with nothing of others. */
  run(work: Work): Promise<PassesSpent>;
  /** Runs one pass. Owners that were waiting for it go on in microtasks. Answers whose work it ended. */
  step(): Promise<readonly number[]>;
  /** Ends the work of an owner. The pass that runs now is stopped if nobody else is in it. */
  cancel(owner: number): void;
}

interface Job extends Work {
  at: number;
  readonly spent: { -readonly [name in keyof PassesSpent]: PassesSpent[name] };
  /** Set where a pass with others failed: it may have been because of this one. */
  alone: boolean;
  cancelled: boolean;
  readonly resolve: (spent: PassesSpent) => void;
  readonly reject: (error: unknown) => void;
}

interface Part {
  readonly job: Job;
  readonly end: number;
  readonly rows: number;
}

/** Of a long work, the tokens that a shared pass takes: the others wait for all of it. */
const shareOfLongWork = 128;

/** @param share false where one pass may hold one sequence only: a recurrent state cannot go back after a failed pass */
export function createPasses(batch: NativeBatch, vocabSize: number, share: boolean): NativePasses {
  let jobs: Job[] = [];
  let current: readonly Part[] = [];

  /** The jobs of the next pass, longest wait first, so that no job starves. */
  function choose(): Part[] {
    const parts: Part[] = [];
    const together = share && jobs.length > 1 && !jobs[0]!.alone;
    let tokens = 0;
    let outputs = 0;
    for (const job of jobs) {
      if (parts.length > 0 && (!together || job.alone)) continue;
      const room = batch.tokens - tokens;
      const most = together ? Math.min(room, shareOfLongWork) : room;
      let end = job.at;
      let rows = 0;
      while (end < job.entries.length && end - job.at < most) {
        if (job.entries[end]!.output) {
          if (outputs + rows === batch.outputs) break;
          rows++;
        }
        end++;
      }
      if (end === job.at) continue;
      parts.push({ job, end, rows });
      tokens += end - job.at;
      outputs += rows;
    }
    return parts;
  }

  function remove(removed: ReadonlySet<Job>): void {
    jobs = jobs.filter((job) => !removed.has(job));
  }

  return {
    batch,
    get waiting() {
      return jobs.length > 0;
    },

    run(work) {
      const spent = {
        ms: 0,
        cpuMs: 0,
        passMs: 0,
        passCpuMs: 0,
        passes: 0,
        passTokens: 0,
        passWorks: 1,
      };
      if (work.entries.length === 0) return Promise.resolve(spent);
      return new Promise((resolve, reject) => {
        jobs.push({ ...work, at: 0, spent, alone: false, cancelled: false, resolve, reject });
      });
    },

    async step() {
      const parts = choose();
      const entries = parts.flatMap(({ job, end }) => job.entries.slice(job.at, end));
      current = parts;
      const over = new Set<Job>();
      try {
        const pass = await batch.run(entries);
        let row = 0;
        for (const { job, end, rows } of parts) {
          countPass(job.spent, pass, (end - job.at) / entries.length);
          job.spent.passTokens = entries.length;
          job.spent.passWorks = parts.length;
          job.at = end;
          const own = pass.logits.subarray(row * vocabSize, (row + rows) * vocabSize);
          row += rows;
          if (job.cancelled) continue;
          timed(job.spent, () => job.done(end, own, rows));
          if (end < job.entries.length) continue;
          over.add(job);
          job.resolve(job.spent);
        }
      } catch (error) {
        for (const { job } of parts) {
          if (job.cancelled) continue;
          if (parts.length > 1) job.alone = true;
          else {
            over.add(job);
            job.reject(error);
          }
        }
      } finally {
        current = [];
        batch.resume();
      }
      for (const job of jobs.filter((job) => job.cancelled)) {
        over.add(job);
        job.reject(cancelledPass());
      }
      remove(over);
      // Who was in this pass and has more comes after those who were not.
      const again = new Set(parts.map(({ job }) => job));
      jobs = [...jobs.filter((job) => !again.has(job)), ...jobs.filter((job) => again.has(job))];
      return [...over].map(({ owner }) => owner);
    },

    cancel(owner) {
      const job = jobs.find((one) => one.owner === owner);
      if (job === undefined) return;
      job.cancelled = true;
      if (current.length === 0) {
        remove(new Set([job]));
        job.reject(cancelledPass());
      } else if (current.every((part) => part.job.cancelled)) batch.abort();
    },
  };
}

type JobCosts = Job["spent"];

function countPass(spent: JobCosts, { wall, cpu }: NativePass, part: number): void {
  spent.passes++;
  spent.passMs += wall * part;
  spent.passCpuMs += cpu * part;
  spent.ms += wall * part;
  spent.cpuMs += cpu * part;
}

function timed(spent: JobCosts, act: () => void): void {
  const started = performance.now();
  const before = process.cpuUsage();
  act();
  const used = process.cpuUsage(before);
  spent.ms += performance.now() - started;
  spent.cpuMs += (used.user + used.system) / 1000;
}
