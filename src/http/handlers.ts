import type { Clock } from "../core/clock.ts";
import { RedraftError } from "../core/errors.ts";
import type { ServedModel } from "../session/served-model.ts";
import type { ThreadedRedraft } from "../threads/threads.ts";
import type { Ending } from "./answer-shape.ts";
import type { Call } from "./call.ts";
import { ApiError, toApiError } from "./errors.ts";
import type { RecordedRequest } from "./event-feed.ts";
import { isMergeRefusal } from "./fallback.ts";
import { checkTokens, produceGeneration, templateOf } from "./generate.ts";
import type { Measures } from "./measures.ts";
import { modelList, modelNamed } from "./models.ts";
import type { HttpInput, HttpOutput } from "./on-thread.ts";
import type { HttpLimits, HttpOptions } from "./options.ts";
import { passOn } from "./pass-on.ts";
import { placeApply, type Reply } from "./place.ts";
import type { Production } from "./produce.ts";
import type { FairQueue } from "./queue.ts";
import { readRequest } from "./reading.ts";
import { sendReply } from "./reply.ts";
import type {
  Endpoint,
  GenerationRead,
  ModelLimits,
  RequestRead,
  WritingEndpoint,
} from "./requests.ts";
import { answerShapeOf } from "./shapes.ts";
import { streamGeneration } from "./stream-generation.ts";
import { countByTokenizer, estimateTokens } from "./usage.ts";
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
  readonly responses: Handler;
  readonly codeApply: Handler;
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
  const tokens = model ? countByTokenizer((text) => model.target.tokenize(text)) : estimateTokens;

  const { stallMs } = limits;
  const passing = { measures, stallMs, logger: options.logger };
  const sending = { measures, stallMs, clock };

  const handler =
    (endpoint: Endpoint): Handler =>
    async (bytes, call) => {
      const work = beginWork(call, limits, parts.working, clock);
      try {
        if (call.record.wantsTexts) noteTexts(endpoint, bytes, about, call.record);
        const isSmall = threads === undefined || bytes.length <= smallBody;
        const read = isSmall ? readRequest(endpoint, bytes, about) : undefined;
        const known = read === undefined || read.kind === "apply";
        const done = known ? await place(endpoint, bytes, read, call, work) : read;
        if ("body" in done) return sendReply(done, { endpoint, call, work }, sending);
        if (done.kind === "generation") return await generate(done, endpoint, call, work);
        work.onFinish(await parts.modelQueue.enter(call.client, work.signal));
        const response = await convertTokens(done, model!);
        work.finish();
        return response;
      } catch (error) {
        const api = RedraftError.is(error) ? toApiError(error) : error;
        // Sent on again, a request would run in circles where a server is its own fallback.
        if (options.fallback && !call.isPassedOn && isWriting(endpoint) && isMergeRefusal(api)) {
          const refused = { endpoint, bytes, refusal: api, call, work };
          return passOn(options.fallback, refused, passing);
        }
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
        return await placeApply(read, { redraft, textOf, tokens, modelName, signal });
      }
      const input = { endpoint, bytes, model: about, modelName };
      return await onThread(threads, input, { signal, ...(model && { onTokens: tokens }) });
    } finally {
      leave();
    }
  }

  async function generate(
    read: GenerationRead,
    endpoint: Endpoint,
    call: Call,
    work: RequestWork,
  ): Promise<Response> {
    const created = Math.floor(Date.now() / 1000);
    const shape = answerShapeOf(read.endpoint, read.wish.model ?? modelName, created);
    work.onFinish(await parts.modelQueue.enter(call.client, work.signal));
    const { client } = call;
    const { record } = call;
    const produced = produceGeneration(model!, read, template!, measures, { ...work, client });
    const production = notingUsage(produced, record);
    if (!read.wish.stream) {
      const { text, ending } = await collectText(production);
      work.finish();
      return Response.json(shape.whole(text, ending));
    }
    // The first piece is waited for, so that a refusal is still an HTTP error.
    const first = await production.next();
    record.hold();
    work.onFinish(() => record.end(200));
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
        record.fail(api);
        measures.refusals.add({ code: api.body.error.code ?? "none" });
        if (api.status === 500) options.logger?.error("stream failed", { cause: String(error) });
      },
    });
  }

  return {
    chat: handler("chat"),
    completions: handler("completions"),
    responses: handler("responses"),
    codeApply: handler("code-apply"),
    tokenize: handler("tokenize"),
    detokenize: handler("detokenize"),
    models: () => ({ object: "list", data: modelList(model) }),
    modelNamed: (id) => modelNamed(id, model),
  };
}

/** For those who watch: reads the request a second time, and only while somebody does who may. */
function noteTexts(
  endpoint: Endpoint,
  bytes: Uint8Array,
  about: ModelLimits | undefined,
  record: RecordedRequest,
): void {
  let read: RequestRead;
  try {
    read = readRequest(endpoint, bytes, about);
  } catch {
    // The answer says what is wrong with it.
    return;
  }
  // An edit of another text, or of a cell, is no edit of the code that came with it.
  if (read.kind !== "apply" || read.base !== undefined || read.cell !== undefined) return;
  const { code: source, update: edit } = read.prompt;
  record.note({}, { path: read.path, texts: { source, edit } });
}

async function* notingUsage(production: Production, record: RecordedRequest): Production {
  const ending = yield* production;
  const { prompt_tokens: promptTokens, completion_tokens: tokens } = ending.usage;
  record.note({ promptTokens, tokens });
  return ending;
}

const isWriting = (endpoint: Endpoint): endpoint is WritingEndpoint =>
  endpoint === "chat" || endpoint === "completions" || endpoint === "responses";

async function onThread(
  threads: ThreadedRedraft,
  input: HttpInput,
  call: Parameters<ThreadedRedraft["run"]>[2],
): Promise<Reply | Exclude<RequestRead, { kind: "apply" }>> {
  const output = (await threads.run("http", input, call)) as HttpOutput;
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

async function collectText(production: Production): Promise<{ text: string; ending: Ending }> {
  let text = "";
  for (;;) {
    const step = await production.next();
    if (step.done === true) return { text, ending: step.value };
    text += step.value;
  }
}
