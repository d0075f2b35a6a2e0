import type { Task } from "./context.ts";

/** The names by which the main thread calls them; what only one face needs is loaded when it asks. */
export const tasks: Readonly<Record<string, () => Promise<Task>>> = {
  edit: async () => (await import("./edit-task.ts")).editTask as Task,
  /** For tests of the pool: they compute for ever, or take all memory there is. */
  spin: async () => async () => {
    for (;;);
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
