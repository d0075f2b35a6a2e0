import type { ErrorCode } from "../core/errors.ts";
import { RedraftError, type RedraftErrorOptions } from "../core/errors.ts";

/** An error as it crosses between threads: structured cloning keeps neither classes nor codes. */
export type PlainError =
  | {
      readonly kind: "redraft";
      readonly code: ErrorCode;
      readonly message: string;
      readonly retryable: boolean;
      readonly details: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "other"; readonly message: string; readonly stack?: string };

export type ToWorker =
  | {
      readonly kind: "run";
      readonly id: number;
      readonly task: string;
      readonly input: unknown;
    }
  /** The answer to a question of the task. */
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly kind: "refusal"; readonly id: number; readonly error: PlainError }
  /** Something on the way to the answer. */
  | { readonly kind: "notice"; readonly id: number; readonly value: unknown }
  | { readonly kind: "cancel"; readonly id: number; readonly error: PlainError };

export type FromWorker =
  /** Sent once, when the worker has loaded what it needs. */
  | { readonly kind: "ready" }
  | { readonly kind: "event"; readonly id: number; readonly event: unknown }
  | { readonly kind: "ask"; readonly id: number; readonly question: unknown }
  | { readonly kind: "done"; readonly id: number; readonly output: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: PlainError }
  | {
      readonly kind: "log";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>> | undefined;
    };

export function toPlain(error: unknown): PlainError {
  if (RedraftError.is(error)) {
    const { code, message, retryable } = error;
    return { kind: "redraft", code, message, retryable, details: plainDetails(error.details) };
  }
  if (!(error instanceof Error)) return { kind: "other", message: String(error) };
  const stack = error.stack === undefined ? {} : { stack: error.stack };
  return { kind: "other", message: error.message, ...stack };
}

/** Details are plain JSON by contract; one that is not must not turn a refusal into a crash. */
function plainDetails(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  try {
    return structuredClone({ ...details });
  } catch {
    return {};
  }
}

export function fromPlain(plain: PlainError): Error {
  if (plain.kind === "redraft") {
    const { code, message, retryable, details } = plain;
    const options: RedraftErrorOptions = { retryable, details };
    return new RedraftError(code, message, options);
  }
  const error = new Error(plain.message);
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}
