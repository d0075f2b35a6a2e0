export type { Pool } from "./pool.ts";
export { createThreadedRedraft, type ThreadedRedraft, type ThreadsOptions } from "./threads.ts";
