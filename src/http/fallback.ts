import { ApiError, type ApiErrorBody } from "./errors.ts";
import type { WritingEndpoint } from "./requests.ts";

/** Another server of the OpenAI API, which is asked for what the merge refuses. Only who starts the server names it. */
export interface Fallback {
  /** The base URL of its API, as clients write it: with `/v1`. */
  readonly url: string;
  /** Sent to it as `Authorization: Bearer`; the key of a client never is. */
  readonly apiKey?: string;
  readonly fetch?: typeof globalThis.fetch;
}

const paths: Readonly<Record<WritingEndpoint, string>> = {
  chat: "/chat/completions",
  completions: "/completions",
  responses: "/responses",
};

/** Refusals of the merge: another server may do better. Everything else is wrong with the request itself, or with this server. */
const refusals = new Set<unknown>(["no-match", "ambiguous", "unreadable-edit", "check-failed"]);

export function isMergeRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 422 && refusals.has(error.body.error.code);
}

const via = "1.1 redraft";

/** Whether a `Via` header (RFC 9110, 7.6.3) says that a Redraft sent the request on. */
export const wasPassedOn = (header: string | undefined): boolean =>
  (header ?? "").split(",").some((one) => one.trim().toLowerCase() === via);

/** The header of an answer that says who made it: `redraft` or `fallback`. */
export const answeredBy = "x-redraft-answered-by";

/**
 * Sends a refused request on, byte for byte, and passes the answer through as it comes, streams included.
 *
 * @throws `ApiError` 502 where the other server cannot be reached or answers an error; it names the refusal too
 */
export async function askFallback(
  { url, apiKey, fetch = globalThis.fetch }: Fallback,
  endpoint: WritingEndpoint,
  bytes: Uint8Array,
  refusal: ApiError,
  signal: AbortSignal,
): Promise<Response> {
  const why = refusal.body.error;
  let answer: Response;
  try {
    answer = await fetch(`${url.replace(/\/$/, "")}${paths[endpoint]}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        via,
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: bytes as Uint8Array<ArrayBuffer>,
      // A redirect would carry the code and the key to a server that nobody named.
      redirect: "error",
      signal,
    });
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw fallbackFailure(why, "the fallback could not be reached", undefined, cause);
  }
  if (!answer.ok) {
    const said = await saidByFallback(answer);
    throw fallbackFailure(
      why,
      `the fallback answered status ${answer.status}${said}`,
      answer.status,
    );
  }
  const type = answer.headers.get("content-type") ?? "application/json";
  return new Response(answer.body, {
    headers: { "content-type": type, [answeredBy]: "fallback", "x-redraft-refused": why.code! },
  });
}

function fallbackFailure(
  { code, message }: ApiErrorBody["error"],
  what: string,
  status: number | undefined,
  cause?: unknown,
): ApiError {
  const mayPass = status === undefined || status === 429 || status >= 500;
  const error = new ApiError(502, `The merge refused the edit (${code}), and ${what}.`, {
    code: "model-unavailable",
    details: { refusal: { code, message }, ...(status === undefined ? {} : { status }) },
    ...(mayPass ? { retryAfter: 1 } : {}),
  });
  error.cause = cause;
  return error;
}

const longestSaid = 300;
const longestErrorBody = 64 * 1024;

/** What an error answer of the API says, in short. */
async function saidByFallback(answer: Response): Promise<string> {
  const length = Number(answer.headers.get("content-length") ?? "0");
  if (length > longestErrorBody) {
    await answer.body?.cancel();
    return "";
  }
  try {
    const { error } = (await answer.json()) as { error?: { message?: unknown } };
    const message = error?.message;
    return typeof message === "string" ? `: ${message.slice(0, longestSaid)}` : "";
  } catch {
    return "";
  }
}
