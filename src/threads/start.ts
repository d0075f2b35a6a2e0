import { Worker } from "node:worker_threads";

/** The start-up data of a worker. */
export interface WorkerConfig {
  /** What the main thread's model route can do; absent if there is none. */
  readonly model?: {
    readonly name: string;
    readonly settles: boolean;
    readonly rewrites: boolean;
    /** Whether the ranker comes before the model: it runs on the worker. */
    readonly ranks: boolean;
  };
  /** Of a worker's heap, in MB; a task that needs more fails alone. */
  readonly memoryMb: number;
}

/** Starts the worker of this folder: built, as it is; from sources, through the loader for TypeScript. */
export function startWorker(config: WorkerConfig): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: config.memoryMb };
  const options = { workerData: config, resourceLimits, execArgv: [] };
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./worker.js", import.meta.url), options);
  }
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const script = JSON.stringify(new URL("./worker.ts", import.meta.url).href);
  const code = `import(${loader}).then(({ register }) => { register(); return import(${script}); });`;
  return new Worker(code, { ...options, eval: true });
}
