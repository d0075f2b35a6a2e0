import * as z from "zod";
import type { Clock } from "../core/clock.ts";
import type { Token } from "../core/target.ts";
import type { Call } from "./app.ts";
import { parseApplyPrompt } from "./apply-prompt.ts";
import { type ChatTemplate, detectChatTemplate } from "./chat-template.ts";
import { produceScored } from "./echo.ts";
import { ApiError, toApiError } from "./errors.ts";
import type { Measures } from "./measures.ts";
import type { ServedModel } from "./model.ts";
import type { HttpLimits, HttpOptions } from "./options.ts";
import { type Production, produceApply, produceText } from "./produce.ts";
import type { FairQueue } from "./queue.ts";
import {
  type ChatRequest,
  type CompletionRequest,
  chatRequest,
  completionRequest,
  parseBody,
  stopsOf,
  textOf,
} from "./schemas.ts";
import { type AnswerShape, chatShape, completionShape, type Ending } from "./shapes.ts";
import { openEventStream } from "./stream.ts";

export interface HandlerParts {
  readonly options: HttpOptions;
  readonly limits: HttpLimits;
  readonly measures: Measures;
  readonly modelQueue: FairQueue;
  readonly mergeQueue: FairQueue;
  /** The requests in work, to be ended at shutdown. */
  readonly working: Set<AbortController>;
  readonly clock: Clock;
}

export interface Handlers {
  chat(body: unknown, call: Call): Promise<Response>;
  completions(body: unknown, call: Call): Promise<Response>;
  tokenize(body: unknown, call: Call): Promise<Response>;
  detokenize(body: unknown, call: Call): Promise<Response>;
  models(): unknown;
  modelNamed(id: string): unknown;
}

/** An answer about to be made: where it queues, how it is written, and who makes it. */
interface Job {
  readonly endpoint: string;
  readonly shape: AnswerShape;
  readonly queue: FairQueue;
  readonly request: ChatRequest | CompletionRequest;
  readonly produce: (signal: AbortSignal) => Production;
}

export function createHandlers(parts: HandlerParts): Handlers {
  const { options, limits, measures, clock } = parts;
  const { redraft, model } = options;
  let template: Promise<ChatTemplate> | undefined;

  const now = (): number => Math.floor(Date.now() / 1000);
  const modelName = (asked: string | undefined): string => asked ?? model?.name ?? "redraft";

  function needModel(): ServedModel {
    if (model !== undefined) return model;
    throw new ApiError(
      503,
      "This server runs without a model, so it answers apply requests only: <code>..</code><update>..</update>. Start it with `--model <file.gguf>` for everything else.",
      { code: "model-unavailable" },
    );
  }

  /** Prompt and sampling of a request to the model, in tokens. */
  async function generation(
    served: ServedModel,
    request: ChatRequest | CompletionRequest,
    prompt: readonly Token[],
    maxTokens: number | undefined,
    signal: AbortSignal,
  ) {
    const predicted = request.prediction ? textOf(request.prediction.content) : undefined;
    const prediction =
      predicted === undefined ? undefined : await served.target.tokenize(predicted);
    const { temperature, top_p, seed } = request;
    return {
      prompt,
      signal,
      stop: stopsOf(request.stop),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(prediction === undefined ? {} : { prediction }),
      ...(temperature
        ? { sampling: { temperature, topP: top_p ?? 1, seed: seed ?? randomSeed() } }
        : {}),
    };
  }

  /** Queues the job, makes it, and answers whole or as a stream; the place is given back however it ends. */
  async function answer(job: Job, call: Call): Promise<Response> {
    const started = clock.now();
    const controller = new AbortController();
    const onGone = (): void => controller.abort(gone());
    const timer = setTimeout(() => controller.abort(timedOut(limits.requestMs)), limits.requestMs);
    timer.unref();
    if (call.signal.aborted) onGone();
    else call.signal.addEventListener("abort", onGone, { once: true });
    parts.working.add(controller);
    const { signal } = controller;
    let leave: (() => void) | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      call.signal.removeEventListener("abort", onGone);
      parts.working.delete(controller);
      leave?.();
    };
    try {
      leave = await job.queue.enter(call.client, signal);
      const production = job.produce(signal);
      if (job.request.stream !== true) {
        const whole = await collect(production);
        finish();
        return Response.json(job.shape.whole(whole.text, whole.ending));
      }
      // The first piece is waited for, so that a refusal is still an HTTP error.
      const first = await production.next();
      return stream(job, call, production, first, controller, () => {
        finish();
        measures.seconds.observe((clock.now() - started) / 1000, { endpoint: job.endpoint });
      });
    } catch (error) {
      finish();
      throw signal.aborted && !(error instanceof ApiError) ? signal.reason : error;
    }
  }

  function stream(
    job: Job,
    call: Call,
    production: Production,
    first: IteratorResult<string, Ending>,
    controller: AbortController,
    finish: () => void,
  ): Response {
    const { shape, request } = job;
    const events = openEventStream({
      stallMs: limits.stallMs,
      cutOff: call.cutOff,
      onGone: () => controller.abort(gone()),
    });
    const write = async (): Promise<void> => {
      const opening = shape.first();
      if (opening !== undefined) events.send(opening);
      let step = first;
      for (; step.done !== true; step = await production.next())
        events.send(shape.piece(step.value));
      events.send(shape.last(step.value));
      if (request.stream_options?.include_usage === true) events.send(shape.usage(step.value));
      events.end();
    };
    write()
      .catch((error: unknown) => {
        const api = toApiError(controller.signal.aborted ? controller.signal.reason : error);
        measures.refusals.add({ code: api.body.error.code ?? "none" });
        if (api.status === 500) options.logger?.error("stream failed", { cause: String(error) });
        events.fail(api.body);
      })
      .finally(finish);
    return events.response;
  }

  function applyJob(
    endpoint: string,
    shape: AnswerShape,
    request: ChatRequest | CompletionRequest,
    prompt: string,
  ): Job | undefined {
    const apply = parseApplyPrompt(prompt);
    if (apply === undefined) return undefined;
    const { path, filename, base, cell } = request.metadata ?? {};
    const about = { path: path ?? filename ?? "", base, cell };
    return {
      endpoint,
      shape,
      request,
      queue: parts.mergeQueue,
      produce: (signal) => produceApply(redraft, apply, about, measures, signal),
    };
  }

  return {
    async chat(body, call) {
      const request = parseBody(chatRequest, body);
      const shape = chatShape(modelName(request.model), now());
      const messages = request.messages.map(({ role, content }) => ({
        role,
        content: textOf(content),
      }));
      const asked = messages.findLast(({ role }) => role === "user")?.content ?? "";
      const apply = applyJob("chat", shape, request, asked);
      if (apply !== undefined) return answer(apply, call);
      const served = needModel();
      template ??= options.chatTemplate
        ? Promise.resolve(options.chatTemplate)
        : detectChatTemplate(served.target);
      const prompt = await served.target.tokenize(await (await template)(messages), {
        special: true,
      });
      const maxTokens = request.max_completion_tokens ?? request.max_tokens ?? undefined;
      const produce = async function* (signal: AbortSignal): Production {
        return yield* produceText(
          served,
          await generation(served, request, prompt, maxTokens, signal),
          measures,
        );
      };
      return answer({ endpoint: "chat", shape, request, queue: parts.modelQueue, produce }, call);
    },

    async completions(body, call) {
      const request = parseBody(completionRequest, body);
      const shape = completionShape(modelName(request.model), now());
      const given = promptOf(request.prompt);
      const scored =
        request.echo === true || (request.logprobs ?? 0) > 0 || request.prompt_logprobs != null;
      if (typeof given === "string" && !scored) {
        const apply = applyJob("completions", shape, request, given);
        if (apply !== undefined) return answer(apply, call);
      }
      const served = needModel();
      const prompt =
        typeof given === "string"
          ? await served.target.tokenize(given, { special: true })
          : checkTokens(given, served);
      if (prompt.length === 0)
        throw new ApiError(400, "`prompt` is empty.", { param: "prompt", code: "usage" });
      const produce = async function* (signal: AbortSignal): Production {
        if (scored) return yield* produceScored(served, request, prompt, measures, signal);
        return yield* produceText(
          served,
          await generation(served, request, prompt, request.max_tokens ?? 16, signal),
          measures,
        );
      };
      return answer(
        { endpoint: "completions", shape, request, queue: parts.modelQueue, produce },
        call,
      );
    },

    async tokenize(body) {
      const served = needModel();
      const schema = z.looseObject({
        prompt: z.string(),
        add_special_tokens: z.boolean().nullish(),
      });
      const { prompt } = parseBody(schema, body);
      const tokens = await served.target.tokenize(prompt, { special: true });
      return Response.json({
        tokens,
        count: tokens.length,
        max_model_len: served.contextSize,
      });
    },

    async detokenize(body) {
      const served = needModel();
      const { tokens } = parseBody(z.looseObject({ tokens: z.array(z.int().min(0)) }), body);
      const bytes = await served.target.detokenize(checkTokens(tokens, served));
      return Response.json({ prompt: new TextDecoder().decode(bytes) });
    },

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

function modelList(model: ServedModel | undefined) {
  const entry = (id: string) => ({ id, object: "model", created: 0, owned_by: "redraft" });
  const own = entry("redraft");
  if (model === undefined) return [own];
  return [own, { ...entry(model.name), max_model_len: model.contextSize }];
}

async function collect(production: Production): Promise<{ text: string; ending: Ending }> {
  let text = "";
  for (;;) {
    const step = await production.next();
    if (step.done === true) return { text, ending: step.value };
    text += step.value;
  }
}

function promptOf(prompt: CompletionRequest["prompt"]): string | readonly Token[] {
  if (typeof prompt === "string") return prompt;
  const first = prompt[0]!;
  return typeof first === "number" ? (prompt as number[]) : first;
}

function checkTokens(tokens: readonly Token[], model: ServedModel): readonly Token[] {
  const { vocabSize } = model.target.capabilities;
  const wrong = tokens.find((token) => token >= vocabSize);
  if (wrong === undefined) return tokens;
  throw new ApiError(400, `Token ${wrong} is not in the vocabulary of ${vocabSize} tokens.`, {
    param: "prompt",
    code: "usage",
  });
}

/** Nobody is there to read an answer, and nothing failed. */
function gone(): DOMException {
  return new DOMException("The client left.", "AbortError");
}

function timedOut(ms: number): ApiError {
  return new ApiError(504, `The request took longer than the ${ms} ms this server allows.`, {
    code: "timeout",
  });
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
