import { type ErrorCode, RedraftError } from "../core/errors.ts";
import { publicError } from "../core/public-error.ts";

/** An error as the OpenAI API writes it. `code` is Redraft's stable code, or one of the API's own. */
export interface ApiErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
    /** Details of Redraft's error: candidates, places. Absent if there are none. */
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

export interface ApiErrorOptions {
  readonly code?: string;
  readonly param?: string;
  readonly retryAfter?: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error answer: its HTTP status and its body. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly body: ApiErrorBody;
  /** Seconds after which the same request may succeed. */
  readonly retryAfter: number | undefined;
  /** The options it was made with, so that another thread can make it again. */
  readonly options: ApiErrorOptions;

  constructor(status: number, message: string, options: ApiErrorOptions = {}) {
    super(message);
    this.status = status;
    this.options = options;
    this.retryAfter = options.retryAfter;
    this.body = {
      error: {
        message,
        type: typeOf(status),
        param: options.param ?? null,
        code: options.code ?? null,
        ...(options.details && Object.keys(options.details).length > 0
          ? { details: options.details }
          : {}),
      },
    };
  }
}

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 404) return "not_found_error";
  if (status === 429) return "rate_limit_error";
  if (status >= 500) return "server_error";
  return "invalid_request_error";
}

const statuses: Readonly<Record<ErrorCode, number>> = {
  "unreadable-edit": 422,
  "no-match": 422,
  ambiguous: 422,
  "check-failed": 422,
  "not-text": 422,
  "stale-file": 409,
  "file-error": 422,
  "outside-root": 403,
  usage: 400,
  "model-unavailable": 503,
  "engine-failed": 500,
  timeout: 504,
  cancelled: 499,
};

/** Any failure as an answer. An error that is not one of our own becomes a plain 500 without details. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (RedraftError.is(error)) {
    const { code, retryable } = error;
    const { message, details } = publicError(error);
    return new ApiError(statuses[code], message, {
      code,
      details,
      ...(retryable ? { retryAfter: 1 } : {}),
    });
  }
  if (error instanceof Error && error.name === "AbortError") {
    return new ApiError(499, "The request was cancelled.", { code: "cancelled" });
  }
  if (error instanceof Error && error.name === "TimeoutError") {
    return new ApiError(504, "The request took longer than the server allows.", {
      code: "timeout",
    });
  }
  return new ApiError(500, "The server failed on this request. Its log has the cause.", {
    code: "engine-failed",
  });
}
