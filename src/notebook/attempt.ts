import { RedraftError } from "../core/errors.ts";
import type { CallOptions, EditEvent } from "../core/redraft.ts";
import type { EditRequest, EditResult } from "../core/request.ts";

/** Makes one edit of one text; the last event is the result. `alone`: no model is asked. */
export type RunEdit = (
  request: EditRequest,
  call: CallOptions,
  alone?: boolean,
) => AsyncGenerator<EditEvent>;

/** An edit that was tried: what happened, and the result or the refusal. */
export interface Attempt {
  readonly events: readonly EditEvent[];
  readonly result?: EditResult;
  readonly error?: RedraftError;
}

/** Tries an edit without a model. */
export async function attempt(
  run: RunEdit,
  request: EditRequest,
  call: CallOptions,
): Promise<Attempt> {
  const events: EditEvent[] = [];
  try {
    for await (const event of run(request, call, true)) {
      events.push(event);
      if (event.type === "result") return { events, result: event.result };
    }
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    return { events, error };
  }
  return { events };
}
