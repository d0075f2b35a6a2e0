import { engineFor, type TaskContext, type ThreadQuestion } from "../threads/context.ts";
import { ApiError, type ApiErrorOptions } from "./errors.ts";
import { placeApply, type Reply } from "./place.ts";
import { readRequest } from "./reading.ts";
import type { Endpoint, ModelLimits, RequestRead } from "./requests.ts";
import { type CountedTokens, estimateTokens } from "./usage.ts";

export interface HttpInput {
  readonly endpoint: Endpoint;
  readonly bytes: Uint8Array;
  readonly model: ModelLimits | undefined;
  readonly modelName: string;
}

export type HttpOutput =
  | Reply
  | { readonly kind: "read"; readonly read: RequestRead }
  /** An `ApiError`: only plain data crosses between threads. */
  | {
      readonly kind: "error";
      readonly status: number;
      readonly message: string;
      readonly options: ApiErrorOptions;
    };

/** On a worker: reads a request and, if it is an apply request, makes the edit and writes the answer. */
export async function httpTask(input: HttpInput, context: TaskContext): Promise<HttpOutput> {
  try {
    const read = readRequest(input.endpoint, input.bytes, input.model);
    if (read.kind !== "apply") return { kind: "read", read };
    return await placeApply(read, {
      redraft: engineFor(context),
      textOf: async (hash) => {
        const question: ThreadQuestion = { kind: "text", hash };
        return (await context.ask(question)) as string | undefined;
      },
      tokens: async (texts) => {
        if (input.model === undefined) return estimateTokens(texts);
        const question: ThreadQuestion = { kind: "tokens", texts };
        const counted = (await context.ask(question)) as CountedTokens | undefined;
        return counted ?? estimateTokens(texts);
      },
      modelName: input.modelName,
      signal: context.signal,
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, message, options } = error;
    return { kind: "error", status, message, options };
  }
}
