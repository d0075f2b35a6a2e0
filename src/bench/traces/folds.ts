/**
 * Statistics are never learnt from the traces under test: tasks are spread over folds, and a trace is judged with
 * what was learnt from the other folds. All requirements, instructions and recordings of a task share its fold.
 */
export const foldCount = 8;

export function foldOf(task: string): number {
  let h = 0;
  for (const character of task) h = (Math.imul(h, 31) + character.charCodeAt(0)) | 0;
  return (h >>> 3) % foldCount;
}

/** Repositories whose edits an apply model's recorded outputs were learnt from. */
const repositories = new Set([
  "expressjs/express",
  "gin-gonic/gin",
  "google/gson",
  "honojs/hono",
  "jqlang/jq",
  "psf/requests",
  "sharkdp/fd",
  "vercel/ai",
]);

/** Whether statistics may have been learnt from this task: the benchmarks whose recordings are public. */
export function isKnownTask(task: string): boolean {
  return /^(canitedit|fn|l1|l2)\//.test(task) || repositories.has(task.replace(/^repo\//, ""));
}
