import { type ApiError, toApiError } from "./errors.ts";
import type { Production } from "./produce.ts";
import type { AnswerShape, Ending } from "./shapes.ts";
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
    onDisconnect: () => controller.abort(disconnected()),
  });
  const write = async (): Promise<void> => {
    const opening = shape.first();
    if (opening !== undefined) events.send(opening);
    let step = first;
    for (; step.done !== true; step = await production.next()) events.send(shape.piece(step.value));
    events.send(shape.last(step.value));
    if (usage) events.send(shape.usage(step.value));
    events.end();
  };
  write()
    .catch((error: unknown) => {
      const api = toApiError(controller.signal.aborted ? controller.signal.reason : error);
      onFailure(api, error);
      events.fail(api.body);
    })
    .finally(finish);
  return events.response;
}
