import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { RedraftError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { ApiError, toApiError } from "./errors.ts";
import type { Measures } from "./measures.ts";

/** Answers errors in the form of the API: counts each, and logs what the answer does not say. */
export function errorAnswers(
  logger: Logger,
  measures: Measures,
): (context: Context, error: unknown) => Response {
  return (context, error) => {
    const api = toApiError(error);
    const isOwn = error instanceof ApiError || (RedraftError.is(error) && !hides(error, api));
    if (!isOwn && api.status >= 500) {
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
      logger.error("request failed", { path: context.req.path, cause });
    }
    // The official clients retry after a conflict or any 5xx, unless this header forbids it.
    if (api.retryAfter === undefined && (api.status === 409 || api.status >= 500)) {
      context.header("x-should-retry", "false");
    }
    measures.refusals.add({ code: api.body.error.code ?? "none" });
    if (api.retryAfter !== undefined) context.header("retry-after", String(api.retryAfter));
    return context.json(api.body, api.status as ContentfulStatusCode);
  };
}

/** Whether the answer says less than the error: then the log has to. */
function hides(error: RedraftError, api: ApiError): boolean {
  return api.message !== error.message || error.details.log !== undefined;
}
