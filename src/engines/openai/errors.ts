import { RedraftError } from "../../core/errors.ts";
import { adviceOn } from "./advice.ts";

/** What a server that refuses says about it, in any of the shapes that are about. */
export interface ServerComplaint {
  readonly message: string;
  /** The parameter that it names. */
  readonly param?: string;
  readonly code?: string;
}

/** Statuses after which the same request may succeed: nothing was decided about the request itself. */
const retryableStatuses = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529]);

/** The error for an answer that is no success. Callers that negotiate parameters read `details.status` and `details.param`. */
export function statusError(
  status: number,
  complaint: ServerComplaint,
  server: string,
): RedraftError {
  const { message, param, code } = complaint;
  const said = message === "" ? "" : ` It says: ${message}`;
  const details = { status, server, ...(param && { param }), ...(code && { code }) };
  if (status === 401 || status === 403) {
    return new RedraftError(
      "model-unavailable",
      `${server} refuses the API key (${status}).${said} Set the key that this server expects.`,
      { details },
    );
  }
  if (status === 404) {
    return new RedraftError(
      "model-unavailable",
      `${server} has no such model or endpoint (404).${said} Check the address and the model's name.`,
      { details },
    );
  }
  if (status === 408 || status === 504) {
    return new RedraftError("timeout", `${server} timed out (${status}).${said}`, {
      details,
      retryable: true,
    });
  }
  // A used-up quota is reported as too many requests, but waiting does not help.
  const retryable = retryableStatuses.has(status) && code !== "insufficient_quota";
  if (status === 429 || status === 503 || status === 529) {
    const why = status === 429 ? "takes no more requests for now" : "is overloaded or starting";
    return new RedraftError("model-unavailable", `${server} ${why} (${status}).${said}`, {
      details,
      retryable,
    });
  }
  const cure = adviceOn(message);
  return new RedraftError(
    "engine-failed",
    `${server} refused the request (${status}).${said}${cure && ` ${cure}`}`,
    { details, retryable },
  );
}

/** Reads the body of a refusal: OpenAI's and llama.cpp's `error` object, vLLM's flat one, FastAPI's `detail`, plain text. */
export function readComplaint(body: string): ServerComplaint {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { message: shortened(body) };
  }
  const root = asObject(value);
  const error = asObject(root?.error) ?? root;
  const message =
    asText(error?.message) ?? asText(root?.error) ?? detailText(root?.detail) ?? shortened(body);
  const param = asText(error?.param) ?? detailPlace(root?.detail);
  const code = asText(error?.code) ?? asText(error?.type);
  return { message: shortened(message), ...(param && { param }), ...(code && { code }) };
}

function detailText(detail: unknown): string | undefined {
  if (typeof detail === "string") return detail;
  if (!Array.isArray(detail)) return undefined;
  return detail
    .map((one) => {
      const { loc, msg } = asObject(one) ?? {};
      const place = Array.isArray(loc) ? loc.join(".") : "";
      return `${place}: ${asText(msg) ?? "refused"}`;
    })
    .join("; ");
}

/** FastAPI names the field as `["body", "prediction"]`. */
function detailPlace(detail: unknown): string | undefined {
  const loc = Array.isArray(detail) ? asObject(detail[0])?.loc : undefined;
  return Array.isArray(loc) ? asText(loc[1]) : undefined;
}

/** The error for a request that got no answer at all. */
export function networkError(cause: unknown, server: string): RedraftError {
  const code = networkCode(cause);
  const why =
    code === "ECONNREFUSED"
      ? "nothing listens there. Is the server running?"
      : code === "ENOTFOUND" || code === "EAI_AGAIN"
        ? "the name is not known. Check the address and the network."
        : `the connection failed${code ? ` (${code})` : ""}: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new RedraftError("model-unavailable", `cannot reach ${server}: ${why}`, {
    cause,
    retryable: code !== "ENOTFOUND",
    details: { server, ...(code && { cause: code }) },
  });
}

function networkCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return undefined;
}

/** The error for an answer that is not what the protocol says. */
export function malformed(what: string, server: string, cause?: unknown): RedraftError {
  return new RedraftError("engine-failed", `${server} answered with ${what}.`, {
    cause,
    details: { server },
  });
}

export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function asCount(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

function shortened(text: string): string {
  const flat = text.replaceAll(/\s+/g, " ").trim();
  return flat.length > 500 ? `${flat.slice(0, 500)}…` : flat;
}
