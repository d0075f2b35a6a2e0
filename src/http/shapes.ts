import { randomUUID } from "node:crypto";

export interface UsageJson {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly completion_tokens_details?: {
    readonly accepted_prediction_tokens: number;
    readonly rejected_prediction_tokens: number;
  };
}

/** How an answer ended, and what is said about it besides its text. */
export interface Ending {
  readonly finish: "stop" | "length";
  readonly usage: UsageJson;
  /** Redraft's own account: route, checks. Clients that do not know it ignore it. */
  readonly redraft?: Readonly<Record<string, unknown>>;
  readonly logprobs?: unknown;
  readonly promptLogprobs?: unknown;
}

/** One API's way to write an answer, whole or in pieces. */
export interface AnswerShape {
  whole(text: string, ending: Ending): unknown;
  first(): unknown | undefined;
  piece(text: string): unknown;
  last(ending: Ending): unknown;
  usage(ending: Ending): unknown;
}

export function chatShape(model: string, created: number): AnswerShape {
  const id = `chatcmpl-${randomUUID()}`;
  const chunk = (delta: unknown, finish: string | null, more = {}) => ({
    id,
    object: "chat.completion.chunk",
    created,
    model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...more,
  });
  return {
    whole: (content, { finish, usage, redraft }) => ({
      id,
      object: "chat.completion",
      created,
      model,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content, refusal: null },
          logprobs: null,
          finish_reason: finish,
        },
      ],
      usage,
      ...(redraft ? { redraft } : {}),
    }),
    first: () => chunk({ role: "assistant", content: "" }, null),
    piece: (content) => chunk({ content }, null),
    last: ({ finish, redraft }) => chunk({}, finish, redraft ? { redraft } : {}),
    usage: ({ usage }) => ({
      id,
      object: "chat.completion.chunk",
      created,
      model,
      choices: [],
      usage,
    }),
  };
}

export function completionShape(model: string, created: number): AnswerShape {
  const id = `cmpl-${randomUUID()}`;
  const answer = (
    text: string,
    finish: string | null,
    scores: Pick<Ending, "logprobs" | "promptLogprobs">,
    more = {},
  ) => ({
    id,
    object: "text_completion",
    created,
    model,
    choices: [
      {
        index: 0,
        text,
        logprobs: scores.logprobs ?? null,
        finish_reason: finish,
        ...(scores.promptLogprobs ? { prompt_logprobs: scores.promptLogprobs } : {}),
      },
    ],
    ...more,
  });
  return {
    whole: (text, ending) => {
      const { finish, usage, redraft } = ending;
      return answer(text, finish, ending, { usage, ...(redraft ? { redraft } : {}) });
    },
    first: () => undefined,
    piece: (text) => answer(text, null, {}),
    last: (ending) =>
      answer("", ending.finish, ending, ending.redraft ? { redraft: ending.redraft } : {}),
    usage: ({ usage }) => ({
      id,
      object: "text_completion",
      created,
      model,
      choices: [],
      usage,
    }),
  };
}
