/** The program of a worker thread: runs the tasks that the main thread sends, and asks it for the model and for texts. */
import { parentPort, workerData } from "node:worker_threads";
import type { Logger } from "../core/logger.ts";
import type { TaskContext } from "./context.ts";
import { type FromWorker, fromPlain, type ToWorker, toPlain } from "./protocol.ts";
import type { WorkerConfig } from "./start.ts";
import { tasks } from "./tasks.ts";

const mainThread = parentPort!;
const config = workerData as WorkerConfig;

interface Running {
  readonly controller: AbortController;
  /** The question that waits for its answer. */
  question?: {
    readonly resolve: (answer: unknown) => void;
    readonly reject: (error: Error) => void;
    readonly onNotice: ((value: unknown) => void) | undefined;
  };
}

const running = new Map<number, Running>();
const send = (message: FromWorker): void => mainThread.postMessage(message);

const logAt =
  (level: "info" | "warn" | "error"): Logger["info"] =>
  (message, fields) =>
    send({ kind: "log", level, message, fields });
const logger: Logger = {
  debug: () => {},
  info: logAt("info"),
  warn: logAt("warn"),
  error: logAt("error"),
};

function contextOf(id: number, job: Running): TaskContext {
  return {
    config,
    logger,
    signal: job.controller.signal,
    emit: (event) => send({ kind: "event", id, event }),
    ask: (question, onNotice) =>
      new Promise((resolve, reject) => {
        job.controller.signal.throwIfAborted();
        job.question = { resolve, reject, onNotice };
        send({ kind: "ask", id, question });
      }),
  };
}

async function runTask(id: number, name: string, input: unknown): Promise<void> {
  const job: Running = { controller: new AbortController() };
  running.set(id, job);
  try {
    const task = await tasks[name]!();
    send({ kind: "done", id, output: await task(input as never, contextOf(id, job)) });
  } catch (error) {
    send({ kind: "failed", id, error: toPlain(error) });
  } finally {
    running.delete(id);
  }
}

// What nearly every task needs is loaded before the first one is taken, and timed.
await tasks.edit!();
send({ kind: "ready" });
mainThread.on("message", (message: ToWorker) => {
  if (message.kind === "run") {
    void runTask(message.id, message.task, message.input);
    return;
  }
  const job = running.get(message.id);
  const question = job?.question;
  if (message.kind === "notice") question?.onNotice?.(message.value);
  else if (message.kind === "cancel") {
    const reason = fromPlain(message.error);
    job?.controller.abort(reason);
    question?.reject(reason);
  } else {
    delete job?.question;
    if (message.kind === "answer") question?.resolve(message.answer);
    else question?.reject(fromPlain(message.error));
  }
});
