import type { AnswerShape, Ending } from "./answer-shape.ts";
import { type ApiError, toApiError } from "./errors.ts";
import type { Production } from "./produce.ts";
import { openEventStream } from "./stream.ts";
import { disconnected, type RequestWork } from "./work.ts";

export interface StreamedGeneration {
  readonly shape: AnswerShape;
  /** Whether the client wants the token counts as a last event. */
  readonly usage: boolean;
  /** ms that a reader may take nothing while something waits. */
  readonly stallMs: number;
  readonly cutOff: () => void;
  readonly work: RequestWork;
  /** Called with the answer to a failure after the stream has begun, and its cause. */
  readonly onFailure: (answer: ApiError, cause: unknown) => void;
}

/** Writes a generation as server-sent events while it is produced, from its first piece on. Finishes the work at the end. */
export function streamGeneration(
  production: Production,
  first: IteratorResult<string, Ending>,
  { shape, usage, stallMs, cutOff, work, onFailure }: StreamedGeneration,
): Response {
  const { controller, finish } = work;
  const events = openEventStream({
    stallMs,
    cutOff,
    named: shape.named,
    onDisconnect: () => controller.abort(disconnected()),
  });
  const write = async (): Promise<void> => {
    for (const event of shape.opening()) events.send(event);
    let step = first;
    for (; step.done !== true; step = await production.next()) events.send(shape.piece(step.value));
    for (const event of shape.closing(step.value, usage)) events.send(event);
    events.end();
  };
  write()
    .catch((error: unknown) => {
      const api = toApiError(controller.signal.aborted ? controller.signal.reason : error);
      onFailure(api, error);
      events.send(shape.failed(api.body));
      events.end();
    })
    .finally(finish);
  return events.response;
}
