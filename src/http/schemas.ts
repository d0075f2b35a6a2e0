import * as z from "zod";
import { ApiError } from "./errors.ts";

/** A text, whole or in parts. */
export type Content = string | readonly { readonly type: "text"; readonly text: string }[];

export type Maybe<T> = T | null | undefined;

/** Fields of both endpoints. Fields without effect here (`store`, `service_tier`, ...) are also allowed. */
export interface SharedRequest {
  readonly model?: string | undefined;
  readonly stream?: Maybe<boolean>;
  readonly stream_options?: Maybe<{ readonly include_usage?: Maybe<boolean> }>;
  readonly max_tokens?: Maybe<number>;
  readonly temperature?: Maybe<number>;
  readonly top_p?: Maybe<number>;
  readonly seed?: Maybe<number>;
  readonly stop?: Maybe<string | readonly string[]>;
  readonly n?: Maybe<1>;
  readonly user?: Maybe<string>;
  /** Ours: names a prompt that changes between requests of the same key, so that its cache is edited. */
  readonly session?: Maybe<string>;
  readonly prediction?: Maybe<{ readonly type: "content"; readonly content: Content }>;
  /**
   * Of an apply request: `path` names the file, so that its language is known; `base` is the text that the edit was written for, or
   * its hash; `cell` names a notebook's cell.
   */
  readonly metadata?: Maybe<Readonly<Record<string, string>>>;
}

export interface ChatRequest extends SharedRequest {
  readonly max_completion_tokens?: Maybe<number>;
  readonly messages: readonly {
    readonly role: "system" | "developer" | "user" | "assistant";
    readonly content?: Maybe<Content>;
  }[];
}

export interface CompletionRequest extends SharedRequest {
  readonly prompt: string | readonly number[] | readonly string[] | readonly (readonly number[])[];
  readonly echo?: Maybe<boolean>;
  readonly logprobs?: Maybe<number>;
  readonly best_of?: Maybe<1>;
  /** vLLM's extension: tokens are named `token_id:7` instead of by their text. */
  readonly return_tokens_as_token_ids?: Maybe<boolean>;
  /** SGLang's extension: scores are requested from this token on, so the tokens before it may come from the cache. */
  readonly logprob_start_len?: Maybe<number>;
  /** vLLM's extension: scores of the prompt by token id, without repeating it. */
  readonly prompt_logprobs?: Maybe<number>;
}

/** Every stop is looked for in every piece of an answer. */
const stopText = z.string().max(1024);
const textPart = z.looseObject({ type: z.literal("text"), text: z.string() });
const content = z.union([z.string(), z.array(textPart)]);

const shared = {
  model: z.string().optional(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(0).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([stopText, z.array(stopText).max(16)]).nullish(),
  n: z.literal(1).nullish(),
  user: z.string().nullish(),
  session: z.string().min(1).max(200).nullish(),
  prediction: z.looseObject({ type: z.literal("content"), content }).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
};

export const chatRequest: z.ZodType<ChatRequest> = z.looseObject({
  ...shared,
  max_completion_tokens: z.int().min(0).nullish(),
  messages: z
    .array(
      z.looseObject({
        role: z.enum(["system", "developer", "user", "assistant"]),
        content: content.nullish(),
      }),
    )
    .min(1),
});

const token = z.int().min(0);
export const completionRequest: z.ZodType<CompletionRequest> = z.looseObject({
  ...shared,
  prompt: z.union([
    z.string(),
    z.array(token).min(1),
    z.array(z.string()).length(1),
    z.array(z.array(token).min(1)).length(1),
  ]),
  echo: z.boolean().nullish(),
  logprobs: z.int().min(0).max(20).nullish(),
  best_of: z.literal(1).nullish(),
  return_tokens_as_token_ids: z.boolean().nullish(),
  prompt_logprobs: z.int().min(0).max(20).nullish(),
  logprob_start_len: z.int().min(0).nullish(),
});

export const tokenizeRequest: z.ZodType<{ readonly prompt: string }> = z.looseObject({
  prompt: z.string(),
});
export const detokenizeRequest: z.ZodType<{ readonly tokens: readonly number[] }> = z.looseObject({
  tokens: z.array(token),
});

/** Fields by name, and the values of each that are refused. */
export type Unsupported = Readonly<Record<string, (value: unknown) => boolean>>;

/** Fields that change what an answer means and that this server cannot honour: refused, never ignored. */
const unsupported: Unsupported = {
  tools: (value) => Array.isArray(value) && value.length > 0,
  functions: (value) => Array.isArray(value) && value.length > 0,
  response_format: (value) => (value as { type?: unknown } | null)?.type !== "text",
  logit_bias: (value) => Object.keys((value as object | null) ?? {}).length > 0,
  suffix: (value) => value !== "",
  top_logprobs: (value) => value !== 0,
  frequency_penalty: (value) => value !== 0,
  presence_penalty: (value) => value !== 0,
  audio: () => true,
};

/**
 * The body as the schema has it, or a 400 that names the field.
 *
 * @param more what this endpoint refuses besides
 */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown, more: Unsupported = {}): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const param = issue.path.join(".");
    const message = `${param === "" ? "The body" : `\`${param}\``}: ${issue.message}.`;
    throw new ApiError(400, message, { ...(param === "" ? {} : { param }), code: "usage" });
  }
  for (const [param, refused] of Object.entries({ ...unsupported, ...more })) {
    const value = (body as Record<string, unknown>)[param];
    if (value === undefined || value === null || !refused(value)) continue;
    throw new ApiError(400, `\`${param}\` is not supported by this server.`, {
      param,
      code: "unsupported_parameter",
    });
  }
  return parsed.data;
}

/** The content of a message, given as a whole or in parts, as one text. */
export function contentText(value: Maybe<Content>): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : value.map(({ text }) => text).join("");
}

export function stopsOf(stop: SharedRequest["stop"]): readonly string[] {
  if (stop === null || stop === undefined) return [];
  return typeof stop === "string" ? [stop] : stop;
}
