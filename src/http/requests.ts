import type { Token } from "../core/target.ts";
import type { ChatMessage } from "../session/chat-template.ts";
import type { ApplyPrompt } from "./apply-prompt.ts";
import type { CompletionRequest } from "./schemas.ts";

/** Endpoints that write an answer. */
export type WritingEndpoint = "chat" | "completions" | "responses";
export type Endpoint = WritingEndpoint | "code-apply" | "tokenize" | "detokenize";

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
  readonly endpoint: WritingEndpoint | "code-apply";
  readonly wish: AnswerWish;
  readonly prompt: ApplyPrompt;
  readonly path: string;
  readonly base: string | undefined;
  readonly cell: string | undefined;
}

/** A request to the model; nothing in it is longer than its context. */
export interface GenerationRead {
  readonly kind: "generation";
  readonly endpoint: WritingEndpoint;
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
