import { describe, expect, it } from "vitest";
import { seededDraws } from "../../orchestrate/select/draws.ts";
import { fixedDrafts, noDrafts } from "./draft-policy.ts";
import { EventQueue } from "./event-queue.ts";
import type { ReplicaOptions } from "./replica.ts";
import { leastLoaded, prefixAware } from "./router.ts";
import { type FleetOptions, simulateFleet } from "./simulate.ts";
import type { LinearCost } from "./step-cost.ts";
import type { EditWork } from "./work.ts";

const free: LinearCost = {
  kind: "linear",
  fixed: 0,
  perToken: 0,
  perRequest: 0,
  perContext: 0,
  perDraft: 0,
};
const aSecondEach: LinearCost = { ...free, fixed: 1 };

/** An edit without drafts that are right, unless passes are given. */
function edit(prompt: number, output: number, more: Partial<EditWork> = {}): EditWork {
  const passes = Array.from({ length: output }, () => ({ drafted: 0, written: 1 }));
  return { id: "a", prompt, key: "a", shared: 0, output, passes, ...more };
}

function fleet(
  cost: LinearCost,
  more: Partial<Omit<FleetOptions, "replica">> & {
    readonly replica?: Partial<ReplicaOptions>;
  } = {},
): FleetOptions {
  const { replica, ...rest } = more;
  return {
    replicas: 1,
    router: leastLoaded,
    arrivals: { kind: "closed", clients: 1 },
    edits: 1,
    seed: 1,
    inOrder: true,
    ...rest,
    replica: {
      cost,
      policy: noDrafts,
      mostRequests: 64,
      stepTokens: 1000,
      prefixes: 0,
      ...replica,
    },
  };
}

describe("a fleet that can be computed by hand", () => {
  it("takes a step per token, the first with the prompt", () => {
    const report = simulateFleet([edit(10, 3)], fleet(aSecondEach));
    expect(report).toMatchObject({ seconds: 3, steps: 3, p50: 3, perSecond: 1 / 3, busy: 1 });
  });

  it("reads long prompts in chunks", () => {
    const options = fleet(aSecondEach, { replica: { stepTokens: 4 } });
    expect(simulateFleet([edit(10, 3)], options).seconds).toBe(5);
  });

  it("takes a step per recorded pass where drafts are sent, and pays for their tokens", () => {
    const passes = [
      { drafted: 0, written: 1 },
      { drafted: 4, written: 5 },
      { drafted: 3, written: 2 },
    ];
    const work = [edit(10, 8, { passes })];
    const cost = { ...free, perToken: 1, perDraft: 0.5 };
    // 10 for the prompt, 5 and 4 for the passes, and half a second to find each of the two drafts.
    const options = fleet(cost, { replica: { policy: fixedDrafts(127) } });
    expect(simulateFleet(work, options)).toMatchObject({ seconds: 20, steps: 3 });
    expect(simulateFleet(work, fleet(cost))).toMatchObject({ seconds: 17, steps: 8 });
  });

  it("shares steps between the requests that are there", () => {
    const options = fleet(aSecondEach, { arrivals: { kind: "closed", clients: 2 }, edits: 4 });
    // Two at once, each 3 steps; then the next two.
    expect(simulateFleet([edit(1, 3)], options)).toMatchObject({ seconds: 6, steps: 6, p95: 3 });
  });

  it("keeps the rest waiting where a step is full", () => {
    const options = fleet(aSecondEach, {
      arrivals: { kind: "closed", clients: 2 },
      edits: 2,
      replica: { mostRequests: 1 },
    });
    expect(simulateFleet([edit(1, 3)], options)).toMatchObject({ seconds: 6, p95: 6 });
  });

  it("reads a shared prefix once where it is cached, on the replica that has it", () => {
    const work = [edit(100, 1, { key: "x", shared: 90 }), edit(100, 1, { key: "y", shared: 90 })];
    const cost = { ...free, perToken: 1 };
    const options = (prefixes: number, slack: number): FleetOptions =>
      fleet(cost, { edits: 6, replicas: 2, router: prefixAware(slack), replica: { prefixes } });
    expect(simulateFleet(work, options(0, 0)).seconds).toBe(600);
    expect(simulateFleet(work, options(8, 4)).seconds).toBe(100 + 100 + 4 * 10);
    // A cache of one prefix that two files take turns in.
    const crowded = fleet(cost, { edits: 6, replica: { prefixes: 1 } });
    expect(simulateFleet(work, crowded).seconds).toBe(600);
  });

  it("answers by the merge what the merge proves, and sends on the rest", () => {
    const work = [
      edit(1, 3, { proved: true, mergeSeconds: 0.25 }),
      edit(1, 3, { proved: false, mergeSeconds: 0.25 }),
      edit(1, 3),
    ];
    const report = simulateFleet(work, fleet(aSecondEach, { edits: 3, mergeCores: 1 }));
    expect(report).toMatchObject({ merged: 1, seconds: 0.25 + 3.25 + 3, p50: 3 });
    expect(simulateFleet(work, fleet(aSecondEach, { edits: 3 })).merged).toBe(0);
  });
});

describe("the steady rate", () => {
  it("leaves out the end, where the last long edit is alone", () => {
    const work = [...Array.from({ length: 99 }, () => edit(1, 4)), edit(1, 400)];
    const arrivals = { kind: "closed", clients: 10 } as const;
    const report = simulateFleet(work, fleet(aSecondEach, { arrivals, edits: 100 }));
    // Ten at once, each 4 seconds; the last one takes 400.
    expect(report.steadyPerSecond).toBeCloseTo(10 / 4, 0);
    expect(report.perSecond).toBeLessThan(0.25);
  });
});

describe("a fleet with random arrivals", () => {
  it("is the same for the same seed, and another for another", () => {
    const work = [edit(5, 3), edit(50, 30), edit(7, 4)];
    const run = (seed: number) =>
      simulateFleet(work, {
        ...fleet({ ...free, fixed: 0.01, perToken: 0.001 }),
        arrivals: { kind: "open", perSecond: 4 },
        edits: 200,
        seed,
        inOrder: false,
      });
    expect(run(3)).toEqual(run(3));
    expect(run(3).seconds).not.toBe(run(4).seconds);
  });

  it("waits as M/D/1 says: an engine of one request and one step", () => {
    for (const load of [0.3, 0.5, 0.8]) {
      const options = fleet(aSecondEach, {
        arrivals: { kind: "open", perSecond: load },
        edits: 60_000,
        replica: { mostRequests: 1 },
      });
      const { meanSeconds, busy } = simulateFleet([edit(1, 1)], options);
      const expected = 1 + load / (2 * (1 - load)); // Pollaczek and Khinchine
      expect(Math.abs(meanSeconds / expected - 1)).toBeLessThan(0.04);
      expect(Math.abs(busy / load - 1)).toBeLessThan(0.02);
    }
  });

  it("waits as M/M/1 says: a merge of one core whose time is exponential", () => {
    const draws = seededDraws(7);
    const work = Array.from({ length: 20_000 }, () =>
      edit(1, 1, { proved: true, mergeSeconds: -Math.log(1 - draws.uniform()) }),
    );
    const options = fleet(aSecondEach, {
      arrivals: { kind: "open", perSecond: 0.5 },
      edits: 60_000,
      mergeCores: 1,
      inOrder: false,
    });
    const { meanSeconds, p95 } = simulateFleet(work, options);
    expect(Math.abs(meanSeconds / 2 - 1)).toBeLessThan(0.05); // 1 / (1 - 0.5)
    expect(Math.abs(p95 / (-Math.log(0.05) * 2) - 1)).toBeLessThan(0.06);
  });
});

describe("the queue of events", () => {
  it("gives them in order of time, then as they were added", () => {
    const draws = seededDraws(1);
    const queue = new EventQueue<number>();
    const added = Array.from({ length: 500 }, (_, i) => ({
      at: Math.floor(draws.uniform() * 40),
      event: i,
    }));
    for (const { at, event } of added) queue.add(at, event);
    const wanted = added.toSorted((a, b) => a.at - b.at || a.event - b.event);
    const taken = added.map(() => queue.take());
    expect(taken.map((entry) => entry?.event)).toEqual(wanted.map(({ event }) => event));
    expect(queue.take()).toBeUndefined();
    expect(queue.nextAt).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the router", () => {
  const replica = (load: number, ...keys: string[]) => ({
    load,
    knows: (key: string) => keys.includes(key),
  });

  it("prefers the replica that has the prefix until it is too busy", () => {
    const route = prefixAware(2);
    const work = edit(1, 1, { key: "x" });
    expect(route([replica(0), replica(2, "x")], work)).toBe(1);
    expect(route([replica(0), replica(3, "x")], work)).toBe(0);
    expect(route([replica(3, "x"), replica(1, "x"), replica(1)], work)).toBe(1);
    expect(route([replica(2), replica(1), replica(1)], work)).toBe(1);
  });
});
