import type { Clock } from "../core/clock.ts";
import type { ServedModel } from "../session/served-model.ts";
import type { ThreadedRedraft } from "../threads/threads.ts";
import type { Call } from "./call.ts";
import { ApiError } from "./errors.ts";
import { checkTokens, produceGeneration, templateOf } from "./generate.ts";
import type { Measures } from "./measures.ts";
import type { HttpInput, HttpOutput } from "./on-thread.ts";
import type { HttpLimits, HttpOptions } from "./options.ts";
import { placeApply, type Reply } from "./place.ts";
import type { Production } from "./produce.ts";
import type { FairQueue } from "./queue.ts";
import {
  type AnswerWish,
  type Endpoint,
  type GenerationRead,
  type ModelLimits,
  type RequestRead,
  readRequest,
} from "./reading.ts";
import { type AnswerShape, chatShape, completionShape, type Ending } from "./shapes.ts";
import { openEventStream } from "./stream.ts";
import { streamGeneration } from "./stream-generation.ts";
import { beginWork, type RequestWork } from "./work.ts";

export interface HandlerParts {
  readonly options: HttpOptions;
  readonly limits: HttpLimits;
  readonly measures: Measures;
  readonly modelQueue: FairQueue;
  readonly mergeQueue: FairQueue;
  /** The running requests, to be aborted at shutdown. */
  readonly working: Set<AbortController>;
  readonly clock: Clock;
}

/** Answers the body of a request; every endpoint is one. */
export type Handler = (bytes: Uint8Array, call: Call) => Promise<Response>;

export interface Handlers {
  readonly chat: Handler;
  readonly completions: Handler;
  readonly tokenize: Handler;
  readonly detokenize: Handler;
  models(): unknown;
  modelNamed(id: string): unknown;
}

/** Smaller bodies are read at once, which takes a millisecond or two; larger ones on a worker. */
const smallBody = 64 * 1024;

export function createHandlers(parts: HandlerParts): Handlers {
  const { options, limits, measures, clock } = parts;
  const { redraft, threads, model } = options;
  const about: ModelLimits | undefined = model && { contextSize: model.contextSize };
  const template = model && templateOf(options.chatTemplate, model);
  const modelName = model?.name ?? "redraft";

  const handler =
    (endpoint: Endpoint): Handler =>
    async (bytes, call) => {
      const work = beginWork(call, limits, parts.working, clock);
      try {
        const isSmall = threads === undefined || bytes.length <= smallBody;
        const read = isSmall ? readRequest(endpoint, bytes, about) : undefined;
        const known = read === undefined || read.kind === "apply";
        const done = known ? await place(endpoint, bytes, read, call, work) : read;
        if ("body" in done) return reply(done, endpoint, call, work);
        if (done.kind === "generation") return await generate(done, endpoint, call, work);
        work.onFinish(await parts.modelQueue.enter(call.client, work.signal));
        const response = await convertTokens(done, model!);
        work.finish();
        return response;
      } catch (error) {
        work.finish();
        throw work.signal.aborted && !(error instanceof ApiError) ? work.signal.reason : error;
      }
    };

  /** Makes an edit, on a worker if there are any. A request that turns out to be for the model is returned as read. */
  async function place(
    endpoint: Endpoint,
    bytes: Uint8Array,
    read: RequestRead | undefined,
    call: Call,
    { signal }: RequestWork,
  ): Promise<Reply | Exclude<RequestRead, { kind: "apply" }>> {
    const leave = await parts.mergeQueue.enter(call.client, signal);
    try {
      if (threads === undefined) {
        if (read?.kind !== "apply") throw new Error("only apply requests are placed");
        const textOf = async (): Promise<undefined> => undefined;
        return await placeApply(read, { redraft, textOf, modelName, signal });
      }
      return await onThread(threads, { endpoint, bytes, model: about, modelName }, signal);
    } finally {
      leave();
    }
  }

  function reply(done: Reply, endpoint: Endpoint, call: Call, work: RequestWork): Response {
    measures.routes.add({ route: done.route });
    if (done.stats) measures.countDecoding(done.stats);
    work.finish();
    call.hurry(limits.stallMs);
    if (!done.streamed) {
      return new Response(done.body, { headers: { "content-type": "application/json" } });
    }
    const events = openEventStream({
      stallMs: limits.stallMs,
      cutOff: call.cutOff,
      onDisconnect: () => {},
    });
    events.sendWhole(done.body);
    measures.seconds.observe((clock.now() - work.started) / 1000, { endpoint });
    return events.response;
  }

  async function generate(
    read: GenerationRead,
    endpoint: Endpoint,
    call: Call,
    work: RequestWork,
  ): Promise<Response> {
    const shape = answerShape(read.endpoint, read.wish, modelName);
    work.onFinish(await parts.modelQueue.enter(call.client, work.signal));
    const { client } = call;
    const production = produceGeneration(model!, read, template!, measures, { ...work, client });
    if (!read.wish.stream) {
      const { text, ending } = await collectText(production);
      work.finish();
      return Response.json(shape.whole(text, ending));
    }
    // The first piece is waited for, so that a refusal is still an HTTP error.
    const first = await production.next();
    work.onFinish(() =>
      measures.seconds.observe((clock.now() - work.started) / 1000, { endpoint }),
    );
    return streamGeneration(production, first, {
      shape,
      usage: read.wish.usage,
      stallMs: limits.stallMs,
      cutOff: call.cutOff,
      work,
      onFailure(api, error) {
        measures.refusals.add({ code: api.body.error.code ?? "none" });
        if (api.status === 500) options.logger?.error("stream failed", { cause: String(error) });
      },
    });
  }

  return {
    chat: handler("chat"),
    completions: handler("completions"),
    tokenize: handler("tokenize"),
    detokenize: handler("detokenize"),
    models: () => ({ object: "list", data: modelList(model) }),
    modelNamed(id) {
      const found = modelList(model).find((entry) => entry.id === id);
      if (found !== undefined) return found;
      throw new ApiError(404, `There is no model \`${id}\` here; GET /v1/models lists them.`, {
        code: "model_not_found",
        param: "model",
      });
    },
  };
}

async function onThread(
  threads: ThreadedRedraft,
  input: HttpInput,
  signal: AbortSignal,
): Promise<Reply | Exclude<RequestRead, { kind: "apply" }>> {
  const output = (await threads.run("http", input, { signal })) as HttpOutput;
  if (output.kind === "error") throw new ApiError(output.status, output.message, output.options);
  if (output.kind === "read") {
    if (output.read.kind === "apply") throw new Error("an apply request was not answered");
    return output.read;
  }
  for (const { text, hash } of output.texts) threads.texts.add(text, hash);
  return output;
}

/** Text to tokens or back: work of the model's process, so it waits in the same queue. */
async function convertTokens(
  read: Extract<RequestRead, { kind: "tokenize" | "detokenize" }>,
  served: ServedModel,
): Promise<Response> {
  if (read.kind === "detokenize") {
    const bytes = await served.target.detokenize(checkTokens(read.tokens, served));
    return Response.json({ prompt: new TextDecoder().decode(bytes) });
  }
  const tokens = await served.target.tokenize(read.prompt, { special: true });
  return Response.json({ tokens, count: tokens.length, max_model_len: served.contextSize });
}

function answerShape(
  endpoint: "chat" | "completions",
  wish: AnswerWish,
  name: string,
): AnswerShape {
  const created = Math.floor(Date.now() / 1000);
  return (endpoint === "chat" ? chatShape : completionShape)(wish.model ?? name, created);
}

function modelList(model: ServedModel | undefined) {
  const entry = (id: string) => ({ id, object: "model", created: 0, owned_by: "redraft" });
  const own = entry("redraft");
  if (model === undefined) return [own];
  return [own, { ...entry(model.name), max_model_len: model.contextSize }];
}

async function collectText(production: Production): Promise<{ text: string; ending: Ending }> {
  let text = "";
  for (;;) {
    const step = await production.next();
    if (step.done === true) return { text, ending: step.value };
    text += step.value;
  }
}
