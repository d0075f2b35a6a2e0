/** The engine on worker threads, for servers: no edit blocks the calling thread. */
export {
  createThreadedRedraft,
  type ThreadedRedraft,
  type ThreadsOptions,
} from "./threads.ts";
