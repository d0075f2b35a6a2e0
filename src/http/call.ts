import type { RecordedRequest } from "./event-feed.ts";

/** The client of a request, and its connection. */
export interface Call {
  /** What others who watch the server learn of the request. */
  readonly record: RecordedRequest;
  readonly client: string;
  /** Another Redraft sent it on to its fallback, which this one is. */
  readonly isPassedOn: boolean;
  readonly signal: AbortSignal;
  /** Ends the connection at once. */
  readonly cutOff: () => void;
  /** From here on, ends the connection when the client takes nothing for so many ms. */
  readonly hurry: (ms: number) => void;
}
