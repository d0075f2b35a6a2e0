import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Redraft } from "../core/redraft.ts";
import type { ChatTemplate } from "../session/chat-template.ts";
import type { ServedModel } from "../session/served-model.ts";
import type { ThreadedRedraft } from "../threads/threads.ts";
import type { ServedFiles } from "./edits.ts";
import type { Fallback } from "./fallback.ts";

export interface HttpLimits {
  /** Of a request's body, in bytes. */
  readonly maxBodyBytes: number;
  /** Of all bodies together that are being read or answered, in bytes; beyond it requests are answered 503. */
  readonly maxBodiesBytes: number;
  /** How long a client may send nothing of its body, in ms, before it is answered 408. */
  readonly bodyStallMs: number;
  /** Connections at once; more are closed. */
  readonly maxConnections: number;
  /** From the parsed request to the answer, in ms; longer ones are answered 504. */
  readonly requestMs: number;
  /** How many requests the model works on at once: its sequences. */
  readonly sequences: number;
  /** How many merges may run at once, including those that wait for the model. */
  readonly merges: number;
  /** How many requests may wait for a place; the next is answered 429. */
  readonly maxWaiting: number;
  /** How long one may wait for a place, in ms; longer is answered 503. */
  readonly maxWaitMs: number;
  /** How long a reader of a stream may take nothing, in ms, before it is cut off. */
  readonly stallMs: number;
}

export const defaultLimits: HttpLimits = {
  maxBodyBytes: 16 * 1024 * 1024,
  maxBodiesBytes: 64 * 1024 * 1024,
  bodyStallMs: 10_000,
  maxConnections: 1024,
  requestMs: 120_000,
  sequences: 4,
  merges: 16,
  maxWaiting: 256,
  maxWaitMs: 60_000,
  stallMs: 30_000,
};

export interface HttpOptions {
  /** Answers apply requests, on the thread of the server. */
  readonly redraft: Redraft;
  /** Answers them on worker threads instead, and reads large bodies there: then no request keeps others waiting. */
  readonly threads?: ThreadedRedraft;
  /** Answers everything else; without it such requests are answered 503. */
  readonly model?: ServedModel;
  /** Asked for what the merge refuses; default: none, and the refusal is the answer. */
  readonly fallback?: Fallback;
  /** The folders whose files may be edited over HTTP; default: none. */
  readonly files?: ServedFiles;
  /** How messages become a prompt; default: what the model's vocabulary suggests. */
  readonly chatTemplate?: ChatTemplate;
  readonly limits?: Partial<HttpLimits>;
  /** The keys that are accepted; without any, the server is open to everyone who can reach it. */
  readonly apiKeys?: readonly string[];
  /** Origins that browsers may call from; default none. */
  readonly corsOrigins?: readonly string[];
  /** Whether readers of `/v1/events` may ask for the code and the edits of apply requests that were sent with their own key; default: no. */
  readonly eventTexts?: boolean;
  /** Names the `Host` header may have; default any. Loopback servers without a key should name themselves. */
  readonly allowedHosts?: readonly string[];
  readonly version: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
}
