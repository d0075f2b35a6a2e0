import * as z from "zod";
import type { Token } from "../core/target.ts";
import type { ChatMessage } from "../session/chat-template.ts";
import { beyondBounds, requestBounds } from "../text/json-bounds.ts";
import { type ApplyPrompt, parseApplyPrompt } from "./apply-prompt.ts";
import { ApiError } from "./errors.ts";
import {
  type ChatRequest,
  type CompletionRequest,
  chatRequest,
  completionRequest,
  contentText,
  parseBody,
  type SharedRequest,
  stopsOf,
} from "./schemas.ts";

export type Endpoint = "chat" | "completions" | "tokenize" | "detokenize";

/** The limits of the served model. */
export interface ModelLimits {
  /** Tokens that one request may have. */
  readonly contextSize: number;
}

/** How an answer is to be written. */
export interface AnswerWish {
  readonly model: string | undefined;
  readonly stream: boolean;
  readonly usage: boolean;
}

export interface ApplyRead {
  readonly kind: "apply";
  readonly endpoint: "chat" | "completions";
  readonly wish: AnswerWish;
  readonly prompt: ApplyPrompt;
  readonly path: string;
  readonly base: string | undefined;
  readonly cell: string | undefined;
}

/** A request to the model; nothing in it is longer than its context. */
export interface GenerationRead {
  readonly kind: "generation";
  readonly endpoint: "chat" | "completions";
  readonly wish: AnswerWish;
  readonly prompt: string | readonly Token[] | { readonly messages: readonly ChatMessage[] };
  readonly maxTokens: number | undefined;
  readonly prediction: string | undefined;
  readonly stop: readonly string[];
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly seed: number | undefined;
  readonly session?: string;
  /** Present if tokens are to be scored. */
  readonly scores?: Pick<
    CompletionRequest,
    "echo" | "logprobs" | "prompt_logprobs" | "logprob_start_len" | "return_tokens_as_token_ids"
  >;
}

export type RequestRead =
  | ApplyRead
  | GenerationRead
  | { readonly kind: "tokenize"; readonly prompt: string }
  | { readonly kind: "detokenize"; readonly tokens: readonly Token[] };

/** Hardly any token of any vocabulary is longer, in bytes: runs of blanks are. */
const longestEntry = 128;

/**
 * Reads a request's body. Throws an `ApiError` for an invalid request, and, before anything is tokenised, for a prompt that
 * cannot fit the model's context however it is tokenised.
 *
 * @param model undefined if no model is served: then everything but an apply request is refused
 */
export function readRequest(
  endpoint: Endpoint,
  bytes: Uint8Array,
  model: ModelLimits | undefined,
): RequestRead {
  const body = bodyJson(bytes);
  if (endpoint === "tokenize") {
    const { prompt } = parseBody(z.looseObject({ prompt: z.string() }), body);
    const { contextSize } = needModel(model);
    checkLength(prompt.length, contextSize, "prompt");
    return { kind: "tokenize", prompt };
  }
  if (endpoint === "detokenize") {
    const { tokens } = parseBody(z.looseObject({ tokens: z.array(z.int().min(0)) }), body);
    needModel(model);
    return { kind: "detokenize", tokens };
  }
  return endpoint === "chat" ? readChat(body, model) : readCompletion(body, model);
}

/** The JSON of a body. Throws an `ApiError` 400 if it is not JSON, or exceeds the bounds of nesting and size. */
export function bodyJson(bytes: Uint8Array): unknown {
  const why = beyondBounds(bytes, requestBounds);
  if (why !== undefined) {
    throw new ApiError(400, `The body was refused: ${why}.`, { code: "invalid_json" });
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError(400, "The body is not UTF-8.", { code: "invalid_json" });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, `The body is not JSON: ${(error as Error).message}.`, {
      code: "invalid_json",
    });
  }
}

function readChat(body: unknown, model: ModelLimits | undefined): RequestRead {
  const request: ChatRequest = parseBody(chatRequest, body);
  const messages = request.messages.map(({ role, content }) => ({
    role,
    content: contentText(content),
  }));
  const asked = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const apply = readApplyPrompt("chat", request, asked);
  if (apply !== undefined) return apply;
  const { contextSize } = needModel(model);
  const length = messages.reduce((sum, { content }) => sum + content.length, 0);
  // Every message takes a token at least.
  if (messages.length > contextSize) {
    throw promptTooLong(`${messages.length} messages`, contextSize, "messages");
  }
  checkLength(length, contextSize, "messages");
  const maxTokens = request.max_completion_tokens ?? request.max_tokens ?? undefined;
  return generation("chat", request, { messages }, maxTokens, contextSize);
}

function readCompletion(body: unknown, model: ModelLimits | undefined): RequestRead {
  const request: CompletionRequest = parseBody(completionRequest, body);
  const given = promptOf(request.prompt);
  const scored =
    request.echo === true || (request.logprobs ?? 0) > 0 || request.prompt_logprobs != null;
  if (typeof given === "string" && !scored) {
    const apply = readApplyPrompt("completions", request, given);
    if (apply !== undefined) return apply;
  }
  const { contextSize } = needModel(model);
  if (typeof given === "string") checkLength(given.length, contextSize, "prompt");
  else if (given.length > contextSize) throw promptTooLong(`${given.length} tokens`, contextSize);
  if (given.length === 0) {
    throw new ApiError(400, "`prompt` is empty.", { param: "prompt", code: "usage" });
  }
  const read = generation("completions", request, given, request.max_tokens ?? 16, contextSize);
  if (!scored) return read;
  if (request.temperature) {
    const message = "`logprobs` is supported for greedy decoding only: leave `temperature` at 0.";
    throw new ApiError(400, message, { param: "temperature", code: "unsupported_value" });
  }
  if (request.session) {
    const message =
      "`session` is for generation: scores are those of full evaluation. Leave one of the two out.";
    throw new ApiError(400, message, { param: "session", code: "unsupported_value" });
  }
  const { echo, logprobs, prompt_logprobs, logprob_start_len, return_tokens_as_token_ids } =
    request;
  return {
    ...read,
    scores: { echo, logprobs, prompt_logprobs, logprob_start_len, return_tokens_as_token_ids },
  };
}

function readApplyPrompt(
  endpoint: "chat" | "completions",
  request: SharedRequest,
  asked: string,
): ApplyRead | undefined {
  const prompt = parseApplyPrompt(asked);
  if (prompt === undefined) return undefined;
  const { path, filename, base, cell } = request.metadata ?? {};
  const wish = wishOf(request);
  return { kind: "apply", endpoint, wish, prompt, path: path ?? filename ?? "", base, cell };
}

function generation(
  endpoint: "chat" | "completions",
  request: SharedRequest,
  prompt: GenerationRead["prompt"],
  maxTokens: number | undefined,
  contextSize: number,
): GenerationRead {
  const predicted = request.prediction ? contentText(request.prediction.content) : undefined;
  return {
    kind: "generation",
    endpoint,
    wish: wishOf(request),
    prompt,
    maxTokens,
    // Text beyond the context can never be accepted.
    prediction: predicted?.slice(0, contextSize * longestEntry),
    stop: stopsOf(request.stop),
    temperature: request.temperature ?? undefined,
    topP: request.top_p ?? undefined,
    seed: request.seed ?? undefined,
    ...(request.session && { session: request.session }),
  };
}

const wishOf = (request: SharedRequest): AnswerWish => ({
  model: request.model,
  stream: request.stream === true,
  usage: request.stream_options?.include_usage === true,
});

function promptOf(prompt: CompletionRequest["prompt"]): string | readonly Token[] {
  if (typeof prompt === "string") return prompt;
  const first = prompt[0]!;
  return typeof first === "number" ? (prompt as number[]) : first;
}

/** Not a 5xx: the same request fails again here, and clients would send it again. */
function needModel(model: ModelLimits | undefined): ModelLimits {
  if (model !== undefined) return model;
  throw new ApiError(
    400,
    "This server runs without a model, so it answers apply requests only: <code>..</code><update>..</update>. Start it with `--model <file.gguf>` for everything else.",
    { code: "model-unavailable" },
  );
}

function checkLength(characters: number, contextSize: number, param: string): void {
  if (characters <= contextSize * longestEntry) return;
  throw promptTooLong(`${characters} characters`, contextSize, param);
}

function promptTooLong(length: string, contextSize: number, param = "prompt"): ApiError {
  return new ApiError(
    400,
    `The prompt has ${length} and the context holds ${contextSize} tokens. Send less, or load the model with a larger --context.`,
    { param, code: "usage" },
  );
}
