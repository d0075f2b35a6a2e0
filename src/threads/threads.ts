import { RedraftError } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { Account, CallOptions, EditEvent, Redraft } from "../core/redraft.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import type { ModelRoute } from "../core/route.ts";
import { createTextStore, type TextStore, unknownBase } from "../core/text-store.ts";
import type { ThreadQuestion } from "./context.ts";
import type { EditOutput, EditTaskInput } from "./edit-task.ts";
import { createPool, type Pool, type TaskCall } from "./pool.ts";
import { startWorker } from "./start.ts";

export interface ThreadsOptions {
  /** Asked on the calling thread if the merge gives up. */
  readonly settle?: ModelRoute;
  /** Texts that a request's `base` may name by hash; default: the last ones that went through. */
  readonly texts?: TextStore;
  /** Worker threads at most; default: one less than the processors, 2 to 4. */
  readonly size?: number;
  /** How many edits may wait for a worker; the next is refused. Default 256. */
  readonly maxWaiting?: number;
  /** How long an edit may compute, in ms; a model's answer does not count. Default 60,000. */
  readonly limitMs?: number;
  /** Of each worker's heap, in MB; an edit that needs more is refused. Default 1024. */
  readonly memoryMb?: number;
  readonly logger?: Logger;
}

export interface ThreadCall extends Omit<TaskCall, "onAsk"> {
  /** Counts tokens for the task; without it the task gets no count. */
  readonly onTokens?: (texts: readonly string[]) => Promise<unknown>;
}

/** An engine that makes edits on worker threads, so that none of them blocks the calling thread. */
export interface ThreadedRedraft extends Redraft {
  /** For callers that do other heavy work besides edits. */
  readonly pool: Pool;
  readonly texts: TextStore;
  /** As `Redraft.events`, with the account that the caller reads: `diff` saves the copy of a long proof. */
  accounted(request: EditRequest, account: Account, call?: CallOptions): AsyncIterable<EditEvent>;
  /** Runs a task of `tasks.ts` that may ask for the model and for texts. */
  run(task: string, input: unknown, call?: ThreadCall): Promise<unknown>;
}

/**
 * The engine on worker threads. An edit that computes longer than `limitMs`, or whose signal is aborted, ends its worker, and the
 * pool starts another one. Idle workers do not keep the program alive; `dispose` ends them.
 */
export function createThreadedRedraft(options: ThreadsOptions = {}): ThreadedRedraft {
  const { settle: model, logger = silentLogger, memoryMb = 1024 } = options;
  const texts = options.texts ?? createTextStore();
  const about = model && {
    name: model.name,
    settles: model.settle !== undefined,
    rewrites: model.rewrite !== undefined,
    ranks: model.ranks === true,
  };
  const { size, maxWaiting, limitMs } = options;
  const pool = createPool({
    start: () => startWorker({ memoryMb, ...(about && { model: about }) }),
    logger,
    ...(size !== undefined && { size }),
    ...(maxWaiting !== undefined && { maxWaiting }),
    ...(limitMs !== undefined && { limitMs }),
  });

  const run: ThreadedRedraft["run"] = (task, input, { onTokens, ...call } = {}) =>
    pool.run(task, input, {
      ...call,
      async onAsk(asked, notify) {
        const question = asked as ThreadQuestion;
        if (question.kind === "text") return texts.find(question.hash);
        if (question.kind === "tokens") return onTokens?.(question.texts);
        const onText = (text: string, origin: string): void => notify({ text, origin });
        const signal = call.signal ? { signal: call.signal } : {};
        return model?.[question.route]?.({ ...question.task, ...signal, onText });
      },
    });

  async function* accounted(
    request: EditRequest,
    account: Account,
    call: CallOptions = {},
  ): AsyncGenerator<EditEvent> {
    const input: EditTaskInput = { request: withBaseText(request, texts), account };
    const events: EditEvent[] = [];
    let wake = (): void => {};
    let output: EditOutput | undefined;
    let failure: { readonly error: unknown } | undefined;
    const onEvent = (event: unknown): void => {
      events.push(event as EditEvent);
      wake();
    };
    run("edit", input, { signal: call.signal, onEvent }).then(
      (value) => {
        output = value as EditOutput;
        wake();
      },
      (error: unknown) => {
        failure = { error };
        wake();
      },
    );
    for (;;) {
      const event = events.shift();
      if (event !== undefined) yield event;
      else if (failure !== undefined) throw failure.error;
      else if (output !== undefined) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    const { result, sourceHash, resultHash } = output;
    texts.add(request.source, sourceHash);
    if (result.text !== null && resultHash !== undefined) texts.add(result.text, resultHash);
    yield { type: "result", result };
  }

  async function apply(request: EditRequest, call: CallOptions = {}): Promise<EditResult> {
    for await (const event of accounted(request, "proof", call)) {
      if (event.type === "result") return event.result;
    }
    throw new RedraftError("engine-failed", "the engine ended without a result.");
  }

  return {
    pool,
    texts,
    run,
    accounted,
    apply,
    events: (request, call) => accounted(request, "proof", call),
    async *batch(requests, call = {}) {
      for await (const request of requests) {
        try {
          yield { request, result: await apply(request, call) };
        } catch (error) {
          yield { request, error: error instanceof Error ? error : new Error(String(error)) };
        }
      }
    },
    async dispose() {
      await pool.close();
      await model?.dispose();
    },
  };
}

/** The request with the text of its base instead of the hash: workers know no earlier texts. */
function withBaseText(request: EditRequest, texts: TextStore): EditRequest {
  const { base } = request;
  if (base === undefined || typeof base === "string") return request;
  // The file's own text may have been handed out by hash as well.
  texts.add(request.source);
  const text = texts.find(base.hash);
  if (text === undefined) throw unknownBase(request.path, base.hash);
  return { ...request, base: text };
}
