import type { Logger } from "../core/logger.ts";
import type { Call } from "./call.ts";
import type { ApiError } from "./errors.ts";
import { askFallback, type Fallback } from "./fallback.ts";
import type { Measures } from "./measures.ts";
import type { WritingEndpoint } from "./requests.ts";
import { disconnected, type RequestWork } from "./work.ts";

export interface RefusedRequest {
  readonly endpoint: WritingEndpoint;
  readonly bytes: Uint8Array;
  readonly refusal: ApiError;
  readonly call: Call;
  readonly work: RequestWork;
}

export interface PassOnParts {
  readonly measures: Measures;
  /** How long a reader may take nothing, in ms. */
  readonly stallMs: number;
  readonly logger: Logger | undefined;
}

/** Has the fallback answer what the merge refused. The work ends with the answer, whole or stream. */
export async function passOn(
  fallback: Fallback,
  { endpoint, bytes, refusal, call, work }: RefusedRequest,
  { measures, stallMs, logger }: PassOnParts,
): Promise<Response> {
  measures.refusals.add({ code: refusal.body.error.code ?? "none" });
  try {
    const answer = await askFallback(fallback, endpoint, bytes, refusal, work.signal);
    measures.routes.add({ route: "fallback" });
    const { code } = refusal.body.error;
    call.record.note({ route: "fallback", ...(code !== null && { code }) });
    call.record.hold();
    work.onFinish(() => call.record.end(200));
    call.hurry(stallMs);
    return untilRead(answer, work);
  } catch (error) {
    const { cause } = error as Error;
    if (cause !== undefined) logger?.error("the fallback failed", { cause: String(cause) });
    work.finish();
    throw error;
  }
}

/** An answer from elsewhere: the work ends when it has been read, or when the client leaves. */
function untilRead(answer: Response, work: RequestWork): Response {
  if (answer.body === null) {
    work.finish();
    return answer;
  }
  const reader = answer.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            controller.enqueue(value);
            return;
          }
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        work.finish();
      },
      cancel() {
        work.controller.abort(disconnected());
        work.finish();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: answer.headers });
}
