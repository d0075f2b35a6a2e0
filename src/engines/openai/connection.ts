import { setTimeout as sleep } from "node:timers/promises";
import { RedraftError } from "../../core/errors.ts";
import { type Logger, silentLogger } from "../../core/logger.ts";
import { shownAddress } from "./address.ts";
import { malformed, networkError, readComplaint, statusError } from "./errors.ts";
import { readEvents } from "./events.ts";

export interface ConnectionOptions {
  /** Ends in the version: `http://localhost:8000/v1`. */
  readonly baseUrl: string;
  /** Sent as a bearer token; never shown. */
  readonly apiKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the global one, which keeps connections open and reuses them. */
  readonly fetch?: typeof globalThis.fetch;
  /** ms until an answer begins (default 2 minutes: a long prompt is read before the first byte). */
  readonly timeout?: number;
  /** ms between two pieces of an answer (default 1 minute). */
  readonly idleTimeout?: number;
  /** Further attempts after the first (default 3). */
  readonly retries?: number;
  readonly logger?: Logger;
  /** Uniform in [0, 1): spreads the attempts of many clients. */
  readonly random?: () => number;
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** ms since 1970, for a `Retry-After` that names a date. */
  readonly now?: () => number;
}

/** Requests to one server: with retries, deadlines and errors in Redraft's words. */
export interface Connection {
  /** The address for messages. */
  readonly server: string;
  /** Attempts made so far, failed ones included. */
  readonly attempts: number;
  get(path: string, signal?: AbortSignal): Promise<unknown>;
  post(path: string, body: object, signal?: AbortSignal): Promise<unknown>;
  /** The data of each event; an answer that is not streamed counts as one event. */
  stream(path: string, body: object, signal?: AbortSignal): AsyncGenerator<string>;
}

const longestWait = 60_000;

export function connect(options: ConnectionOptions): Connection {
  const {
    timeout = 120_000,
    idleTimeout = 60_000,
    retries = 3,
    logger = silentLogger,
    random = Math.random,
    now = Date.now,
    wait = async (ms, signal) => void (await sleep(ms, undefined, signal ? { signal } : {})),
  } = options;
  const fetch = options.fetch ?? globalThis.fetch;
  const base = new URL(options.baseUrl);
  const server = shownAddress(options.baseUrl);
  const headers: Record<string, string> = { ...options.headers };
  if (options.apiKey !== undefined) headers.authorization = `Bearer ${options.apiKey}`;
  let attempts = 0;

  /** One attempt, up to the head of the answer. */
  async function attempt(
    method: string,
    path: string,
    body: object | undefined,
    deadline: Deadline,
  ): Promise<Response> {
    attempts += 1;
    deadline.extend(timeout);
    let response: Response;
    try {
      response = await fetch(urlOf(base, path), {
        method,
        headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: deadline.signal,
      });
    } catch (error) {
      throw deadline.explain(error) ?? networkError(error, server);
    }
    if (response.ok) return response;
    deadline.extend(idleTimeout);
    // Read to the end also here: a connection with an unread answer cannot be used again.
    const text = await response.text().catch(() => "");
    const error = statusError(response.status, readComplaint(text), server);
    const after = retryAfter(response.headers, now());
    throw after === undefined ? error : withDetail(error, { retryAfter: after });
  }

  /**
   * Asking again is safe as long as nothing of the answer was passed on: a completion changes nothing at the
   * server (it may be billed twice).
   */
  async function open<Result>(
    method: string,
    path: string,
    body: object | undefined,
    signal: AbortSignal | undefined,
    read: (response: Response, deadline: Deadline) => Promise<Result>,
  ): Promise<Result> {
    for (let round = 0; ; round++) {
      const deadline = startDeadline(signal, server);
      try {
        const response = await attempt(method, path, body, deadline);
        return await read(response, deadline);
      } catch (cause) {
        deadline.end();
        const error = deadline.explain(cause) ?? cause;
        const pause = round >= retries ? undefined : pauseBefore(error, round, random);
        if (pause === undefined) throw error;
        logger.warn("asking the model server again", { server, path, round: round + 1, pause });
        await wait(pause, signal).catch((reason: unknown) => {
          throw stopped(signal) ?? reason;
        });
      }
    }
  }

  async function json(response: Response, deadline: Deadline): Promise<unknown> {
    let text = "";
    try {
      for await (const piece of pieces(response, deadline, idleTimeout)) text += piece;
    } finally {
      deadline.end();
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      throw malformed("something that is not JSON", server, error);
    }
  }

  return {
    server,
    get attempts() {
      return attempts;
    },
    get: (path, signal) => open("GET", path, undefined, signal, json),
    post: (path, body, signal) => open("POST", path, body, signal, json),
    async *stream(path, body, signal) {
      const { response, deadline } = await open("POST", path, body, signal, async (...opened) => ({
        response: opened[0],
        deadline: opened[1],
      }));
      try {
        const isStream = response.headers.get("content-type")?.includes("text/event-stream");
        if (!isStream) {
          yield JSON.stringify(await json(response, deadline));
          return;
        }
        yield* readEvents(pieces(response, deadline, idleTimeout));
      } catch (error) {
        throw deadline.explain(error) ?? (RedraftError.is(error) ? error : cutOff(error, server));
      } finally {
        deadline.end();
        // Whoever stops reading early must not leave the server writing.
        await response.body?.cancel().catch(() => {});
      }
    },
  };
}

/** Returns the ms to wait before the attempt after `round` others failed, or undefined where asking again does not help. */
function pauseBefore(error: unknown, round: number, random: () => number): number | undefined {
  if (!RedraftError.is(error) || !error.retryable) return undefined;
  // A server that was too slow once has its answer half done: asking again would double its load.
  if (error.code === "timeout" && error.details.status === undefined) return undefined;
  const asked = error.details.retryAfter;
  if (typeof asked === "number") return asked > longestWait ? undefined : asked;
  return Math.min(8_000, 500 * 2 ** round) * (0.5 + 0.5 * random());
}

/** `/tokenize` begins at the server's root, `completions` at its version. */
function urlOf(base: URL, path: string): URL {
  if (path.startsWith("/")) {
    const root = base.pathname.replace(/\/v\d+$/, "");
    return new URL(`${base.origin}${root}${path}`);
  }
  return new URL(`${base.href.replace(/\/+$/, "")}/${path}`);
}

async function* pieces(
  response: Response,
  deadline: Deadline,
  idleTimeout: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      deadline.extend(idleTimeout);
      const { done, value } = await reader.read();
      if (done) break;
      yield decoder.decode(value, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    throw deadline.explain(error) ?? error;
  } finally {
    reader.releaseLock();
  }
}

interface Deadline {
  readonly signal: AbortSignal;
  /** Starts the time anew. */
  extend(ms: number): void;
  end(): void;
  /** The reason why everything stopped, where it was the caller or the time. */
  explain(error: unknown): RedraftError | undefined;
}

function startDeadline(outer: AbortSignal | undefined, server: string): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let late: RedraftError | undefined;
  const abort = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) abort();
  else outer?.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    extend(ms) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        late = new RedraftError("timeout", `${server} sent nothing for ${ms / 1000} s.`, {
          retryable: true,
          details: { server },
        });
        controller.abort(late);
      }, ms);
    },
    end() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", abort);
    },
    explain: (error) => stopped(outer) ?? late ?? (RedraftError.is(error) ? error : undefined),
  };
}

function stopped(signal: AbortSignal | undefined): RedraftError | undefined {
  if (!signal?.aborted) return undefined;
  const reason: unknown = signal.reason;
  if (RedraftError.is(reason)) return reason;
  const late = reason instanceof Error && reason.name === "TimeoutError";
  return late
    ? new RedraftError("timeout", "the model exceeded its time limit.", {
        cause: reason,
        retryable: true,
      })
    : new RedraftError("cancelled", "the request to the model was cancelled.", { cause: reason });
}

function cutOff(cause: unknown, server: string): RedraftError {
  return new RedraftError("engine-failed", `${server} broke off in the middle of its answer.`, {
    cause,
    retryable: true,
    details: { server },
  });
}

/** ms that the server asks to wait: seconds or a date, as RFC 9110 has it, or OpenAI's milliseconds. */
function retryAfter(headers: Headers, now: number): number | undefined {
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (ms >= 0) return ms;
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = Number(value);
  if (seconds >= 0) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function withDetail(error: RedraftError, more: Readonly<Record<string, unknown>>): RedraftError {
  const { code, message, cause, retryable, details } = error;
  return new RedraftError(code, message, { cause, retryable, details: { ...details, ...more } });
}
