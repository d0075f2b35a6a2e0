import type { Token } from "../core/target.ts";
import type { ChatMessage } from "../session/chat-template.ts";
import { beyondBounds, requestBounds } from "../text/json-bounds.ts";
import { parseApplyPrompt } from "./apply-prompt.ts";
import { readCodeApply } from "./code-apply-request.ts";
import { ApiError } from "./errors.ts";
import type {
  AnswerWish,
  ApplyRead,
  Endpoint,
  GenerationRead,
  ModelLimits,
  RequestRead,
  WritingEndpoint,
} from "./requests.ts";
import { readResponses } from "./responses-request.ts";
import {
  type ChatRequest,
  type CompletionRequest,
  chatRequest,
  completionRequest,
  contentText,
  detokenizeRequest,
  parseBody,
  type SharedRequest,
  stopsOf,
  tokenizeRequest,
} from "./schemas.ts";

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
    const { prompt } = parseBody(tokenizeRequest, body);
    const { contextSize } = needModel(model);
    checkLength(prompt.length, contextSize, "prompt");
    return { kind: "tokenize", prompt };
  }
  if (endpoint === "detokenize") {
    const { tokens } = parseBody(detokenizeRequest, body);
    needModel(model);
    return { kind: "detokenize", tokens };
  }
  if (endpoint === "code-apply") return readCodeApply(body);
  if (endpoint === "responses") return readResponsesRequest(body, model);
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
  const contextSize = checkMessages(messages, model, "messages");
  const maxTokens = request.max_completion_tokens ?? request.max_tokens ?? undefined;
  return generation("chat", request, { messages }, maxTokens, contextSize);
}

function readResponsesRequest(body: unknown, model: ModelLimits | undefined): RequestRead {
  const { messages, max_output_tokens, ...request } = readResponses(body);
  const asked = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const apply = readApplyPrompt("responses", request, asked);
  if (apply !== undefined) return apply;
  const contextSize = checkMessages(messages, model, "input");
  return generation(
    "responses",
    request,
    { messages },
    max_output_tokens ?? undefined,
    contextSize,
  );
}

/** The context's size, if messages may fit it. */
function checkMessages(
  messages: readonly ChatMessage[],
  model: ModelLimits | undefined,
  param: string,
): number {
  const { contextSize } = needModel(model);
  // Every message takes a token at least.
  if (messages.length > contextSize) {
    throw promptTooLong(`${messages.length} messages`, contextSize, param);
  }
  const length = messages.reduce((sum, { content }) => sum + content.length, 0);
  checkLength(length, contextSize, param);
  return contextSize;
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
  endpoint: WritingEndpoint,
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
  endpoint: WritingEndpoint,
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
