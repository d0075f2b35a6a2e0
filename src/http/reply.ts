import type { Clock } from "../core/clock.ts";
import type { Call } from "./call.ts";
import { answeredBy } from "./fallback.ts";
import type { Measures } from "./measures.ts";
import type { Reply } from "./place.ts";
import type { Endpoint } from "./requests.ts";
import { openEventStream } from "./stream.ts";
import type { RequestWork } from "./work.ts";

export interface ReplyCall {
  readonly endpoint: Endpoint;
  readonly call: Call;
  readonly work: RequestWork;
}

export interface ReplyParts {
  readonly measures: Measures;
  /** How long a reader may take nothing, in ms. */
  readonly stallMs: number;
  readonly clock: Clock;
}

/** Sends the answer to an apply request, which is complete: the work ends here. */
export function sendReply(
  done: Reply,
  { endpoint, call, work }: ReplyCall,
  { measures, stallMs, clock }: ReplyParts,
): Response {
  measures.routes.add({ route: done.route });
  const { route, format, changed, path } = done;
  call.record.note({ route, format, changed }, { path });
  if (done.stats) measures.countDecoding(done.stats);
  work.finish();
  call.hurry(stallMs);
  const headers = { [answeredBy]: "redraft" };
  if (!done.streamed) {
    return new Response(done.body, { headers: { "content-type": "application/json", ...headers } });
  }
  const events = openEventStream({
    headers,
    stallMs,
    cutOff: call.cutOff,
    onDisconnect: () => {},
  });
  events.sendWhole(done.body);
  measures.seconds.observe((clock.now() - work.started) / 1000, { endpoint });
  return events.response;
}
