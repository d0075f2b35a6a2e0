import { afterEach, describe, expect, it, vi } from "vitest";
import { createFairQueue } from "./queue.ts";

afterEach(() => vi.useRealTimers());

const patient = { places: 1, maxWaiting: 100, maxWaitMs: 60_000 };

describe("fair queue", () => {
  it("lets clients take turns, whoever asked for more", async () => {
    const queue = createFairQueue(patient);
    const order: string[] = [];
    const first = await queue.enter("first");
    const work = (client: string, name: string): Promise<void> =>
      queue.enter(client).then((leave) => {
        order.push(name);
        leave();
      });
    const all = [
      ...[1, 2, 3, 4].map((n) => work("greedy", `greedy ${n}`)),
      work("modest", "modest 1"),
      work("third", "third 1"),
    ];
    first();
    await Promise.all(all);
    expect(order).toEqual(["greedy 1", "modest 1", "third 1", "greedy 2", "greedy 3", "greedy 4"]);
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
  });

  it("never runs more than it has places, and gives a place back once", async () => {
    const queue = createFairQueue({ ...patient, places: 2 });
    const [a, b] = await Promise.all([queue.enter("x"), queue.enter("x")]);
    const third = queue.enter("x");
    expect([queue.running, queue.waiting]).toEqual([2, 1]);
    a();
    a();
    const c = await third;
    expect(queue.running).toBe(2);
    b();
    c();
    expect(queue.running).toBe(0);
  });

  it("answers 429 with Retry-After when too many wait", async () => {
    const queue = createFairQueue({ ...patient, maxWaiting: 1 });
    const leave = await queue.enter("a");
    const waiting = queue.enter("a");
    await expect(queue.enter("b")).rejects.toMatchObject({ status: 429, retryAfter: 1 });
    leave();
    (await waiting)();
  });

  it("answers 503 to one that waits too long, and keeps no memory of it", async () => {
    vi.useFakeTimers();
    const queue = createFairQueue({ ...patient, maxWaitMs: 2000 });
    const leave = await queue.enter("a");
    const late = expect(queue.enter("b")).rejects.toMatchObject({ status: 503, retryAfter: 2 });
    await vi.advanceTimersByTimeAsync(2001);
    await late;
    expect(queue.waiting).toBe(0);
    leave();
    (await queue.enter("c"))();
  });

  it("forgets those who leave while they wait", async () => {
    const queue = createFairQueue(patient);
    const leave = await queue.enter("a");
    const gone = new AbortController();
    const left = expect(queue.enter("b", gone.signal)).rejects.toThrow("gone");
    gone.abort(new Error("gone"));
    await left;
    expect(queue.waiting).toBe(0);
    leave();
    expect(queue.running).toBe(0);
  });

  it("turns everyone away when it closes", async () => {
    const queue = createFairQueue(patient);
    await queue.enter("a");
    const waiting = expect(queue.enter("b")).rejects.toMatchObject({ status: 503 });
    queue.close();
    await waiting;
    await expect(queue.enter("c")).rejects.toMatchObject({ status: 503 });
  });
});
