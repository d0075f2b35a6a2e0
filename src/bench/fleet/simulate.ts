import { seededDraws } from "../../orchestrate/select/draws.ts";
import { percentile } from "../apply/percentile.ts";
import { EventQueue } from "./event-queue.ts";
import { Replica, type ReplicaOptions } from "./replica.ts";
import type { Router } from "./router.ts";
import type { EditWork } from "./work.ts";

/** `closed`: so many clients, each sends its next edit when the last one is answered. `open`: a Poisson process. */
export type Arrivals =
  | { readonly kind: "closed"; readonly clients: number }
  | { readonly kind: "open"; readonly perSecond: number };

export interface FleetOptions {
  readonly replicas: number;
  readonly replica: ReplicaOptions;
  readonly router: Router;
  readonly arrivals: Arrivals;
  /** Edits in all; they are drawn from `work`. */
  readonly edits: number;
  readonly seed: number;
  /** Take the edits in the order of `work`, over and over, instead of drawing them. */
  readonly inOrder?: boolean;
  /** Cores of the merge in front of the engines; absent = the model gets every edit. */
  readonly mergeCores?: number;
}

export interface FleetReport {
  readonly edits: number;
  /** From the first arrival to the last answer, in seconds. */
  readonly seconds: number;
  readonly perSecond: number;
  /** The same from the tenth part of the answers on to the last arrival: without the start and the end of the run. */
  readonly steadyPerSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly meanSeconds: number;
  /** Edits that the merge answered. */
  readonly merged: number;
  /** Share of the time in which the replicas computed. */
  readonly busy: number;
  readonly steps: number;
}

type FleetEvent =
  | { readonly kind: "arrival" }
  | { readonly kind: "merged"; readonly job: number }
  | { readonly kind: "stepped"; readonly replica: number };

/** Runs a fleet until all edits are answered. Seeded: the same options give the same report. */
export function simulateFleet(work: readonly EditWork[], options: FleetOptions): FleetReport {
  const { arrivals, edits, mergeCores = 0 } = options;
  const draws = seededDraws(options.seed);
  const events = new EventQueue<FleetEvent>();
  const replicas = Array.from({ length: options.replicas }, () => new Replica(options.replica));
  const jobs: { readonly work: EditWork; readonly arrived: number }[] = [];
  const latencies: number[] = [];
  const answers: number[] = [];
  const toMerge: number[] = [];
  let [now, merged, merging] = [0, 0, 0];

  const idle = new Set<number>();
  const startIdle = (): void => {
    // What arrives at the same time shares the first step.
    if (events.nextAt <= now) return;
    for (const replica of idle) {
      if (replicas[replica]!.isStepping) continue;
      const seconds = replicas[replica]!.begin();
      if (seconds !== undefined) events.add(now + seconds, { kind: "stepped", replica });
    }
    idle.clear();
  };
  const toModel = (job: number): void => {
    const chosen = options.router(replicas, jobs[job]!.work);
    replicas[chosen]!.enter(job, jobs[job]!.work);
    idle.add(chosen);
  };
  const merge = (): void => {
    while (merging < mergeCores && toMerge.length > 0) {
      const job = toMerge.shift()!;
      merging++;
      events.add(now + (jobs[job]!.work.mergeSeconds ?? 0), { kind: "merged", job });
    }
  };
  const answered = (job: number): void => {
    latencies.push(now - jobs[job]!.arrived);
    answers.push(now);
    if (arrivals.kind === "closed") arrive();
  };
  const arrive = (): void => {
    if (jobs.length >= edits) return;
    const at = options.inOrder
      ? jobs.length % work.length
      : Math.floor(draws.uniform() * work.length);
    const job = jobs.push({ work: work[at]!, arrived: now }) - 1;
    if (mergeCores > 0 && work[at]!.proved !== undefined) {
      toMerge.push(job);
      merge();
    } else toModel(job);
  };

  if (arrivals.kind === "closed") for (let i = 0; i < arrivals.clients; i++) arrive();
  else events.add(0, { kind: "arrival" });
  startIdle();
  for (let next = events.take(); next !== undefined; next = events.take()) {
    now = next.at;
    const { event } = next;
    if (event.kind === "arrival") {
      arrive();
      if (arrivals.kind === "open" && jobs.length < edits) {
        events.add(now - Math.log(1 - draws.uniform()) / arrivals.perSecond, { kind: "arrival" });
      }
    } else if (event.kind === "merged") {
      merging--;
      if (jobs[event.job]!.work.proved) {
        merged++;
        answered(event.job);
      } else toModel(event.job);
      merge();
    } else {
      for (const job of replicas[event.replica]!.end()) answered(job);
      idle.add(event.replica);
    }
    startIdle();
  }
  const busy = replicas.reduce((sum, replica) => sum + replica.busy, 0);
  return {
    edits: latencies.length,
    seconds: now,
    perSecond: latencies.length / now,
    steadyPerSecond: steadyRate(answers, jobs.at(-1)!.arrived),
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    meanSeconds: latencies.reduce((sum, value) => sum + value, 0) / latencies.length,
    merged,
    busy: busy / (now * replicas.length),
    steps: replicas.reduce((sum, replica) => sum + replica.steps, 0),
  };
}

/** Answers per second between the tenth part of them and `end`; of all where that says nothing. */
function steadyRate(answers: readonly number[], end: number): number {
  const first = Math.floor(answers.length / 10);
  const last = answers.findLastIndex((at) => at <= end);
  if (last - first < 10) return answers.length / answers.at(-1)!;
  return (last - first) / (answers[last]! - answers[first]!);
}
