/** The engine on worker threads, for servers: no edit keeps the calling thread from its work. */
export {
  createThreadedRedraft,
  type ThreadedRedraft,
  type ThreadsOptions,
} from "./threads.ts";
