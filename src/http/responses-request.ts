import * as z from "zod";
import type { ChatMessage } from "../session/chat-template.ts";
import { type Maybe, parseBody, type Unsupported } from "./schemas.ts";

type InputText = { readonly type: "input_text" | "output_text" | "text"; readonly text: string };

export interface ResponsesRequest {
  readonly model?: string | undefined;
  readonly input:
    | string
    | readonly {
        readonly type?: "message" | undefined;
        readonly role: ChatMessage["role"] | "developer";
        readonly content: string | readonly InputText[];
      }[];
  readonly instructions?: Maybe<string>;
  readonly max_output_tokens?: Maybe<number>;
  readonly temperature?: Maybe<number>;
  readonly top_p?: Maybe<number>;
  readonly stream?: Maybe<boolean>;
  readonly metadata?: Maybe<Readonly<Record<string, string>>>;
}

const inputText = z.looseObject({
  type: z.enum(["input_text", "output_text", "text"]),
  text: z.string(),
});

export const responsesRequest: z.ZodType<ResponsesRequest> = z.looseObject({
  model: z.string().optional(),
  input: z.union([
    z.string(),
    z
      .array(
        z.looseObject({
          type: z.literal("message").optional(),
          role: z.enum(["system", "developer", "user", "assistant"]),
          content: z.union([z.string(), z.array(inputText)]),
        }),
      )
      .min(1),
  ]),
  instructions: z.string().nullish(),
  max_output_tokens: z.int().min(0).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  stream: z.boolean().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});

/** What this API can say and this server cannot do: it writes text, and keeps nothing. */
const unsupportedInResponses: Unsupported = {
  previous_response_id: () => true,
  conversation: () => true,
  prompt: () => true,
  background: (value) => value === true,
  store: (value) => value === true,
  include: (value) => Array.isArray(value) && value.length > 0,
  reasoning: (value) => Object.values(value as object).some((one) => one !== null),
  text: (value) => {
    const format = (value as { format?: { type?: unknown } | null }).format;
    return format != null && format.type !== "text";
  },
  tool_choice: (value) => value !== "auto" && value !== "none",
  truncation: (value) => value !== "disabled",
};

/** Reads a body of `/v1/responses` as messages. Throws an `ApiError` 400 that names the field. */
export function readResponses(
  body: unknown,
): ResponsesRequest & { readonly messages: readonly ChatMessage[] } {
  const request = parseBody(responsesRequest, body, unsupportedInResponses);
  const { input, instructions } = request;
  const asked = typeof input === "string" ? [{ role: "user" as const, content: input }] : input;
  const messages = asked.map(({ role, content }) => ({
    role,
    content: typeof content === "string" ? content : content.map(({ text }) => text).join(""),
  }));
  const system = instructions ? [{ role: "system" as const, content: instructions }] : [];
  return { ...request, messages: [...system, ...messages] as ChatMessage[] };
}
