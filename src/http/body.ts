import { ApiError } from "./errors.ts";
import { disconnected } from "./work.ts";

/** The memory that all request bodies together may use. */
export interface BodyBudget {
  /** Reserves bytes. Returns false if fewer are left. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  readonly taken: number;
}

export function createBodyBudget(maxBytes: number): BodyBudget {
  let taken = 0;
  return {
    take(bytes) {
      if (taken + bytes > maxBytes) return false;
      taken += bytes;
      return true;
    },
    give(bytes) {
      taken -= bytes;
    },
    get taken() {
      return taken;
    },
  };
}

export interface BodyLimits {
  readonly maxBodyBytes: number;
  /** How long a client may send nothing of its body, in ms. */
  readonly bodyStallMs: number;
}

export interface Body {
  readonly bytes: Uint8Array;
  /** Gives its memory back to the budget. A second call does nothing. */
  release(): void;
}

/** Bytes of a body that the budget does not count: small requests are answered while large ones fill it. */
const freeBytes = 64 * 1024;

/** A body while it arrives. */
export interface ArrivingBody {
  /** Throws 408, 413 or 503 where it comes too slowly, is too large, or there is no memory for it. */
  readonly chunks: AsyncGenerator<Uint8Array>;
  /** Gives its memory back to the budget. A second call does nothing. */
  release(): void;
}

const jsonType = /^application\/(?:[\w.+-]{1,100}\+)?json\b/i;
const jsonLinesType = /^application\/(?:[\w.+-]{1,100}\+)?(?:json|(?:x-)?ndjson|jsonl)\b/i;

/**
 * Reads a JSON body of bounded size. A body of another type is refused: browsers may send those anywhere
 * without asking, and no client of this API does. Memory is reserved as the bytes arrive, so a client that only announces a
 * large body reserves nothing.
 */
export async function readBody(
  request: Request,
  limits: BodyLimits,
  budget: BodyBudget,
): Promise<Body> {
  const { chunks, release } = receiveBody(request, limits, budget, jsonType, "application/json");
  const received: Uint8Array[] = [];
  for await (const chunk of chunks) received.push(chunk);
  return { bytes: received.length === 1 ? received[0]! : Buffer.concat(received), release };
}

/** A body of JSON lines, to be read while it arrives; the same limits and types, and `application/x-ndjson`. */
export function receiveJsonLines(
  request: Request,
  limits: BodyLimits,
  budget: BodyBudget,
): ArrivingBody {
  return receiveBody(request, limits, budget, jsonLinesType, "application/x-ndjson");
}

function receiveBody(
  request: Request,
  { maxBodyBytes, bodyStallMs }: BodyLimits,
  budget: BodyBudget,
  types: RegExp,
  named: string,
): ArrivingBody {
  if (!types.test(request.headers.get("content-type") ?? "")) {
    throw new ApiError(415, `Send the body as \`content-type: ${named}\`.`, {
      code: "unsupported_media_type",
    });
  }
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  if (declared > freeBytes && !budget.take(declared)) throw memoryFull(budget);
  // Only checks that there is room now: it is reserved as the bytes arrive.
  if (declared > freeBytes) budget.give(declared);
  let size = 0;
  let held = 0;
  const release = (): void => {
    budget.give(held);
    held = 0;
  };
  async function* counted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunksOf(request, bodyStallMs)) {
        size += chunk.byteLength;
        if (size > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
        if (size > freeBytes) {
          const more = size - freeBytes - held;
          if (!budget.take(more)) throw memoryFull(budget);
          held += more;
        }
        yield chunk;
      }
    } catch (error) {
      release();
      throw error;
    }
  }
  return { chunks: counted(), release };
}

/** The chunks of a body; one that does not come in time ends the request. */
async function* chunksOf(request: Request, stallMs: number): AsyncGenerator<Uint8Array> {
  if (request.body === null) return;
  const reader = request.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    const look = (): void =>
      reject(new ApiError(408, "The body arrived too slowly.", { code: "timeout" }));
    timer = setTimeout(look, stallMs);
    timer.unref();
  });
  stalled.catch(() => {});
  try {
    for (;;) {
      timer?.refresh();
      const { done, value } = await Promise.race([reader.read().catch(clientLeft), stalled]);
      if (done) return;
      yield value;
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

/** A body that breaks off means that the client disconnected. */
function clientLeft(): never {
  throw disconnected();
}

function bodyTooLarge(maxBytes: number): ApiError {
  return new ApiError(
    413,
    `The body is larger than the ${maxBytes} bytes that this server takes.`,
    { code: "body_too_large" },
  );
}

function memoryFull(budget: BodyBudget): ApiError {
  return new ApiError(
    503,
    `The server already holds ${Math.round(budget.taken / 1024 / 1024)} MiB of requests. Try again shortly.`,
    { code: "busy", retryAfter: 1 },
  );
}
