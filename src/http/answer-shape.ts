import type { ApiErrorBody } from "./errors.ts";

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

/** One API's way to write an answer, whole or as events. One shape is of one answer. */
export interface AnswerShape {
  whole(text: string, ending: Ending): unknown;
  /** What comes before the text. */
  opening(): readonly unknown[];
  piece(text: string): unknown;
  /** What comes after it. `usage`: the client asked for the token counts as an event. */
  closing(ending: Ending, usage: boolean): readonly unknown[];
  /** A failure after the stream began. */
  failed(body: ApiErrorBody): unknown;
  /** True: every event has the name of its `type`, and the stream has no `[DONE]`. */
  readonly named: boolean;
}
