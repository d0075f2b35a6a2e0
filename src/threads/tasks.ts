import type { Task } from "./context.ts";

/** The tasks by the names that the main thread uses. What only one face needs is loaded on first use. */
export const tasks: Readonly<Record<string, () => Promise<Task>>> = {
  edit: async () => (await import("./edit-task.ts")).editTask as Task,
  /** For tests of the pool: they compute forever, block the thread without computing, or use up all memory. */
  spin: async () => async () => {
    for (;;);
  },
  block: async () => async () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  hoard: async () => async () => {
    const all: number[][] = [];
    for (;;) all.push(Array.from({ length: 10_000 }, (_, i) => i + 0.5));
  },
  http: async () => {
    const { httpTask } = await import("../http/on-thread.ts");
    return httpTask as Task;
  },
};
